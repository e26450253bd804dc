"""Browser pages of people who are logged in, and what the browser complained of."""

import contextlib
import re

from playwright.sync_api import TimeoutError

DESKTOP, PHONE = 1280, 390
WIDE = 1700
"""From here on Odoo shows a document's preview beside its form."""


def _make_pdf():
    """Return a PDF file of one empty page."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 150]>>",
    )
    content, table = b"%PDF-1.4\n", b"xref\n0 4\n0000000000 65535 f \n"
    for number, value in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(content)
        content += b"%d 0 obj%sendobj\n" % (number, value)
    end = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    return content + table + end


PDF = _make_pdf()


def file(name, content=PDF, mimetype="application/pdf"):
    """Return a file as a browser's file field takes it."""
    return {"name": name, "mimeType": mimetype, "buffer": content}


class Visits:
    """Opens pages on one server, and keeps what goes wrong in them.

    :param server: :class:`portal_setup.live.LiveServer`
    :param browsers: :class:`.browsers.Browsers`
    """

    def __init__(self, server, browsers):
        self._server, self._browsers = server, browsers
        self._contexts, self._complaints, self._expected = [], [], []
        self._ears = []
        self._stays = False

    def open(self, person, path="/my", *, width=DESKTOP, javascript=True):
        """Return a page of its own browser, logged in as ``person`` (None for a visitor)."""
        context = self._browsers.take(self._server.url, width, javascript)
        self._contexts.append(context)
        self.listen(context, "console", self._hear)
        self.listen(context, "weberror", self._hear_error)
        self.listen(context, "dialog", self._refuse)
        if person:
            self.log_in(context, person.login)
        page = context.pages[0]
        page.goto(path)
        return page

    def log_in(self, context, login):
        """Log in behind the pages' back, as in another tab."""
        params = {"db": self._server.database, "login": login, "password": login}
        answer = context.request.post(
            "/web/session/authenticate", data={"params": params}
        )
        assert answer.json()["result"]["uid"], answer.text()

    def listen(self, target, event, ear):
        """Have ``ear`` called for each event of a page or a context, until the test ends."""
        target.on(event, ear)
        self._ears.append((target, event, ear))

    def stay(self):
        """Have who is asked whether to leave a page stay on it; else they leave."""
        self._stays = True

    def expect_complaint(self, pattern):
        """Allow complaints that match ``pattern``: those a journey provokes."""
        self._expected.append(pattern)

    def filter_expected(self, complaints):
        return [
            complaint
            for complaint in complaints
            if not any(re.search(pattern, complaint) for pattern in self._expected)
        ]

    def get_complaints(self):
        """Return errors in consoles, exceptions in pages and dialogs nobody asked for."""
        return self.filter_expected(self._complaints)

    def close(self):
        for target, event, ear in self._ears:
            target.remove_listener(event, ear)
        for context in self._contexts:
            self._browsers.give_back(context)

    def _hear(self, message):
        if message.type == "error":
            where = message.location.get("url", "")
            self._complaints.append(f"{message.text} ({where})")

    def _hear_error(self, error):
        self._complaints.append(str(error.error))

    def _refuse(self, dialog):
        self._complaints.append(f"{dialog.type}: {dialog.message}")
        if dialog.type == "beforeunload" and not self._stays:
            dialog.accept()
        else:
            dialog.dismiss()


def tab_to(page, locator, most=120):
    """Press Tab until something has the focus, or what it holds: by keyboard alone."""
    locator.wait_for()
    for _step in range(most):
        if locator.evaluate("one => one.contains(document.activeElement)"):
            return
        focused = page.evaluate_handle("document.activeElement")
        page.keyboard.press("Tab")
        # a list of Odoo's moves the focus by itself, a moment later: two keys are a row too far
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(
                "focused => ![focused, document.body].includes(document.activeElement)",
                arg=focused,
                timeout=500,
            )
    raise AssertionError(f"Tab does not lead to {locator}")


def get_overflow(page):
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )

"""Browsers that one person gives back and the next one takes, in which Odoo's programs are compiled."""

import collections

from playwright.sync_api import Error

from .visits import PHONE

LEAVE_UNASKED = """() => {
    for (const name of ["beforeunload", "pagehide", "visibilitychange"]) {
        window.addEventListener(name, (event) => event.stopImmediatePropagation(), true);
    }
}"""
"""Who leaves a page after this saves nothing on it, and is not asked."""


class Browsers:
    """Contexts of Chromium, each with one page, in which nobody is logged in.

    A page in a new context has a process of its own, which compiles 7 MB of programs: of what a
    page of the backend costs, that is more than half. What a person leaves is removed instead:
    cookies, storage, permissions, history, other pages. What stays are the files that the server
    let the browser keep, as between two people at one computer.

    :param browser: of Playwright
    :param patience_ms: how long a page may take
    """

    def __init__(self, browser, patience_ms):
        self._browser, self._patience_ms = browser, patience_ms
        self._free = collections.defaultdict(list)
        self._kinds = {}

    def take(self, url, width, javascript=True):
        """Return a context for one person.

        :param url: of the server
        :param width: of the window, in pixels
        """
        kind = (url, width, javascript)
        context = self._free[kind].pop() if self._free[kind] else self._make(*kind)
        self._kinds[context] = kind
        return context

    def give_back(self, context):
        """Take back what :meth:`take` returned; nobody listens to it any more."""
        kind = self._kinds.pop(context)
        try:
            self._tidy(context, kind[0])
        except (Error, ValueError):
            # it crashed or was closed, its server is gone, or what it shows has no programs
            context.close()
        else:
            self._free[kind].append(context)

    def _make(self, url, width, javascript):
        context = self._browser.new_context(
            base_url=url,
            viewport={"width": width, "height": 844 if width == PHONE else 900},
            is_mobile=width == PHONE,
            has_touch=width == PHONE,
            java_script_enabled=javascript,
            # nothing moves that a page would have to wait for
            reduced_motion="reduce",
        )
        context.set_default_timeout(self._patience_ms)
        context.new_page()
        return context

    def _tidy(self, context, url):
        page, *others = context.pages
        for other in others:
            other.close()
        page.unroute_all()
        context.unroute_all()
        page.evaluate(LEAVE_UNASKED)
        # a page of the same server, or the process would end
        page.goto("/web/health")
        page.evaluate("sessionStorage.clear()")
        context.clear_cookies()
        context.clear_permissions()
        session = context.new_cdp_session(page)
        session.send(
            "Storage.clearDataForOrigin", {"origin": url, "storageTypes": "all"}
        )
        session.send("Page.resetNavigationHistory")
        session.detach()

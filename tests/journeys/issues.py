"""Binders and issues that a test works with, and what visitors and mail programs do with them."""

import contextlib
import http.server
import re
import smtplib
import subprocess
import sys
import threading
import time
from email.message import EmailMessage
from pathlib import Path

from playwright.sync_api import expect

from portal_setup.live import standing_ground

from .visits import file

TRUSTED_MAY_SET = ("helpdesk_ticket_stage_in_progress", "helpdesk_ticket_stage_done")
MIN_AGE_MS = 3_050
"""Who fills in a form faster than a person can is asked once more."""
GET_AGE = """() => performance.now()
    - performance.getEntriesByType("navigation")[0].responseStart"""


class Issues:
    """Makes binders, and issues in them, that one member of the staff works on.

    :param people: :class:`.people.People`
    """

    def __init__(self, people, agent):
        self.people, self.agent = people, agent
        people.set_company(email="help@us.example.com")

    def add_public_binder(self, name, *trusted, **vals):
        """Return the id of a binder with a web form that takes any number of reports."""
        return self.add_binder(
            name,
            *trusted,
            portal_form="public",
            portal_form_limit_address=0,
            portal_form_limit_email=0,
            **vals,
        )

    def add_binder(self, name, *trusted, **vals):
        """Return the id of a binder that trusts some customers."""
        stages = [
            self.people._get_id(f"helpdesk_mgmt.{stage}") for stage in TRUSTED_MAY_SET
        ]
        return self.people.create(
            "helpdesk.ticket.team",
            name=name,
            user_ids=[(6, 0, [self.agent.id])],
            portal_user_ids=[(6, 0, [customer.id for customer in trusted])],
            portal_stage_ids=[(6, 0, stages)],
            **vals,
        )

    def get_form_path(self, binder):
        domain = [("id", "=", binder)]
        [team] = self.people.read("helpdesk.ticket.team", domain, "portal_form_url")
        return re.search(r"/issues/new/.+", team["portal_form_url"])[0]

    def allow_site(self, binder, address):
        """Let one site alone show the form of a binder."""
        vals = {"portal_embed_sites": address}
        self.people.server.call("helpdesk.ticket.team", "write", [binder], vals)

    def add(self, binder, subject, customer, **vals):
        """Return the id of an issue of a customer."""
        return self.people.create(
            "helpdesk.ticket",
            name=subject,
            description="<p>Since Monday</p>",
            team_id=binder,
            partner_id=customer.partner_id,
            **vals,
        )


# -- visitors


@contextlib.contextmanager
def site(page):
    """Serve one page on an origin of its own; yield its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"" if "favicon" in self.path else page.encode())

        def log_message(self, *_arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        # (it looks that often, in seconds, whether it is to end)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            # another host than Odoo's, and so another site for cookies as well
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def make_frame_page(address, title="Shop"):
    """Return the page of another site that shows a form in a frame."""
    frame = f'<iframe src="{address}?embed=1" width="100%" height="900"></iframe>'
    return f"<!doctype html><title>{title}</title><h1>{title}</h1>{frame}"


def report(page, subject, *, name="Ada Berg", email="ada@visitor.example"):
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Description").fill("Nothing happens when I press the button.")
    page.get_by_label("Files").set_input_files([file("screen.pdf")])
    let_time_pass(page)
    page.get_by_role("button", name="Send").click()


def let_time_pass(form):
    """Wait until a form may have been filled in by a person.

    :param form: the page, or the frame in it
    """
    age_ms = form.locator("body").evaluate(GET_AGE)
    time.sleep(max(0, MIN_AGE_MS - age_ms) / 1000)


def expect_frame_refused(visits, address):
    """See that the browser does not show the form in the frame of a page, and says why."""
    visits.expect_complaint("frame-ancestors|Framing|chrome-error")
    page = visits.open(None, "about:blank")
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.goto(address)
    expect(page.frame_locator("iframe").get_by_role("textbox")).to_have_count(0)


# -- mails


def wait_for_mail(server, subject):
    """Return the first mail with a subject that holds these words."""
    for count in range(1, 1000):
        for mail in server.mailbox.wait_for(count, seconds=60):
            if subject in mail.subject:
                return mail
    raise AssertionError(subject)


def wait_until(server, words):
    """Return all mails once one of them holds these words."""
    for count in range(1, 1000):
        mails = server.mailbox.wait_for(count, seconds=60)
        if any(words in mail.html for mail in mails):
            return mails
    raise AssertionError(words)


def get_link(mail):
    return re.search(r"/my/ticket/\d+\?access_token=[0-9a-f]{64}", mail.html)[0]


def answer_by_mail(server, mail, sender, text):
    """Answer a mail as a mail program does: over SMTP, and from there through Odoo's gateway."""
    message = EmailMessage()
    message["From"], message["To"] = (
        sender,
        mail.message["Reply-To"] or mail.message["From"],
    )
    message["Subject"] = f"Re: {mail.subject}"
    message["Message-Id"] = f"<{abs(hash(text))}@visitor.example>"
    message["In-Reply-To"] = mail.message["Message-Id"]
    references = mail.message["References"] or ""
    message["References"] = f"{references} {mail.message['Message-Id']}".strip()
    message.set_content(f"{text}\n\n> quoted")
    before = len(server.mailbox.mails)
    with smtplib.SMTP("127.0.0.1", server.mailbox.port) as smtp:
        smtp.send_message(message)
    arrived = server.mailbox.wait_for(before + 1)
    came = next(mail for mail in arrived[before:] if mail.sender == sender)
    run_mail_gateway(server, came.path)


def run_mail_gateway(server, path):
    """Pipe a mail into the script that a mail server is told to run for Odoo's addresses."""
    source = standing_ground().ground.odoo_source
    script = next(
        found
        for folder in source.addons_paths
        if (found := Path(folder, "mail/static/scripts/odoo-mailgate.py")).exists()
    )
    admin = ("-d", server.database, "-u", "2", "-p", "admin")
    address = ("--host", "127.0.0.1", "--port", str(server.port))
    with path.open("rb") as mail:
        subprocess.run(
            [sys.executable, script, *admin, *address, "--debug"],
            stdin=mail,
            check=True,
        )

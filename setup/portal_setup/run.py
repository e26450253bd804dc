"""``./setup/run``: a portal with demo data at http://127.0.0.1:8069."""

import argparse
import errno
import socket

from .errors import OdooError, SetupError
from .ground import Ground
from .odoo import OdooServer

EPILOG = """\
environment variables:
  ODOO_HOME            folder of an Odoo 19 to use instead of fetching one
  PGHOST, PGPORT, PGUSER, PGPASSWORD
                       a PostgreSQL to use instead of the embedded one
  XDG_CACHE_HOME       where the caches go (default: ~/.cache)

Ctrl-C stops everything; the next run goes on where this one was.
"""


def run(argv):
    """Run until Ctrl-C or SIGTERM; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="setup/run",
        description="Start the customer portal with demo data, bringing Odoo 19 and PostgreSQL when they are missing.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8069,
        help="port on 127.0.0.1 (default: %(default)s)",
    )
    parser.add_argument(
        "--reset", action="store_true", help="rebuild the database; downloads are kept"
    )
    options = parser.parse_args(argv)
    check_port_free(options.port)
    with Ground.provide().standing() as standing:
        return _serve(standing, options)


def check_port_free(port):
    """:raise SetupError: if somebody listens on ``port`` of 127.0.0.1"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            why = f"cannot be used ({error}):"
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                why = "is taken by another program: stop that one, or"
            raise SetupError(
                f"Port {port} {why} choose another with --port."
            ) from error


def _serve(standing, options):
    from .mailbox import Mailbox
    from .try_out import TryOut

    site = TryOut(standing)
    site.provide(options.reset)
    console, folder = standing.console, standing.paths.clone

    def tell(mail):
        who = ", ".join(mail.recipients)
        console.say(f"mail to {who}: {mail.subject} → {mail.path}")

    with Mailbox(folder / "mail", on_mail=tell) as mailbox:
        console.step("Odoo's server")
        smtp = ("--smtp", "127.0.0.1", "--smtp-port", str(mailbox.port))
        log, port = folder / "odoo.log", options.port
        site.lead_to(f"http://127.0.0.1:{port}")
        server = OdooServer(standing.odoo, site.database, port, log, smtp)
        try:
            server.wait_ready()
            console.done(f"log in {server.log}")
            text = welcome(server.url, site.logins(), mailbox.folder)
            return _wait(server, console, text)
        finally:
            server.stop()


def welcome(url, logins, mail_folder):
    """Return what a newcomer needs to know to look around."""
    rows = [("admin", "admin", "administrator")]
    for login, is_customer, name, company in logins:
        kind = "customer" if is_customer else "staff"
        whose = f", {company}" if is_customer and company else ""
        rows.append((login, login, f"{kind}: {name}{whose}"))
    table = "\n".join(
        f"  {login:<12} {password:<12} {who}" for login, password, who in rows
    )
    return (
        f"\nThe portal is ready: {url}/my\nThe backend is at   {url}/odoo\n\n"
        f"  {'login':<12} {'password':<12} who\n{table}\n\n"
        f"Mail that Odoo sends is kept in {mail_folder}\nCtrl-C stops everything.\n"
    )


def _wait(server, console, text):
    """Say that it is ready, and wait for the end: a Ctrl-C is the usual one."""
    try:
        console.say(text)
        code = server.process.wait()
    except KeyboardInterrupt:
        console.say("\nStopping …")
        return 0
    raise OdooError(
        f"Odoo's server ended by itself (exit code {code}); see {server.log}."
    )

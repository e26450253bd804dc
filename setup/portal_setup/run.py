"""``./setup/run``: a portal with demo data at http://127.0.0.1:8069."""

import argparse
import errno
import socket

from .console import Console
from .errors import OdooError, PortTakenError
from .ground import Ground
from .odoo import OdooServer
from .paths import Paths

DEFAULT_PORT = 8069

EPILOG = """\
environment variables:
  ODOO_HOME            folder of an Odoo 19 to use instead of fetching one
  PGHOST, PGPORT, PGUSER, PGPASSWORD
                       a PostgreSQL to use instead of the embedded one
  XDG_CACHE_HOME       where the caches go (default: ~/.cache)

Ctrl-C stops everything; the next run goes on where this one was.
"""


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="setup/run",
        description="Start the customer portal with demo data, bringing Odoo 19 and PostgreSQL when they are missing.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help="port on 127.0.0.1 (default: %(default)s)",
    )
    parser.add_argument(
        "--reset", action="store_true", help="rebuild the database; downloads are kept"
    )
    return parser.parse_args(argv)


def run(argv):
    """Run until Ctrl-C or SIGTERM; return the exit code."""
    options = arguments(argv)
    paths = Paths.default()
    console = Console(paths.clone / "setup.log")
    check_port_free(options.port)
    ground = Ground.provide(paths, console)
    ground.enter_environment()
    with ground.standing() as standing:
        return _serve(standing, options)


def check_port_free(port):
    """:raise PortTakenError: if somebody listens on ``port`` of 127.0.0.1"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise PortTakenError(_why_not(port, error)) from error


def _why_not(port, error):
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return f"Port {port} is taken by another program: stop that one, or choose another with --port."
    return f"Port {port} cannot be used ({error}): choose another with --port."


def _serve(standing, options):
    from .mailbox import Mailbox
    from .try_out import TryOut

    site = TryOut(standing)
    site.provide(options.reset)
    with Mailbox(
        standing.paths.clone / "mail",
        on_mail=lambda mail: _tell(standing.console, mail),
    ) as mailbox:
        standing.console.step("Odoo's server")
        smtp = ("--smtp", "127.0.0.1", "--smtp-port", str(mailbox.port))
        server = OdooServer(
            standing.odoo,
            site.database,
            options.port,
            standing.paths.clone / "odoo.log",
            smtp,
        )
        try:
            server.wait_ready()
            standing.console.done(f"log in {server.log}")
            standing.console.say(welcome(server.url, site.logins(), mailbox.folder))
            return _wait(server, standing.console)
        finally:
            server.stop()


def welcome(url, logins, mail_folder):
    """Return what a newcomer needs to know to look around."""
    rows = [("admin", "admin", "administrator")]
    for login, is_customer, name, company in logins:
        who = (
            f"customer: {name}{f', {company}' if company else ''}"
            if is_customer
            else f"staff: {name}"
        )
        rows.append((login, login, who))
    table = "\n".join(
        f"  {login:<12} {password:<12} {who}" for login, password, who in rows
    )
    return (
        f"\nThe portal is ready: {url}/my\nThe backend is at   {url}/odoo\n\n"
        f"  {'login':<12} {'password':<12} who\n{table}\n\n"
        f"Mail that Odoo sends is kept in {mail_folder}\nCtrl-C stops everything.\n"
    )


def _tell(console, mail):
    console.say(f"mail to {', '.join(mail.recipients)}: {mail.subject} → {mail.path}")


def _wait(server, console):
    """Wait for the end: a Ctrl-C is the usual one."""
    try:
        code = server.process.wait()
    except KeyboardInterrupt:
        console.say("\nStopping …")
        return 0
    raise OdooError(
        f"Odoo's server ended by itself (exit code {code}); see {server.log}."
    )

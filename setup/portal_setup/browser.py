"""Chromium for the browser tests."""

from .debian import Program

CHROMIUM = Program(
    # without windows: a fifth less work for a page than with them
    "chromium-headless-shell",
    "usr/lib/chromium/chromium-headless-shell",
    ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    root_installs=True,
)
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""What a Chromium that tests drive is started with."""


def provide_browser(paths, console):
    """Bring a Chromium if there is none; see :class:`portal_setup.debian.Program`."""
    CHROMIUM.provide(paths, console)

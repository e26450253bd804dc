"""Menus of Odoo's backend, which close when the page behind them is drawn anew."""

import re

from playwright.sync_api import TimeoutError, expect

ATTEMPTS = 5
ATTEMPT_MS = 6_000


def choose(page, toggle, item):
    """Open a menu and click an item of it; again, where it closed in between.

    :param toggle: locator of what opens the menu, or a function that opens it
    :param item: locator of the item
    """
    for left in reversed(range(ATTEMPTS)):
        toggle() if callable(toggle) else toggle.click()
        try:
            return item.click(timeout=ATTEMPT_MS)
        except TimeoutError:
            if not left:
                raise
            page.keyboard.press("Escape")


def choose_action(page, name):
    """Choose from the menu of the gear."""
    choose(
        page,
        page.locator(".o_cp_action_menus .dropdown-toggle").first,
        page.get_by_role("menuitem", name=name),
    )


def pick_filter(page, name):
    """Choose a filter or a group in the menu of the search."""
    choose(
        page,
        page.locator(".o_searchview_dropdown_toggler"),
        page.get_by_role("menuitemcheckbox", name=name, exact=True),
    )
    page.keyboard.press("Escape")


def search(page, words, field=""):
    """Search by what the search box suggests: its first field, or the one of this name.

    It is chosen from the menu, for Enter does nothing until that is there.
    """
    suggested = re.compile(rf"Search {field or '.+'} for: {re.escape(words)}")
    choose(
        page,
        lambda: page.get_by_role("searchbox").fill(words),
        page.get_by_role("menuitem", name=suggested).first,
    )
    expect(page.locator(".o_searchview_facet").last).to_contain_text(words)

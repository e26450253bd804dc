"""What axe-core finds on a page, and how much of it is too wide."""

from portal_setup.live import standing_ground
from portal_setup.node import NodeTools

from .visits import get_overflow

RUN_AXE = """async (within) => {
    const context = {exclude: [["iframe"]], ...(within ? {include: [[within]]} : {})};
    // what a rule finds is as bad as the rule says: those that tell of small things need not run,
    // and one of them would fetch and parse all styles again
    const small = axe._audit.rules.filter(({impact}) => ["minor", "moderate"].includes(impact));
    const rules = Object.fromEntries(small.map(({id}) => [id, {enabled: false}]));
    const found = await axe.run(context, {resultTypes: ["violations"], rules});
    return found.violations
        .filter(({impact}) => ["serious", "critical"].includes(impact))
        .flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 200)}`));
}"""


def load_axe():
    """Return the script of axe-core, as ``setup/node`` pins it."""
    modules = NodeTools.provide(standing_ground().ground).modules
    return (modules / "axe-core/axe.min.js").read_text()


def run(page, axe, within=None):
    """Return the serious and critical violations of a page, a line each.

    :param within: selector of the part that is looked at, where the rest is Odoo's
    """
    if within:
        # Odoo draws it when its data are there
        page.locator(within).first.wait_for()
    page.evaluate(axe)
    return page.evaluate(RUN_AXE, within)


class Check:
    """Collects what is wrong with pages, so that one test tells of all of them.

    :param axe: script of axe-core
    """

    def __init__(self, axe):
        self._axe, self._faults = axe, []

    def look(self, name, page, within=None):
        """Note what is wrong with a page as it is now.

        :param name: what the page is called in the test's answer
        :param within: selector of the part that is looked at, where the rest is Odoo's
        """
        found = run(page, self._axe, within)
        self._faults += [f"{name}: {fault}" for fault in found]
        if (overflow := get_overflow(page)) > 0:
            self._faults.append(f"{name}: {overflow} pixels too wide")

    def expect_nothing(self, but=()):
        """See that nothing was noted.

        :param but: beginnings of faults that are not ours, a tuple of str
        """
        ours = [fault for fault in self._faults if not fault.startswith(but)]
        assert not ours, "\n".join(ours)

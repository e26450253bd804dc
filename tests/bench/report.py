"""The tables of a run: what everything cost, and which goals are met."""

from dataclasses import dataclass


@dataclass
class Goal:
    """One goal of ours and how it went.

    :ivar value: measured
    :ivar limit: the most, or with ``least`` the least, that is good
    """

    area: str
    text: str
    value: float
    limit: float
    unit: str = ""
    least: bool = False

    @property
    def is_met(self):
        return self.value >= self.limit if self.least else self.value <= self.limit

    def row(self):
        bound = "≥" if self.least else "≤"
        limit = f"{bound} {_short(self.limit)} {self.unit}".strip()
        value = f"{_short(self.value)} {self.unit}".strip()
        return self.area, self.text, value, limit, "met" if self.is_met else "MISSED"


class Report:
    """Collects figures and goals while the benchmarks run."""

    def __init__(self):
        self.figures = []
        self.goals = []

    def add(self, area, work, figures, ours="ours"):
        """Add the figures of all contestants in one piece of work, as ratios to ours as well.

        :param figures: dict of contestant's name to :class:`Figure`
        """
        for name, figure in figures.items():
            self.figures.append(
                (
                    area,
                    work,
                    name,
                    f"{figure.wall * 1000:,.0f}",
                    _ratio(figures[ours].wall, figure.wall) if name != ours else "",
                    _optional(figure.peak, ".1f"),
                    _optional(figure.queries, "d"),
                )
            )

    def add_text(self, area, work, name, text, ratio=""):
        """Add what is not a wall time, such as a rate with its unit."""
        self.figures.append((area, work, name, text, ratio, "", ""))

    def judge(self, area, text, value, limit, unit="", least=False):
        """Note a goal and return it."""
        goal = Goal(area, text, value, limit, unit, least)
        self.goals.append(goal)
        return goal

    def missed(self, area):
        """Return the rows of an area's missed goals, for an assertion's message."""
        goals = [goal for goal in self.goals if goal.area == area]
        return [" | ".join(goal.row()) for goal in goals if not goal.is_met]

    def render(self):
        """Return both tables as Markdown."""
        heads = ("area", "work", "who", "wall ms", "ours ÷ theirs", "memory MB", "SQL")
        goals = ("area", "goal", "measured", "limit", "result")
        tables = [_table(heads, self.figures)]
        tables.append(_table(goals, [goal.row() for goal in self.goals]))
        return "\n\n".join(tables)


def _table(heads, rows):
    rows = [heads, *rows]
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(heads))]
    lines = [_line(row, widths) for row in rows]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])


def _line(row, widths):
    cells = [str(cell).ljust(w) for cell, w in zip(row, widths, strict=True)]
    return f"| {' | '.join(cells)} |"


def _short(number):
    return f"{number:.2f}" if abs(number) < 10 else f"{number:,.0f}"


def _ratio(value, other):
    return f"{value / other:.2f} ×"


def _optional(value, spec):
    return "" if value is None else format(value, spec)

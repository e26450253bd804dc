"""When somebody is reminded: days counted from a day that something is due on."""

from datetime import timedelta

#: How far from the due date a reminder may be, in days, and how many there may be.
MAX_DAYS = 365
MAX_REMINDERS = 20


def parse_plan(text):
    """Return the days of a plan, such as ``-3, 0, 7``: before the due date, on it, after it.

    :param text: str or None
    :return: sorted list of int, without repetitions
    :raise ValueError: it is no such plan
    """
    days = sorted({int(part) for part in (text or "").split(",") if part.strip()})
    if len(days) > MAX_REMINDERS or any(abs(day) > MAX_DAYS for day in days):
        raise ValueError(text)
    return days


def is_due(plan, due, today, since, last=None):
    """Tell whether a reminder is due today: by the plan, or one that was missed meanwhile.

    Never on the day on which they were told, or reminded of anything.

    :param plan: days of :func:`parse_plan`
    :param due: date that the plan counts from
    :param today: date, where the reminded person is
    :param since: date on which they were first told
    :param last: date of the last reminder of anything, None for none yet
    """
    days = (due + timedelta(days=day) for day in plan)
    return any(since < day <= today for day in days if not last or last < day)

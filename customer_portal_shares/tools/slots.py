"""Free times, of moments alone: naive UTC datetimes throughout."""

from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)


def merge(spans):
    """Return spans sorted, with those that touch or overlap made one.

    :param spans: iterable of (start, stop)
    """
    merged = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], stop)
        else:
            merged.append([start, stop])
    return merged


def intersect(spans, others):
    """Return what two lists of spans have in common.

    :param spans: list of (start, stop), sorted and apart from each other; ``others`` as well
    """
    common, index = [], 0
    for start, stop in spans:
        while index < len(others) and others[index][1] <= start:
            index += 1
        for other_start, other_stop in others[index:]:
            if other_start >= stop:
                break
            common.append((max(start, other_start), min(stop, other_stop)))
    return common


def cut_slots(work, minutes):
    """Yield the slots that fit into spans of work, one after the other from each start.

    :param work: iterable of (start, stop)
    :param int minutes: of one slot
    """
    step = timedelta(minutes=minutes)
    for start, stop in work:
        while start + step <= stop:
            yield start, start + step
            start += step


def pick_free(slots, busy):
    """Yield the slots that no busy span overlaps.

    :param slots: (start, stop) sorted by start, of one length
    :param busy: iterable of (start, stop)
    """
    spans = merge(busy)
    index = 0
    for start, stop in slots:
        while index < len(spans) and spans[index][1] <= start:
            index += 1
        if index == len(spans) or spans[index][0] >= stop:
            yield start, stop


def get_midnight(day, zone):
    """Return when a day begins somewhere.

    :param zone: :class:`zoneinfo.ZoneInfo`
    """
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    return local.astimezone(UTC).replace(tzinfo=None)


def to_local(moment, zone):
    """Return an aware datetime of a zone.

    :param zone: :class:`zoneinfo.ZoneInfo`
    """
    return moment.replace(tzinfo=UTC).astimezone(zone)

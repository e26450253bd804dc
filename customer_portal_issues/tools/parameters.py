"""What clients send in the address of a page."""

from datetime import date


def parse_day(text):
    """Return a date, or None for anything else."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def parse_number(text):
    """Return a whole number that may be an id, or None for anything else."""
    text = text or ""
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_number else None

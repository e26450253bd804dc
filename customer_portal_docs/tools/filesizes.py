"""Sizes of files, as people read them."""


def format_size(size):
    """Return a size as text: ``71 bytes``, ``1.4 kB``, ``100 MB``.

    :param size: int, in bytes
    """
    if size < 1024:
        return f"{size or 0} bytes"
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1024
        if value < 999.5 or unit == "TB":
            break
    return (
        f"{value:.0f} {unit}"
        if value >= 10 or value.is_integer()
        else f"{value:.1f} {unit}"
    )

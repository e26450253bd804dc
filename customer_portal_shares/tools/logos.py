"""Pictures that are shown to everybody: made of pixels, and not larger than they need be."""

import base64
import binascii
import io

from PIL import Image

#: Formats of pixels, as Pillow calls them; SVG is a document with scripts.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
#: Largest file, and most pixels, that are read at all.
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
#: Size in pixels of what is kept.
MAX_SIZE = (600, 200)


class NotALogo(ValueError):
    """The content is no picture of a known format, or too large a one."""


def get_formats():
    """Return those of the formats that this machine's Pillow can read."""
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def make_logo(encoded):
    """Return a picture anew, scaled, and without what else its file held.

    :param encoded: bytes or str, base64
    :return: bytes, base64 of a PNG, or of a JPEG
    :raise NotALogo: it is none
    """
    try:
        content = base64.b64decode(encoded, validate=False)
    except (binascii.Error, ValueError) as error:
        raise NotALogo() from error
    if not content or len(content) > MAX_BYTES:
        raise NotALogo()
    try:
        image = Image.open(io.BytesIO(content), formats=get_formats())
        if image.width * image.height > MAX_PIXELS:
            raise NotALogo()
        is_photo = image.format == "JPEG"
        image = image.convert("RGB" if is_photo else "RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotALogo() from error
    image.thumbnail(MAX_SIZE, Image.Resampling.LANCZOS)
    made = io.BytesIO()
    image.save(made, "JPEG" if is_photo else "PNG", optimize=True)
    return base64.b64encode(made.getvalue())

"""Who looks at a picture, written across it."""

import functools
import io

from PIL import Image, ImageDraw

from .fonts import Font
from .process import get_font_paths

#: Of a line's height to the picture's width, and how visible it is, of 255.
_SIZE, _OPACITY = 1 / 42, 62
_QUALITY = 82
_ANGLE = 30


@functools.cache
def _get_font():
    return Font(get_font_paths())


def stamp(content, words):
    """Return a JPEG file with words all over it, which cannot be cut off.

    :param bytes content: a JPEG file of ours
    :param str words: one line
    """
    image = Image.open(io.BytesIO(content)).convert("RGB")
    tile = _make_tile(words, max(12, round(image.width * _SIZE)))
    # as large as is needed when it is turned
    side = int((image.width**2 + image.height**2) ** 0.5) + 1
    cover = Image.new("L", (side, side), 0)
    for row, top in enumerate(range(0, side, tile.height * 5)):
        shift = (row % 2) * tile.width // 2
        for left in range(-shift, side, tile.width + tile.height * 2):
            cover.paste(tile, (left, top))
    cover = cover.rotate(_ANGLE, resample=Image.Resampling.BILINEAR)
    left, top = (side - image.width) // 2, (side - image.height) // 2
    mask = cover.crop((left, top, left + image.width, top + image.height))
    image.paste(Image.new("RGB", image.size, "#7a7a7a"), mask=mask)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def _make_tile(words, size):
    font = _get_font().get(size)
    _left, _top, right, bottom = font.getbbox(words)
    tile = Image.new("L", (max(1, int(right) + 2), max(1, int(bottom) + 2)), 0)
    ImageDraw.Draw(tile).text((0, 0), words, fill=_OPACITY, font=font)
    return tile

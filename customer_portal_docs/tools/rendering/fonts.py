"""A font that knows more than English, of those that are there."""

import contextlib
import io

from PIL import ImageFont

#: Of one width, for tables; then of any.
_PATHS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
    "/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
    "/usr/share/fonts/TTF/DejaVuSansMono.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansMono-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf",
    "/usr/share/fonts/truetype/liberation2/LiberationMono-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)


class Font:
    """A font in any size; read once, so that nothing is opened later.

    :param paths: list of str, tried after the usual ones
    """

    def __init__(self, paths=()):
        self._content = next(self._read((*_PATHS, *paths)), None)

    @staticmethod
    def _read(paths):
        for path in paths:
            with contextlib.suppress(OSError), open(path, "rb") as file:
                yield file.read()

    def get(self, size):
        """Return the font of Pillow, so many pixels high."""
        if not self._content:
            return ImageFont.load_default(size)
        return ImageFont.truetype(
            io.BytesIO(self._content), size, layout_engine=ImageFont.Layout.BASIC
        )

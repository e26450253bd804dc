"""The process that reads strangers' files: a picture of a page comes out, or nothing.

Started by :mod:`.process` as a program of its own, with the file as standard input and an order
(JSON) as its argument. It imports nothing of Odoo. What it writes is a description (JSON) or a
JPEG file; how it ends says why there is none.
"""

import contextlib
import io
import json
import os
import sys

#: How it ends where there is nothing to show, by what is wrong with the file.
ENCRYPTED, TOO_BIG, BROKEN, NO_PAGE = 40, 41, 42, 43
#: Of a picture that is drawn, and of one that is read.
MAX_DRAWN_PIXELS, MAX_READ_PIXELS = 16_000_000, 80_000_000
#: Of a picture that is drawn, in pixels: a JPEG file has no more than 65 500.
MAX_SIDE = 30_000
#: Pages that are shown of a file.
MAX_PAGES = 500
#: Of pages that have no size in pixels.
SHOWN_WIDTH = 1000
#: Of a page of text: lines, characters of a line, and how many more a table may have.
LINES, COLUMNS, MAX_TABLE_COLUMNS = 60, 90, 240
QUALITY = 85


class Refused(Exception):
    """There is nothing to show.

    :param int code: how the process ends
    """

    def __init__(self, code):
        super().__init__(code)
        self.code = code


# -- one class for each kind of file: how many pages, how large, and one of them


class Pdf:
    def __init__(self, file):
        self._document = self._open(file)

    @staticmethod
    def _open(file):
        try:
            document = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError as error:
            is_locked = getattr(error, "err_code", None) == 4 or "assword" in str(error)
            raise Refused(ENCRYPTED if is_locked else BROKEN) from error
        document.init_forms()
        return document

    def count(self):
        return len(self._document)

    def get_size(self, index):
        # points say nothing of how large a page is on a screen
        try:
            width, height = self._document.get_page_size(index)
        except pypdfium2.PdfiumError:
            width, height = 0, 0  # of this page, nothing can be read
        if width <= 0 or height <= 0:
            return (SHOWN_WIDTH, SHOWN_WIDTH)
        return (SHOWN_WIDTH, max(1, SHOWN_WIDTH * height / width))

    def draw(self, index, width):
        try:
            page = self._document[index]
        except pypdfium2.PdfiumError as error:
            raise Refused(BROKEN) from error
        page_width, page_height = page.get_size()
        if page_width <= 0 or page_height <= 0:
            raise Refused(BROKEN)
        # (not a pixel more by rounding)
        scale = (width - 0.5) / page_width
        pixels = width * page_height * scale
        if pixels > MAX_DRAWN_PIXELS:
            scale *= (MAX_DRAWN_PIXELS / pixels) ** 0.5
        scale = min(scale, MAX_SIDE / page_height)
        return page.render(scale=scale).to_pil()


class Picture:
    def __init__(self, file):
        # its size is told before it is read, and is what decides
        Image.MAX_IMAGE_PIXELS = None
        try:
            self._image = Image.open(file)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's file does to a parser
            raise Refused(BROKEN) from error

    def count(self):
        is_paged = self._image.format == "TIFF"
        return getattr(self._image, "n_frames", 1) if is_paged else 1

    def get_size(self, index):
        # (a camera may have lain on its side)
        width, height = self._image.size
        turned = self._image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        return (height, width) if turned else (width, height)

    def draw(self, index, width):
        if index:
            self._image.seek(index)
        try:
            return self._shrink(width)
        except (OSError, SyntaxError, ValueError) as error:
            raise Refused(BROKEN) from error

    def _shrink(self, width):
        image = self._image
        # a JPEG file is read in a fraction of its size
        image.draft("RGB", (2 * width, 2 * width))
        if image.width * image.height > MAX_READ_PIXELS:
            raise Refused(TOO_BIG)
        image = ImageOps.exif_transpose(image)
        box = (width, min(MAX_DRAWN_PIXELS // width, MAX_SIDE))
        image.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
        return image


class Text:
    #: width of a page to its height
    SHAPE = 1.414

    def __init__(self, file):
        self._columns = COLUMNS
        self._lines = self._lay_out(file.read(sheets.MAX_TEXT_BYTES))

    def _lay_out(self, content):
        return sheets.lay_out_text(content, order["charset"], COLUMNS)

    def count(self):
        return -(-len(self._lines) // LINES)

    def get_size(self, index):
        return (SHOWN_WIDTH, SHOWN_WIDTH * self.SHAPE)

    def draw(self, index, width):
        height = round(width * self.SHAPE)
        image = Image.new("RGB", (width, height), "white")
        margin = width // 18
        font = self._get_font((width - 2 * margin) / self._columns)
        step = (height - 2 * margin) / LINES
        drawing = ImageDraw.Draw(image)
        shown = self._lines[index * LINES : (index + 1) * LINES]
        for number, line in enumerate(shown):
            place = (margin, margin + number * step)
            drawing.text(place, line, fill="#222222", font=font)
        return image

    def _get_font(self, width):
        """Return a font whose letters are so many pixels wide."""
        size = width
        for _time in range(3):
            size *= width / (font.get(size).getlength("0" * 20) / 20)
        return font.get(size)


class Table(Text):
    def _lay_out(self, content):
        lines, self._columns = sheets.lay_out_table(
            content, order["charset"], COLUMNS, MAX_TABLE_COLUMNS
        )
        return lines


KINDS = {"pdf": Pdf, "image": Picture, "text": Text, "table": Table}


def describe(source):
    """Return how many pages there are, and the sizes of those that are shown."""
    total = source.count()
    if not total:
        raise Refused(BROKEN)
    sizes = [source.get_size(index) for index in range(min(total, MAX_PAGES))]
    sizes = [[round(width), round(height)] for width, height in sizes]
    return json.dumps({"total": total, "sizes": sizes}).encode()


def draw(source, number, width):
    """Return a page as a JPEG file.

    :param int number: of the page, from 1
    :param int width: in pixels
    """
    if not 1 <= number <= min(source.count(), MAX_PAGES):
        raise Refused(NO_PAGE)
    image = on_white(source.draw(number - 1, width))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def on_white(image):
    if image.mode.startswith("I;16"):
        # PIL cuts off what is brighter than 255
        image = image.point(lambda value: value / 256).convert("L")
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def follow(order):
    file = os.fdopen(os.dup(0), "rb")
    source = KINDS[order["kind"]](file)
    if order["page"]:
        return draw(source, order["page"], order["width"])
    return describe(source)


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    # what Odoo finds, this finds as well
    sys.path[:] = [*order["path"], os.path.dirname(os.path.dirname(__file__))]
    from rendering import fonts, sandbox, sheets

    if order["kind"] == "pdf":
        import pypdfium2.raw
    from PIL import Image, ImageDraw, ImageOps

    if order["kind"] == "image":
        with contextlib.suppress(ImportError):
            import pillow_heif

            pillow_heif.register_heif_opener()
        Image.init()
    font = fonts.Font(order["fonts"])
    sandbox.enclose(order["path"])
    try:
        answer = follow(order)
    except Refused as refused:
        os._exit(refused.code)
    except MemoryError:
        os._exit(TOO_BIG)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    # nothing of the file is taken apart in order any more
    os._exit(0)

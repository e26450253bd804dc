import base64
import ctypes
import io
import os
import re
import struct
import subprocess
import sys
import tempfile
import textwrap
import time
import zlib
from datetime import timedelta
from unittest.mock import patch

from PIL import BmpImagePlugin, GifImagePlugin, Image, TiffImagePlugin, WebPImagePlugin
from pypdf import PdfReader, PdfWriter

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..tools.rendering import child, process, sandbox
from .common import HTML, PDF, SVG, DocumentHttpCase, make_pdf

# Odoo loads few of Pillow's formats
Image.SAVE.update(
    BMP=BmpImagePlugin._save,
    GIF=GifImagePlugin._save,
    TIFF=TiffImagePlugin._save,
    WEBP=WebPImagePlugin._save,
)


def make_image(kind="PNG", size=(40, 20), mode="RGB", **options):
    written = io.BytesIO()
    Image.new(mode, size, 90).save(written, kind, **options)
    return written.getvalue()


def make_zeros(size):
    """Return a zlib stream of so many zeros, without computing it."""
    piece = 16 * 1024**2
    packer = zlib.compressobj(9)
    first = packer.compress(bytes(piece)) + packer.flush(zlib.Z_FULL_FLUSH)
    # (the check at the end is wrong: nobody gets there)
    return first[:2] + first[2:] * (size // piece) + b"\x03\x00\0\0\0\0"


def make_bomb_pdf():
    """Return a PDF file whose page is a picture of 3 GB in a file of 3 MB."""
    picture = make_zeros(3 * 1024**3)
    page = b"595 0 0 842 0 0 cm /I Do"
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R"
        b"/Resources<</XObject<</I 4 0 R>>>>>>endobj\n"
        b"4 0 obj<</Type/XObject/Subtype/Image/Width 32768/Height 32768/BitsPerComponent 8"
        b"/ColorSpace/DeviceRGB/Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n"
        b"5 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n"
        % (len(picture), picture, len(page), page)
    )


def make_huge_png():
    def chunk(name, content):
        check = zlib.crc32(name + content)
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)
        )

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", make_zeros(30_000 * 30_001))
        + chunk(b"IEND", b"")
    )


def encrypt(content):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt("secret")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


@tagged("-at_install", "post_install")
class TestPictures(DocumentHttpCase):
    """REQ D-17: pages as pictures."""

    def add(self, filename, raw, user=None):
        return self._create_document(
            user or self.owner, name=filename, filename=filename, raw=raw
        )

    @classmethod
    def _create_attachment(cls, *args, **kwargs):
        # as uploads do: Odoo would look into each picture
        env = cls.env
        cls.env = env(context={**env.context, "image_no_postprocess": True})
        try:
            return super()._create_attachment(*args, **kwargs)
        finally:
            cls.env = env

    def page(self, document, page=1, query=""):
        return self.get(f"/my/documents/{document.id}/page/{page}{query}", timeout=60)

    def thumbnail(self, document):
        return self.get(f"/my/documents/{document.id}/thumbnail", timeout=60)

    def assertPicture(self, response, width, ratio=None):
        self.assertEqual(response.status_code, 200, response.text[:300])
        self.assertEqual(response.headers["Content-Type"], "image/jpeg")
        image = Image.open(io.BytesIO(response.content))
        self.assertEqual(image.width, width)
        if ratio:
            self.assertAlmostEqual(image.height / image.width, ratio, 1)
        return image

    # -- what is drawn

    def test_each_page_of_a_pdf_is_a_picture(self):
        self.login(self.owner)
        document = self.add("a.pdf", make_pdf(2))
        first = self.assertPicture(self.page(document), 900, 842 / 595)
        self.assertLess(first.convert("L").getextrema()[0], 60, "there are words")
        second = self.page(document, 2)
        self.assertPicture(second, 900)
        self.assertNotEqual(
            first.tobytes(), Image.open(io.BytesIO(second.content)).tobytes()
        )
        self.assertPicture(self.page(document, 1, "?width=1600"), 1600)
        self.assertPicture(self.thumbnail(document), 320)
        for page in (0, 3, 10**9):
            self.assertEqual(self.page(document, page).status_code, 404)
        for width in ("x", "1", "99999999", "-1", "%00"):
            answer = self.page(document, 1, f"?width={width}")
            self.assertEqual(answer.status_code, 404, width)

    def test_pictures_texts_and_tables_are_drawn_too(self):
        self.login(self.owner)
        for filename, raw in (
            ("a.png", make_image(size=(2000, 1000))),
            ("a.jpg", make_image("JPEG", (2000, 1000))),
            ("a.gif", make_image("GIF", (2000, 1000), "P")),
            ("a.tiff", make_image("TIFF", (2000, 1000))),
            ("a.webp", make_image("WEBP", (2000, 1000))),
            ("a.bmp", make_image("BMP", (2000, 1000))),
            ("a.txt", "Grüße\nЗдравствуйте".encode("utf-16")),
            ("a.csv", b"a;b\n1;2\n" * 80),
        ):
            with self.subTest(filename):
                document = self.add(filename, raw)
                self.assertPicture(self.page(document), 900)
                self.assertPicture(self.thumbnail(document), 320)

    def test_photos_of_phones_are_drawn_the_right_way_up(self):
        import pillow_heif

        self.login(self.owner)
        pillow_heif.register_heif_opener()
        photo = self.add("a.heic", make_image("HEIF", (1000, 500)))
        self.assertPicture(self.page(photo), 900, 0.5)
        exif = Image.Exif()
        exif[0x0112] = 6
        turned = self.add("a.jpg", make_image("JPEG", (1000, 500), exif=exif))
        self.assertPicture(self.page(turned), 500, 2)
        page = self.get(f"/my/documents/{photo.id}").text
        self.assertIn(f"/my/documents/{photo.id}/page/1?width=900", page)

    def test_small_pictures_stay_small(self):
        self.login(self.owner)
        document = self.add("a.png", make_image(mode="RGBA"))
        self.assertPicture(self.page(document), 40)

    # -- what is not

    def test_what_can_run_something_has_no_picture(self):
        self.login(self.owner)
        for filename, raw in (
            ("a.svg", SVG),
            ("a.html", HTML),
            ("a.xml", b"<?xml version='1.0'?><a/>"),
            ("a.zip", b"PK\3\4"),
            ("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
        ):
            document = self.add(filename, raw)
            self.assertEqual(self.page(document).status_code, 415, filename)
            self.assertEqual(self.thumbnail(document).status_code, 303, filename)

    def test_a_parser_takes_the_file_for_what_it_is_called_and_nothing_else(self):
        """A picture that is PostScript inside would start a program that draws it."""
        self.login(self.owner)
        document = self.add("a.png", make_image())
        document.attachment_id.raw = (
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"
        )
        document.attachment_id.mimetype = "image/png"
        self.assertEqual(self.page(document).status_code, 415)

    def test_hostile_files_are_plainly_not_shown(self):
        self.login(self.owner)
        for filename, raw in (
            ("bomb.pdf", make_bomb_pdf()),
            ("encrypted.pdf", encrypt(make_pdf())),
            ("huge.png", make_huge_png()),
            ("cut.png", make_image(size=(500, 500))[:90]),
            ("none.pdf", PDF),
            ("noise.pdf", b"%PDF-1.4\n" + os.urandom(5000)),
            ("cut.pdf", make_pdf(50)[:60]),
        ):
            with self.subTest(filename):
                document = self.add(filename, raw)
                before = time.monotonic()
                answer = self.page(document)
                self.assertIn(answer.status_code, (200, 415))
                if "bomb" not in filename:
                    self.assertEqual(answer.status_code, 415)
                self.assertLess(time.monotonic() - before, 2 * process.SECONDS)
                self.assertIn(self.thumbnail(document).status_code, (200, 303))
                # nobody makes us try again and again
                with patch.object(process, "_run", side_effect=AssertionError):
                    again = self.get(f"/my/documents/{document.id}/page/1?width=320")
                    self.assertIn(again.status_code, (200, 415))
                self.assertEqual(
                    self.get(f"/my/documents/{document.id}").status_code, 200
                )

    def test_a_file_that_is_cut_off_shows_what_is_there_or_nothing(self):
        self.login(self.owner)
        document = self.add("cut.pdf", make_pdf(20)[:2500])
        self.assertIn(self.page(document).status_code, (200, 415))

    def test_of_ten_thousand_pages_the_first_are_shown(self):
        document = self.add("long.pdf", make_pdf(10_000))
        layout = document._get_portal_layout()
        self.assertEqual(layout["total"], 10_000)
        self.assertEqual(len(layout["sizes"]), child.MAX_PAGES)
        self.login(self.owner)
        self.assertPicture(self.page(document, child.MAX_PAGES), 900)
        self.assertEqual(self.page(document, child.MAX_PAGES + 1).status_code, 404)

    def test_a_page_as_long_as_a_street_is_drawn_small(self):
        self.login(self.owner)
        document = self.add("long.pdf", make_pdf(size=(10, 14_000)))
        answer = self.page(document, 1, "?width=1600")
        self.assertEqual(answer.status_code, 200)
        image = Image.open(io.BytesIO(answer.content))
        self.assertLessEqual(image.width * image.height, 1.1 * child.MAX_DRAWN_PIXELS)

    def test_who_takes_too_long_or_writes_too_much_is_ended(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, code in (
                ("slow", "import time; time.sleep(60)"),
                ("loud", "import sys\nwhile 1: sys.stdout.buffer.write(bytes(2**20))"),
                ("dead", "import os; os.abort()"),
                ("odd", "print('no picture')"),
            ):
                program = os.path.join(folder, f"{name}.py")
                with open(program, "w") as file:
                    file.write(code)
                with (
                    self.subTest(name),
                    tempfile.TemporaryFile() as file,
                    patch.object(process, "_PROGRAM", program),
                    patch.object(process, "SECONDS", 1),
                    self.assertRaises(process.NoPicture) as caught,
                ):
                    process.draw(file, "pdf", 1, 320)
                self.assertEqual(caught.exception.problem, "failed")

    # -- the process

    def test_the_process_can_do_nothing_but_draw(self):
        program = textwrap.dedent(
            f"""
            import os, sys
            sys.path.append({os.path.dirname(os.path.dirname(sandbox.__file__))!r})
            from rendering import sandbox
            import socket
            sandbox.enclose([path for path in sys.path if os.path.isabs(path)])
            def tell(name, call):
                try:
                    call()
                    print(name)
                except (OSError, MemoryError):
                    pass
            tell("socket", socket.socket)
            tell("program", lambda: os.execv("/bin/true", ["true"]))
            tell("process", os.fork)
            tell("file", lambda: open({__file__!r} + ".new", "w"))
            tell("memory", lambda: bytearray(2 * 1024**3))
            tell("signal", lambda: os.kill({os.getpid()}, 0))
            print("end")
            """
        )
        done = subprocess.run(
            [sys.executable, "-I", "-c", program], capture_output=True, text=True
        )
        self.assertEqual(done.stdout, "end\n", done.stderr)

    def test_few_draw_at_the_same_time(self):
        with tempfile.TemporaryDirectory() as folder:
            with (
                patch.object(process, "PLACES", 1),
                process.taking_place(folder),
                self.assertRaises(process.NoPlace),
                process.taking_place(folder, 0.1),
            ):
                pass
            # one worker is left for the pages: nobody waits at all
            before = time.monotonic()
            with (
                patch.object(process, "config", {"workers": 2}),
                process.taking_place(folder),
                self.assertRaises(process.NoPlace),
                process.taking_place(folder),
            ):
                pass
            self.assertLess(time.monotonic() - before, 1)
            with process.taking_place(folder):
                pass
        self.login(self.owner)
        document = self.add("a.pdf", make_pdf())
        with patch.object(process, "taking_place", side_effect=process.NoPlace):
            answer = self.page(document)
            self.assertEqual(self.thumbnail(document).status_code, 303)
        self.assertEqual(answer.status_code, 429)
        self.assertTrue(answer.headers["Retry-After"])

    # -- the cache

    def test_a_page_is_drawn_once(self):
        self.login(self.owner)
        document = self.add("a.pdf", make_pdf())
        first = self.page(document)
        with patch.object(process, "_run", side_effect=AssertionError):
            self.assertEqual(self.page(document).content, first.content)
            tag = {"If-None-Match": first.headers["ETag"]}
            again = self.get(f"/my/documents/{document.id}/page/1", headers=tag)
            self.assertEqual((again.status_code, again.content), (304, b""))
            # the same file of somebody else, by the gate of that one
            other = self.add("b.pdf", make_pdf(), user=self.stranger)
            self.assertEqual(self.page(other).status_code, 404)
            self.login(self.stranger)
            self.assertEqual(self.page(other).content, first.content)
            self.assertEqual(self.page(document).status_code, 404)

    def test_a_new_version_has_its_own_pictures(self):
        self.login(self.owner)
        document = self.add("a.pdf", make_pdf(words="Old"))
        old = self.page(document).content
        file = self._create_attachment("b.pdf", make_pdf(words="New"))
        self.env["customer.portal.document.version"]._make_current(document, file)
        self.assertNotEqual(self.page(document).content, old)

    def test_what_is_old_or_of_no_file_is_forgotten(self):
        Picture = self.env["customer.portal.picture"]
        Picture.search([]).unlink()
        document = self.add("a.pdf", make_pdf())
        gone = self.add("b.pdf", make_pdf(words="Gone"))
        broken = self.add("c.pdf", PDF)
        for one in (document, gone, broken):
            one._get_portal_page(1, 320)
        self.assertEqual(len(Picture.search([("page", "=", 0)])), 3)
        Picture._gc_pictures()
        self.assertEqual(len(Picture.search([("page", "=", 0)])), 3)
        file = gone.attachment_id
        gone.unlink()
        file.exists().unlink()
        broken_row = Picture.search([("problem", "!=", False)])
        broken_row.date = fields.Datetime.now() - timedelta(days=2)
        images = self.env["ir.attachment"].search(
            [("res_model", "=", Picture._name), ("res_field", "=", "image")]
        )
        self.assertEqual(len(images), 2)
        Picture._gc_pictures()
        left = Picture.search([])
        self.assertEqual(set(left.mapped("checksum")), {document.checksum})
        self.assertEqual(len(images.exists()), 1)
        left.date = fields.Datetime.now() - timedelta(days=31)
        Picture._gc_pictures()
        self.assertFalse(Picture.search([]))

    def test_what_is_forgotten_is_found_by_indexes(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")  # better for so few rows
        query = self.env["customer.portal.picture"]._get_gc_query()
        plan = str(self.env.execute_query(SQL("EXPLAIN %s", query)))
        for index in ("picture_date_idx", "attachment_portal_checksum_idx"):
            self.assertIn(index, plan)

    def test_no_client_reads_the_cache(self):
        document = self.add("a.pdf", make_pdf())
        document._get_portal_page(1, 320)
        row = self.env["customer.portal.picture"].search([("page", "=", 1)], limit=1)
        image = self.env["ir.attachment"].search(
            [
                ("res_model", "=", row._name),
                ("res_id", "=", row.id),
                ("res_field", "=", "image"),
            ]
        )
        for user in (None, self.owner, self.staff):
            self.login(user)
            for url in (
                f"/web/image/customer.portal.picture/{row.id}/image",
                f"/web/content/customer.portal.picture/{row.id}/image",
                f"/web/content/{image.id}",
            ):
                answer = self.get(url)
                self.assertNotIn(b"\xff\xd8\xff", answer.content, url)

    # -- office files

    def test_a_job_makes_pages_of_office_files(self):
        """With a program that stands for LibreOffice, which looks around first."""
        document = self.add("a.docx", b"PK\3\4 a letter")
        document.attachment_id.mimetype = (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        )
        self.login(self.owner)
        with patch.object(process, "find_office", return_value=None):
            self.assertEqual(self.page(document).status_code, 415)
        # how much of it the kernel can refuse
        landlock = ctypes.CDLL(None).syscall(444, None, 0, 1)
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "office")
            secret = os.path.join(folder, "odoo.conf")
            with open(secret, "w") as file:
                file.write("admin_passwd = secret")
            with open(program, "w") as file:
                file.write(
                    textwrap.dedent(
                        f"""\
                        #!{os.path.realpath(sys.executable)} -IS
                        import ctypes, os, socket, subprocess, sys, tempfile
                        source, target = sys.argv[-1], sys.argv[-2]
                        assert open(source, "rb").read() == b"PK\\3\\4 a letter"
                        ctypes.CDLL("libz.so.1")
                        subprocess.run(["/bin/true"], check=True, stdout=subprocess.DEVNULL)
                        pipe = socket.socket(socket.AF_UNIX)
                        pipe.bind("/tmp/OSL_PIPE_test_" + os.path.basename(target))
                        os.unlink(pipe.getsockname())
                        tempfile.TemporaryFile().write(b"x")
                        os.mkdir(target + "/profile")
                        os.rename(source, target + "/profile/moved")
                        def is_refused(call, *arguments):
                            try:
                                call(*arguments)
                            except PermissionError:
                                return True
                        assert is_refused(socket.socket, socket.AF_INET)
                        assert is_refused(pipe.connect, "/run/postgresql/.s.PGSQL.5432")
                        if {landlock} >= 1:
                            assert is_refused(open, {secret!r})
                            assert is_refused(open, {secret!r}, "a")
                            assert is_refused(open, "/tmp/odoo.test", "w")
                            assert is_refused(os.listdir, {folder!r})
                            assert is_refused(open, "/proc/{os.getpid()}/environ")
                        if {landlock} >= 3:
                            assert is_refused(os.truncate, {secret!r}, 0)
                        if {landlock} >= 6:
                            assert is_refused(os.kill, {os.getpid()}, 0)
                        with open(target + "/document.pdf", "wb") as file:
                            file.write({make_pdf(2)!r})
                        """
                    )
                )
            os.chmod(program, 0o700)
            with patch.object(process, "find_office", return_value=program):
                url = f"/my/documents/{document.id}"
                self.assertIn("being prepared", self.get(url).text)
                self.assertEqual(self.thumbnail(document).status_code, 303)
                Picture = self.env["customer.portal.picture"]
                with patch.object(
                    type(self.env["ir.cron"]), "_commit_progress", return_value=9
                ):
                    Picture._cron_convert_office_files()
                self.assertIn(f"{url}/page/2?width=900", self.get(url).text)
                self.assertPicture(self.page(document, 2), 900)
                self.assertPicture(self.thumbnail(document), 320)

    # -- the page of a document

    def test_tables_and_texts_are_part_of_the_page(self):
        self.login(self.owner)
        for filename, raw, words in (
            (
                "a.csv",
                "Größe;Preis\nklein;1,50\n".encode("cp1252"),
                ['<th scope="col">Größe<', "<td>1,50<"],
            ),
            ("b.csv", b"a,b\n1,2\n3,4\n", ["<td>4<"]),
            ("c.tsv", b"a\tb\n1\t2\n", ["<td>2<"]),
            ("d.txt", "Größe <b>".encode("utf-16"), ["Größe &lt;b&gt;"]),
            ("e.txt", b"", ["This kind of file cannot be shown"]),
        ):
            with self.subTest(filename):
                document = self.add(filename, raw or b" ")
                page = self.get(f"/my/documents/{document.id}").text
                page = re.sub(r">\s+", ">", re.sub(r"\s+<", "<", page))
                if raw:
                    for word in words:
                        self.assertIn(word, page)
                self.assertNotIn("<iframe", page)

    def test_of_a_long_table_the_beginning_is_shown(self):
        self.login(self.owner)
        document = self.add("a.csv", b"number,name\n" + b"7,seven\n" * 5000)
        page = self.get(f"/my/documents/{document.id}").text
        self.assertEqual(len(re.findall(r"<td>\s*seven\s*</td>", page)), 999)
        self.assertIn("the beginning of the table", page)

    def test_by_the_link_of_a_mail_too(self):
        document = self.add("a.heic", make_image("PNG"))
        document.attachment_id.mimetype = "image/tiff"
        token = document._portal_ensure_token()
        self.login(None)
        page = self.get(f"/my/documents/{document.id}?access_token={token}").text
        self.assertIn(f"/page/1?access_token={token}&amp;width=900", page)
        answer = self.page(document, 1, f"?access_token={token}&width=900")
        self.assertPicture(answer, 40)
        self.assertEqual(self.page(document).status_code, 303)

    def test_it_is_kept_as_files(self):
        document = self.add("a.pdf", make_pdf())
        content = document._get_portal_page(1, 320)
        row = self.env["customer.portal.picture"].search(
            [("checksum", "=", document.checksum), ("page", "=", 1)]
        )
        self.assertEqual(base64.b64decode(row.image), content)

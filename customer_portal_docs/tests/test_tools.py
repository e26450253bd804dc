import contextlib
import io
import os
import sys
import tempfile
import time
import zoneinfo
from pathlib import Path
from unittest.mock import patch

import pytz

from odoo.tests import BaseCase, tagged

from ..tools import tus
from ..tools.filenames import (
    MAX_FILENAME_BYTES,
    clean_filename,
    clean_line,
    clean_text,
    count_typed,
    normalize_line_ends,
)
from ..tools.filesizes import format_size
from ..tools.filetypes import get_mimetype, is_active, is_inline, parse_extensions
from ..tools.networks import get_network
from ..tools.tables import escape_text, write_table
from ..tools.zones import find_zone
from .common import HTML, PDF, PNG, SVG


@tagged("-at_install", "post_install")
class TestTables(BaseCase):
    def test_excel_reads_the_letters_and_runs_nothing(self):
        """REQ D-19, U-3: the mark before all, no cell is a formula"""
        table = write_table([["Name", "=1"], ["Möwe", "＝1"], ["-", "\n=1"]])
        self.assertEqual(table[:3], b"\xef\xbb\xbf")
        self.assertEqual(
            table[3:].decode(), "Name,'=1\r\nMöwe,'＝1\r\n'-,\"'\n'=1\"\r\n"
        )

    def test_no_cell_begins_inside_of_one(self):
        """REQ D-19, R-3: Excel may separate by semicolons, other programs by more"""
        for text, escaped in (
            ("Bob;=cmd|' /C calc'!A0;x", "Bob;'=cmd|' /C calc'!A0;x"),
            ("Bob; =1", "Bob;' =1"),
            ('Bob;"=1"', 'Bob;\'"=1"'),
            ("Bob\t@SUM(1)", "Bob\t'@SUM(1)"),
            ("One\n- two", "One\n'- two"),
            (" =1", "' =1"),
            ("Rig; keel - 2 = 1", "Rig; keel - 2 = 1"),
            ("", ""),
        ):
            self.assertEqual(escape_text(text), escaped)


@tagged("-at_install", "post_install")
class TestFilenames(BaseCase):
    def test_a_path_is_cut_to_its_last_part(self):
        """REQ D-6"""
        for sent in ("../../etc/passwd", r"C:\Users\me\passwd", "/passwd", "./passwd"):
            self.assertEqual(clean_filename(sent), "passwd", sent)

    def test_control_and_direction_characters_go(self):
        """REQ D-6"""
        self.assertEqual(clean_filename("a\x00b\r\nc.pdf"), "a b c.pdf")
        self.assertNotIn("\u202e", clean_filename("invoice\u202efdp.exe"))

    def test_nothing_usable_becomes_document(self):
        """REQ D-6"""
        for sent in ("", None, "..", " . ", "\x00"):
            self.assertEqual(clean_filename(sent), "document", repr(sent))

    def test_a_long_name_keeps_its_extension(self):
        """REQ D-6"""
        name = clean_filename("é" * 400 + ".pdf")
        self.assertLessEqual(len(name.encode()), MAX_FILENAME_BYTES)
        self.assertTrue(name.endswith("é.pdf"))

    def test_what_is_no_text_is_none(self):
        """REQ 11.9: a client of the RPC sends whatever it likes"""
        for value in (None, False, True, 7, 1.5, [], ["a"], {"a": 1}):
            for clean in (clean_text, clean_line, normalize_line_ends):
                self.assertEqual(clean(value), "", (clean, value))
            self.assertEqual(count_typed(value), 0)

    def test_texts_lose_what_the_database_refuses(self):
        """REQ D-6"""
        self.assertEqual(clean_line(" a\x00\n\tb "), "a b")
        self.assertEqual(clean_text("one\r\ntwo\x00\x07\n"), "one\ntwo")

    def test_text_stays_as_typed(self):
        """REQ D-2, I-1: tabs, joiners and soft hyphens are part of what people write"""
        family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
        persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
        for word in (family, persian, "Donau\u00addampf", "\u0e01\u200b\u0e02"):
            self.assertEqual(clean_line(word), word)
            self.assertEqual(clean_text(word), word)
            self.assertEqual(clean_filename(f"{word}.pdf"), f"{word}.pdf")
        self.assertEqual(clean_text("Name\tQty\r\n\tBolt\t2"), "Name\tQty\n\tBolt\t2")
        self.assertEqual(clean_line("Name\tQty\u2028here"), "Name Qty here")

    def test_names_arrive_in_one_normal_form(self):
        """REQ D-2: macOS sends NFD"""
        self.assertEqual(clean_filename("u\u0308ber.pdf"), "\u00fcber.pdf")
        self.assertEqual(clean_line("u\u0308"), "\u00fc")
        self.assertEqual(clean_text("u\u0308"), "\u00fc")

    def test_what_nobody_sees_is_nothing(self):
        """REQ D-2"""
        for text in ("\u200b", " \u200d\u00ad ", "\ufeff", "\u202e", "\n\t"):
            self.assertEqual(clean_line(text), "", ascii(text))
            self.assertEqual(clean_text(text), "", ascii(text))
            self.assertEqual(clean_filename(text), "document", ascii(text))

    def test_length_is_counted_as_the_browser_does(self):
        """REQ D-2, I-1: a line end is one, an emoji two"""
        self.assertEqual(count_typed("a\r\nb\r\n"), 4)
        self.assertEqual(count_typed("\U0001f600"), 2)
        self.assertEqual(count_typed(None), 0)

    def test_sizes_are_readable(self):
        """REQ D-15"""
        for size, text in (
            (0, "0 bytes"),
            (1, "1 byte"),
            (71, "71 bytes"),
            (1434, "1.4 kB"),
            (100 << 20, "100 MB"),
        ):
            self.assertEqual(format_size(size), text)

    def test_sizes_are_in_the_language_of_the_page(self):
        """Issue 17: with its point and its words, whatever the language"""
        for lang, size, text in (
            ("de_DE", 1434, "1,4 kB"),
            ("fr_FR", 100 << 20, "100 Mo"),
            ("sr@latin", 1, "1 bajt"),
            ("ar_001", 5, "5 bytes"),
            ("zz_ZZ", 5, "5 bytes"),
        ):
            written = " ".join(format_size(size, lang).split())
            self.assertEqual(written, text)


@tagged("-at_install", "post_install")
class TestNetworks(BaseCase):
    def test_a_household_of_ipv6_counts_as_one_address(self):
        for address, network in (
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::9%eth0", "2001:db8:1:2::/64"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1"),
            ("nonsense", "nonsense"),
            (None, "unknown"),
        ):
            self.assertEqual(get_network(address), network)


@tagged("-at_install", "post_install")
class TestFiletypes(BaseCase):
    def test_content_and_name_make_the_type(self):
        """REQ D-17"""
        for name, head, mimetype in (
            ("a.pdf", PDF, "application/pdf"),
            ("a.png", PNG, "image/png"),
            ("a.jpg", PNG, "image/png"),
            ("a.csv", b"a,b\n1,2\n", "text/csv"),
            ("a.txt", b"hello", "text/plain"),
            ("a.png", b"hello", "text/plain"),
            ("noname", PDF, "application/pdf"),
        ):
            self.assertEqual(get_mimetype(name, head), mimetype, name)

    def test_a_scriptable_type_wins_by_name_or_content(self):
        """REQ D-17"""
        for name, head in (
            ("a.svg", SVG),
            ("a.png", SVG),
            ("a.png", HTML),
            ("a.html", b"just text"),
            ("a.svg", PNG),
            ("a.xml", b"text"),
            ("a.xhtml", b"text"),
        ):
            mimetype = get_mimetype(name, head)
            self.assertTrue(is_active(mimetype), (name, mimetype))
            self.assertFalse(is_inline(mimetype), (name, mimetype))

    def test_office_files_are_not_scripts(self):
        """REQ D-17"""
        mimetype = get_mimetype("a.docx", b"PK\x03\x04")
        self.assertFalse(is_active(mimetype))
        self.assertIn("wordprocessingml", mimetype)

    def test_extensions_are_read_as_people_write_them(self):
        """REQ D-15"""
        self.assertEqual(
            parse_extensions(".PDF, docx;*.png  jpg,"), {"pdf", "docx", "png", "jpg"}
        )
        self.assertEqual(parse_extensions(False), set())


@tagged("-at_install", "post_install")
class TestReceive(BaseCase):
    def _receive(self, data):
        """Return what is written, in the pieces it is written in."""
        pieces = []

        def write(descriptor, piece):
            pieces.append(bytes(piece))
            return os_write(descriptor, piece)

        os_write, stream = os.write, io.BytesIO(data)
        deadline = time.monotonic() + 60
        with tempfile.TemporaryFile() as file, patch("os.write", write):
            taken = tus.receive(stream, file.fileno(), len(data), deadline=deadline)
        self.assertEqual(taken, len(data))
        self.assertEqual(b"".join(pieces), data)
        return pieces

    def test_a_quick_upload_is_written_in_large_pieces(self):
        """REQ D-16"""
        self.assertEqual(len(self._receive(os.urandom(2_500_000))), 3)

    def test_a_slow_upload_is_written_as_it_comes(self):
        """REQ D-16: what arrived is kept, whatever happens to the process"""
        with patch.object(tus, "PIECE_SECONDS", -1):
            pieces = self._receive(os.urandom(500_000))
        self.assertEqual(len(pieces), 4)


@tagged("-at_install", "post_install")
class TestZones(BaseCase):
    def test_old_names_are_the_new_ones_where_the_system_has_none(self):
        """REQ D-18, C-2: as on Ubuntu 24.04 and Debian 13 without tzdata-legacy"""
        with self._system_with("Asia/Kolkata", "UTC"):
            self.assertEqual(find_zone("Asia/Calcutta").key, "Asia/Kolkata")
            # neither the old name nor the new one is there
            self.assertEqual(find_zone("US/Eastern").key, "UTC")

    def test_the_first_one_that_there_is(self):
        """REQ C-2: and no file that somebody names"""
        for names in (("Europe/Berlin",), (None, "../x", 7, "Europe/Berlin", "UTC")):
            self.assertEqual(find_zone(*names).key, "Europe/Berlin")
        for names in ((), (False,), ("../../etc/passwd",), ("Mars/Phobos",)):
            self.assertEqual(find_zone(*names).key, "UTC", names)

    @contextlib.contextmanager
    def _system_with(self, *names):
        """Let Python find these time zones alone."""
        before = zoneinfo.TZPATH
        # nor in PyPI's package of them
        packages = {name for name in sys.modules if name.startswith("tzdata")}
        blocked = dict.fromkeys(packages | {"tzdata"})
        with tempfile.TemporaryDirectory() as folder, patch.dict(sys.modules, blocked):
            for name in names:
                path = Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(pytz.open_resource(name).read())
            try:
                zoneinfo.reset_tzpath(to=[folder])
                zoneinfo.ZoneInfo.clear_cache()
                yield
            finally:
                zoneinfo.reset_tzpath(to=before)
                zoneinfo.ZoneInfo.clear_cache()

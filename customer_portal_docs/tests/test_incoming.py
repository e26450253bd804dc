import errno
import hashlib
import io
import os
import tempfile
from unittest.mock import patch

from werkzeug.test import EnvironBuilder

from odoo.exceptions import UserError
from odoo.http import HTTPRequest
from odoo.tests import tagged

from ..tools.incoming import (
    PIECE_BYTES,
    IncomingFile,
    forget_files,
    receive_files,
)
from .common import DocumentCase


@tagged("-at_install", "post_install")
class TestIncomingFile(DocumentCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def _receive(self, *parts, max_bytes=0):
        incoming = IncomingFile(self.directory, max_bytes)
        self.addCleanup(incoming.close)
        for part in parts:
            incoming.write(part)
        incoming.seek(0)
        return incoming

    def _get_stored(self, attachment):
        return attachment._full_path(attachment.store_fname)

    def test_it_measures_and_hashes_while_it_is_written(self):
        """REQ D-2"""
        incoming = self._receive(b"a" * 5000, b"b")
        self.assertEqual(incoming.size, 5001)
        self.assertEqual(
            incoming.checksum, hashlib.sha1(b"a" * 5000 + b"b").hexdigest()
        )
        self.assertEqual(incoming.head, b"a" * 2048)

    def test_nothing_lies_in_the_directory_until_it_is_placed(self):
        """REQ D-6"""
        incoming = self._receive(b"content")
        self.assertEqual(os.listdir(self.directory), [])
        incoming.place(os.path.join(self.directory, "placed"))
        with open(os.path.join(self.directory, "placed"), "rb") as file:
            self.assertEqual(file.read(), b"content")

    def test_its_bytes_are_written_once(self):
        """REQ D-2: also those of a file that came in pieces"""
        received = self._receive(b"content")
        with open(os.path.join(self.directory, "pieces"), "wb") as file:
            file.write(b"pieces")
        in_pieces = IncomingFile.open(file.name)
        self.addCleanup(in_pieces.close)
        with patch("shutil.copyfileobj", side_effect=AssertionError("copied")):
            received.place(os.path.join(self.directory, "placed"))
            in_pieces.place(os.path.join(self.directory, "placed too"))
        with open(os.path.join(self.directory, "placed"), "rb") as file:
            self.assertEqual(file.read(), b"content")
        with open(os.path.join(self.directory, "placed too"), "rb") as file:
            self.assertEqual(file.read(), b"pieces")

    def test_it_is_copied_where_there_are_no_hard_links(self):
        """REQ D-2"""
        incoming = self._receive(b"content")
        with patch("os.link", side_effect=OSError(errno.EPERM, "no links")):
            incoming.place(os.path.join(self.directory, "placed"))
        self.assertEqual(os.listdir(self.directory), ["placed"])

    def test_a_copy_that_fails_leaves_nothing(self):
        """REQ D-6"""
        incoming = self._receive(b"content")
        full = OSError(errno.ENOSPC, "No space left on device")
        with (
            patch("os.link", side_effect=OSError(errno.EXDEV, "other device")),
            patch("shutil.copyfileobj", side_effect=full),
            self.assertRaises(OSError),
        ):
            incoming.place(os.path.join(self.directory, "placed"))
        self.assertEqual(os.listdir(self.directory), [])

    def test_a_file_over_the_limit_is_counted_and_not_kept(self):
        """REQ D-15"""
        incoming = self._receive(b"a" * 60, b"b" * 60, max_bytes=100)
        self.assertTrue(incoming.is_too_big)
        self.assertEqual(incoming.size, 120)
        self.assertEqual(len(incoming.read()), 60)

    def test_a_full_disk_is_an_error_to_ask_for(self):
        """REQ D-6"""
        incoming = IncomingFile(self.directory)
        self.addCleanup(incoming.close)
        with patch.object(incoming, "_file") as file:
            file.write.side_effect = OSError(errno.ENOSPC, "No space left on device")
            self.assertEqual(incoming.write(b"content"), 7)
        self.assertEqual(incoming.error.errno, errno.ENOSPC)

    def test_a_disk_that_is_full_at_the_end_is_an_error_to_ask_for(self):
        """REQ D-6: the last bytes of a file are written when it is complete"""
        incoming = IncomingFile(self.directory)
        self.addCleanup(incoming.close)
        with patch.object(incoming, "_file") as file:
            file.seek.side_effect = OSError(errno.ENOSPC, "No space left on device")
            incoming.write(b"content")
            self.assertEqual(incoming.seek(0), 0)
        self.assertEqual(incoming.error.errno, errno.ENOSPC)

    def test_a_directory_that_cannot_be_written_is_an_error_to_ask_for(self):
        """REQ D-6"""
        incoming = IncomingFile(os.path.join(self.directory, "absent"))
        incoming.write(b"content")
        incoming.seek(0)
        self.assertEqual(incoming.error.errno, errno.ENOENT)

    def test_a_form_has_one_large_buffer_whatever_its_parts(self):
        """REQ D-2: large writes, and no memory for each part"""
        head = b"--b\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n"
        large = os.urandom(3_000_000)
        parts = [large, *(bytes([number]) * 10 for number in range(50))]
        body = b"".join(head + part + b"\r\n" for part in parts) + b"--b--\r\n"
        environ = EnvironBuilder(
            method="POST",
            input_stream=io.BytesIO(body),
            content_length=len(body),
            content_type="multipart/form-data; boundary=b",
        ).get_environ()
        httprequest = HTTPRequest(environ)
        receive_files(httprequest, self.directory, 0)
        written = []
        keep = IncomingFile._keep

        def _keep(incoming, data):
            written.append(len(data))
            return keep(incoming, data)

        with patch.object(IncomingFile, "_keep", _keep):
            files = httprequest.files.getlist("file")
        self.addCleanup(forget_files, httprequest)
        self.assertEqual([file.stream.read_whole() for file in files], parts)
        pieces = len(large) // PIECE_BYTES + 1
        self.assertLessEqual(len(written), len(parts) + pieces + 2)

    def test_an_attachment_takes_it_without_reading_it(self):
        """REQ D-2"""
        content = os.urandom(70_000)
        incoming = self._receive(content[:40_000], content[40_000:])
        with patch.object(
            IncomingFile, "read", side_effect=AssertionError("read whole")
        ):
            attachment = self.env["ir.attachment"].create(
                {"name": "a.bin", "raw": incoming}
            )
        self.assertEqual(attachment.raw, content)
        self.assertEqual(attachment.checksum, hashlib.sha1(content).hexdigest())
        self.assertEqual(attachment.file_size, 70_000)

    def test_the_stored_file_is_as_readable_as_its_directory(self):
        """REQ D-2: a web server in front may read the filestore"""
        incoming = self._receive(os.urandom(10))
        attachment = self.env["ir.attachment"].create(
            {"name": "a.bin", "raw": incoming}
        )
        path = self._get_stored(attachment)
        directory_mode = os.stat(os.path.dirname(path)).st_mode
        self.assertEqual(os.stat(path).st_mode & 0o777, directory_mode & 0o666)

    def test_the_same_content_is_stored_once(self):
        """REQ D-11"""
        content = os.urandom(1000)
        first, second = (
            self.env["ir.attachment"].create(
                {"name": "a.bin", "raw": self._receive(content)}
            )
            for _number in range(2)
        )
        self.assertEqual(first.store_fname, second.store_fname)
        self.assertEqual(second.raw, content)

    def test_another_content_with_the_same_checksum_is_refused(self):
        """REQ D-6: nobody gets another one's file"""
        stored = self.env["ir.attachment"].create(
            {"name": "a", "raw": self._receive(b"mine" * 9)}
        )
        collision = self._receive(b"hers" * 9)
        with (
            patch.object(IncomingFile, "checksum", stored.checksum),
            self.assertRaisesRegex(UserError, "collides"),
        ):
            self.env["ir.attachment"].create({"name": "b", "raw": collision})

    def test_it_is_on_the_list_to_collect_until_the_transaction_ends(self):
        """REQ D-6: an aborted upload leaves no file for ever"""
        incoming = self._receive(os.urandom(10))
        attachment = self.env["ir.attachment"].create({"name": "a", "raw": incoming})
        checklist = os.path.join(
            attachment._full_path("checklist"), attachment.store_fname
        )
        self.assertTrue(os.path.exists(checklist))

    def test_other_storages_get_bytes(self):
        """REQ D-2"""
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        attachment = self.env["ir.attachment"].create(
            {"name": "a.bin", "raw": self._receive(b"content")}
        )
        self.assertFalse(attachment.store_fname)
        self.assertEqual(attachment.raw, b"content")

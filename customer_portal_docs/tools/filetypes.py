"""What a file is, and what a browser may do with it."""

import mimetypes
from pathlib import PurePosixPath

from odoo.tools.mimetypes import guess_mimetype

#: The only types that a browser may show itself. Everything else is a download: a list of
#: what is safe cannot be surprised by the next scriptable format.
INLINE_MIMETYPES = frozenset(
    {
        "application/pdf",
        "image/avif",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/csv",
        "text/plain",
    }
)

#: First bytes of programs and of what starts one, whatever the file is called.
_PROGRAM_SIGNATURES = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",  # Mach-O, and the next four
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",  # and Java
    b"MZ",  # Windows
    b"dex\n",  # Android
    b"\0asm",  # WebAssembly
    b"L\0\0\0\x01\x14\x02\0",  # a shortcut of Windows
    b"ITSF",  # compiled help
    b"conectix",  # disks: VHD, VHDX, VMDK
    b"vhdxfile",
    b"KDMV",
    b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3",  # OneNote
)
_TEXT_SIGNATURES = (b"#!", b"[InternetShortcut]", b"[Desktop Entry]")

#: Families of which neither name nor content is to be believed: what either of them says wins.
_ACTIVE_MARKS = ("html", "svg", "xml", "javascript", "ecmascript", "x-httpd")

_OFFICE_PREFIXES = ("application/vnd.openxmlformats", "application/vnd.oasis")

_OPAQUE_MIMETYPES = frozenset(
    {"application/octet-stream", "application/zip", "text/plain"}
)


def get_extension(filename):
    """Return the extension of ``filename`` in lower case, without the dot, or ``""``."""
    return PurePosixPath(filename or "").suffix[1:].lower()


def parse_extensions(text):
    """Return the set of extensions in ``text``: ``".PDF, docx png"`` → ``{"pdf", "docx", "png"}``."""
    return {
        part.strip().lstrip("*").lstrip(".").lower()
        for part in (text or "").replace(",", " ").replace(";", " ").split()
    } - {""}


def is_program(head):
    """Tell whether a file begins as a program or a script does.

    :param head: bytes, the beginning of the file
    """
    # a shortcut is a text, which may begin with a mark of its encoding or empty lines
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    return head.startswith(_PROGRAM_SIGNATURES) or text.startswith(_TEXT_SIGNATURES)


def is_active(mimetype):
    """Tell whether a browser that opens this type may run what is inside."""
    if not mimetype or mimetype.startswith(_OFFICE_PREFIXES):
        return False
    return any(mark in mimetype for mark in _ACTIVE_MARKS)


def is_inline(mimetype):
    """Tell whether the portal may show this type instead of offering it as a download."""
    return mimetype in INLINE_MIMETYPES


def get_mimetype(filename, head):
    """Return the media type of a file from its name and its first bytes.

    The content decides where it is clear; the name decides between types that look alike
    (office files are ZIP files, CSV is text). A scriptable type on either side wins.

    :param filename: str
    :param head: bytes, the beginning of the file
    :rtype: str
    """
    by_name = (mimetypes.guess_type(filename)[0] or "").lower()
    by_content = (guess_mimetype(head) or "").split(";")[0].strip().lower()
    for mimetype in (by_name, by_content):
        if is_active(mimetype):
            return mimetype
    if by_name and (by_content in _OPAQUE_MIMETYPES or not by_content):
        return by_name if _agrees(by_name, by_content) else by_content
    return by_content or by_name or "application/octet-stream"


def _agrees(by_name, by_content):
    # a picture or a PDF has a signature: opaque content under such a name is something else
    return by_name not in INLINE_MIMETYPES or (
        by_content == "text/plain" and by_name.startswith("text/")
    )

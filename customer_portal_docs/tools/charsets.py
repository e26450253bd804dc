"""In which encoding a text file is: browsers take what is not said for UTF-8."""

import codecs
import re

try:
    import chardet
except ImportError:  # Odoo's own requirement, which some installations lack
    chardet = None

#: That are looked at, in bytes.
SAMPLE_BYTES = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
#: What a guess is called by browsers, by kind. https://encoding.spec.whatwg.org/
_EAST_ASIAN = {
    "cp932": "shift_jis",
    "shift_jis": "shift_jis",
    "euc-jp": "euc-jp",
    "gb18030": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5",
    "cp949": "euc-kr",
    "euc-kr": "euc-kr",
}
_OTHER_ALPHABETS = {
    "windows-1251": "windows-1251",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "ibm866": "ibm866",
    "cp866": "ibm866",
    "windows-1253": "windows-1253",
    "iso-8859-7": "windows-1253",
    "windows-1255": "windows-1255",
    "windows-1256": "windows-1256",
}
_WESTERN, _CENTRAL, _CYRILLIC = "windows-1252", "windows-1250", "windows-1251"
#: Kana, ideographs, Hangul, and the punctuation and wide letters that go with them.
_EAST_ASIAN_TEXT = re.compile(
    "[\u2010-\u2026\u2190-\u21ff\u2460-\u25ff\u3000-\u30ff\u3130-\u318f\u3200-\u9fff\uac00-\ud7a3\uff00-\uffef]+"
)
_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
#: Polish letters that are signs in the Western set, within a word: a cubic metre is none.
_CENTRAL_LETTERS = re.compile(rb"[a-z\xc0-\xff][\xb3\xb9\xbf][a-z\xc0-\xff]")


def find_charset(head):
    """Return what the beginning of a text file is encoded in, by the name browsers know.

    UTF-8 is certain; the others are told apart by how their letters stand together.

    :param bytes head: up to :data:`SAMPLE_BYTES`
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if _is_utf8(head):
        return "utf-8"
    guess = _guess(head)
    name = _EAST_ASIAN.get(guess)
    if name and _reads_as_east_asian(head, guess):
        return name
    if _is_other_alphabet(head):
        return _OTHER_ALPHABETS.get(guess, _CYRILLIC)
    return _CENTRAL if _CENTRAL_LETTERS.search(head) else _WESTERN


def _is_utf8(head):
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        # the last character may be cut
        decoder.decode(head, final=len(head) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _guess(head):
    found = chardet.detect(head) if chardet else {}
    return (found.get("encoding") or "").lower()


def _reads_as_east_asian(head, encoding):
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except (LookupError, UnicodeDecodeError):
        return False
    foreign = re.sub(r"[\x00-\x7f]+", "", text)
    return bool(foreign) and bool(_EAST_ASIAN_TEXT.fullmatch(foreign))


def _is_other_alphabet(head):
    """Tell whether whole words are of no Latin letters: Latin words mix both."""
    words = [word for word in _WORD.findall(head) if not word.isascii()]
    whole = sum(
        1 for word in words if len(word) > 2 and not re.search(rb"[A-Za-z]", word)
    )
    mixed = sum(1 for word in words if re.search(rb"[A-Za-z]", word))
    return whole > mixed

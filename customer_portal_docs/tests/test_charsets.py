"""Texts in the encodings that people's programs write."""

from odoo.tests import BaseCase, tagged

from ..tools.charsets import find_charset
from .common import DocumentHttpCase

TEXTS = {
    "windows-1252": (
        "Grüße aus Köln",
        "Café à la crème – déjà vu",
        "Preis: 5 €; Müller",
        "Volumen in m³, cœur",
    ),
    "windows-1251": ("Привет, как дела?", "Накладная;Количество\nГвозди;5\n"),
    "shift_jis": ("こんにちは世界", "請求書 2026年11月", "カタカナ 東京都"),
    "euc-jp": ("こんにちは世界",),
    "gb18030": ("你好，世界。这是合同。",),
    "koi8-r": ("Привет, как дела?",),
    "windows-1250": ("Zażółć gęślą jaźń",),
    "utf-8": ("Grüße", "こんにちは", "plain", "Привет 😀"),
}


@tagged("-at_install", "post_install")
class TestCharsets(BaseCase):
    def test_the_encoding_is_found(self):
        """REQ D-16"""
        for charset, texts in TEXTS.items():
            for text in texts:
                self.assertEqual(find_charset(text.encode(charset)), charset, text)

    def test_a_character_that_is_cut_is_no_error(self):
        self.assertEqual(find_charset("ü".encode() * 32_768 + b"x"), "utf-8")
        self.assertEqual(find_charset(b"x" + "ü".encode() * 32_768)[:3], "utf")


@tagged("-at_install", "post_install")
class TestTextFiles(DocumentHttpCase):
    def test_a_browser_is_told(self):
        """REQ D-16"""
        self.login(self.owner)
        for charset, texts in TEXTS.items():
            document = self._create_document(
                self.owner, filename="text.txt", raw=texts[0].encode(charset)
            )
            answer = self.get(f"/my/documents/{document.id}/content")
            self.assertEqual(
                answer.headers["Content-Type"], f"text/plain; charset={charset}"
            )
            self.assertEqual(answer.content.decode(charset), texts[0])

"""What headers of a mail say of a machine, and of who proved the sender."""

from email import message_from_string, policy

from odoo.tests import TransactionCase, tagged

from ..tools.link_keys import remove_keys
from ..tools.mail_origin import MailOrigin, parse_results

KEY = "0123456789abcdef" * 4
ID = "mx.example.com"
DKIM = "dkim=pass header.d=example.com"
#: Results that prove a sender of example.com, and results that do not.
GENUINE = (
    f"{ID}; {DKIM}",
    f'{ID} 1; spf=none; {DKIM} header.s=sel header.b="a/b+c=="',
    f"{ID.upper()}; dkim=fail header.d=other.example; {DKIM}",
    f"{ID}; dkim=pass (2048-bit key; ok) header.d=mail.example.com",
    f"{ID}; dkim=pass header.i=@example.com",
    f"{ID}; spf=pass smtp.mailfrom=anna@example.com; dmarc=pass header.from=example.com",
    f"{ID};\r\n {DKIM};\r\n dmarc=pass (p=REJECT) header.from=example.com",
)
FORGED = (
    f"{ID}; none",
    f"{ID}; dkim=fail header.d=example.com",
    f"{ID}; dkim=pass header.d=evil.example",
    f"{ID}; dkim=pass header.d=com",
    f"{ID}; dkim=pass header.d=notexample.com",
    f"{ID}; dkim=pass header.d=example.com.evil.example",
    f"{ID}; spf=pass smtp.mailfrom=anna@example.com",
    f"{ID}; spf=pass smtp.mailfrom=x@evil.example; dmarc=pass header.from=example.com",
    f"{ID}; dmarc=pass header.from=example.com",
    f"{ID}; {DKIM}; dmarc=fail header.from=example.com",
    f'{ID}; spf=fail ("; {DKIM}") smtp.mailfrom=evil.example',
    f'{ID}; spf=pass smtp.mailfrom="x; {DKIM}; y"@evil.example',
    f"{ID}; spf=pass (comment (nested ; {DKIM}) ; {DKIM}) smtp.mailfrom=evil.example",
    f"evil.example; {DKIM}",
    f"mx.example.com.evil.example; {DKIM}",
    f"; {DKIM}",
    "",
    ";;;;",
    "(" * 1000,
)


def parse(*headers, sender="Anna <anna@example.com>", body="Hello"):
    lines = [f"From: {sender}", *headers]
    text = "\r\n".join([*lines, "", body])
    return message_from_string(text, policy=policy.SMTP)


@tagged("-at_install", "post_install")
class TestMailOrigin(TransactionCase):
    def test_what_proves_a_sender(self):
        for results, is_proved in (
            *((each, True) for each in GENUINE),
            *((each, False) for each in FORGED),
        ):
            with self.subTest(results=results[:80]):
                message = parse(f"Authentication-Results: {results}")
                self.assertIs(MailOrigin(message, {ID}).is_proved, is_proved)
                self.assertFalse(MailOrigin(message).is_proved)

    def test_only_the_topmost_results_count(self):
        genuine, other = (
            f"Authentication-Results: {each}" for each in (GENUINE[0], FORGED[1])
        )
        self.assertTrue(MailOrigin(parse(genuine, other), {ID}).is_proved)
        self.assertFalse(MailOrigin(parse(other, genuine), {ID}).is_proved)
        self.assertFalse(MailOrigin(parse(), {ID}).is_proved)

    def test_one_sender_is_proved_not_several(self):
        results = f"Authentication-Results: {GENUINE[0]}"
        for sender in (
            "anna@example.com, eve@evil.example",
            "eve@evil.example",
            "anna@example.com\r\nFrom: eve@evil.example",
            "",
        ):
            message = parse(results, sender=sender)
            self.assertFalse(MailOrigin(message, {ID}).is_proved, sender)

    def test_results_are_read_as_the_standard_says(self):
        found = parse_results(f'{ID} 1; dkim=pass (a \\) b) header.d="ex\\"ample.com"')
        result = {"method": "dkim", "result": "pass", "header.d": 'ex"ample.com'}
        self.assertEqual(found, (ID, [result]))

    def test_machines(self):
        for header in (
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: Auto-Generated; x=y",
            "Precedence: bulk",
            "Precedence: LIST",
            "X-Auto-Response-Suppress: All",
            "List-Id: <list.example.org>",
            "Return-Path: <>",
            "X-Autoreply: yes",
        ):
            self.assertTrue(MailOrigin(parse(header)).is_automatic, header)
        for header in (
            "Auto-Submitted: no",
            "Precedence: first-class",
            "Return-Path: <anna@example.com>",
            "X-Other: 1",
        ):
            self.assertFalse(MailOrigin(parse(header)).is_automatic, header)


@tagged("-at_install", "post_install")
class TestLinkKeys(TransactionCase):
    def test_keys_go_and_all_else_stays(self):
        for text, cleaned in (
            (
                f"https://x.org/my/ticket/5?access_token={KEY} ok",
                "https://x.org/my/ticket/5? ok",
            ),
            (
                f"> http://x.org/my/ticket/5?access_token=3D{KEY[:9]}\n> {KEY[9:]}\n> Best",
                "> http://x.org/my/ticket/5?\n> Best",
            ),
            (
                f"&gt; /my/ticket/5?access_token={KEY[:9]}<br>\n&gt; {KEY[9:]}<br>Best",
                "&gt; /my/ticket/5?<br>Best",
            ),
            (
                f'<a href="/my/ticket/5?access_token={KEY}&amp;x=1">{KEY}</a>',
                '<a href="/my/ticket/5?&amp;x=1"></a>',
            ),
            (
                f"https://safe.example/?url=https%3A%2F%2Fx.org%2Fmy%2Fticket%2F5"
                f"%3Faccess_token%3D{KEY}&data=1",
                "https://safe.example/?url=https%3A%2F%2Fx.org%2Fmy%2Fticket%2F5%3F&data=1",
            ),
            (f"/my/ticket/5/{KEY} ok", "/my/ticket/5 ok"),
            # not the "=3D" of mail programs
            (f"/my/ticket/5?access_token=3d{KEY[2:]} ok", "/my/ticket/5? ok"),
            (
                f"> /my/ticket/5?access_token=3d{KEY[2:40]}\n> {KEY[40:]}\n> Best",
                "> /my/ticket/5?\n> Best",
            ),
            (f"/my/ticket/5?access_token=3D3d{KEY[2:]} ok", "/my/ticket/5? ok"),
            (
                "/mail/view?model=x&access_token=8b1a9953-c461-1296-a827-abf8c47804d7"
                f"&pid=5&hash={KEY}",
                "/mail/view?model=x&pid=5",
            ),
        ):
            with self.subTest(text=text[:60]):
                found = remove_keys(text, lambda key: key == KEY)
                self.assertEqual(found, cleaned)
        for text in (
            "my token = hello and hash = world",
            "https://cloud.example/s?access_token=abcdefghijklmnopqrstuvw",
            "a" * 64,
            "",
            None,
        ):
            self.assertEqual(remove_keys(text, lambda key: key == KEY), text)

"""Core's discussion on the page of a document still works with all that we refuse."""

from odoo.tests import tagged

from .common import DocumentHttpCase

WRITE = """
(async () => {
    const until = async (find) => {
        for (let tries = 0; tries < 300; tries++) {
            const found = find();
            if (found) return found;
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error("not found: " + find);
    };
    const root = () => document.querySelector("#chatterRoot")?.shadowRoot;
    const input = await until(() => root()?.querySelector(".o-mail-Composer-input"));
    input.focus();
    input.value = "Is it right?";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    const send = await until(() => root().querySelector(".o-mail-Composer-send:not([disabled])"));
    send.click();
    await until(() =>
        [...root().querySelectorAll(".o-mail-Message")].some((each) =>
            each.textContent.includes("Is it right?")
        )
    );
    await until(() => root().textContent.includes("It was always so"));
    console.log("test successful");
})();
"""


@tagged("-at_install", "post_install")
class TestDiscussionPage(DocumentHttpCase):
    def test_customers_and_visitors_with_a_link_write(self):
        """REQ D-1"""
        document = self._create_document(self.owner, filename="a.bin", raw=b"\x00\x01")
        document.with_user(self.document_user).message_post(
            body="It was always so",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        token = document._portal_ensure_token()
        for login, query in (
            (self.owner.login, ""),
            (self.colleague.login, ""),
            (None, f"?access_token={token}"),
        ):
            self.browser_js(f"{document.access_url}{query}", WRITE, login=login)
            self.env.invalidate_all()
            self.assertIn("Is it right?", document.message_ids[0].body)
            self.assertEqual(document.message_ids[0].message_type, "comment")

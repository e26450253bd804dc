"""What is computed for a reader is computed again for one of another language."""

from odoo.tests import tagged
from odoo.tests.common import TransactionCase

ADDONS = "odoo.addons.customer_portal_"
#: Computed texts that are the same in every language: addresses, secrets, names of models.
NO_WORDS = {
    "access_url",
    "item_models",
    "new_password",
    "password",
    "portal_form_snippet",
    "url",
}


@tagged("-at_install", "post_install")
class TestLanguages(TransactionCase):
    def _get_computed_texts(self):
        """Yield the fields of text that our code computes and nothing stores."""
        for name in self.registry:
            model = self.env[name]
            for field in model._fields.values():
                if (
                    field.type in ("char", "text", "html")
                    and isinstance(field.compute, str)
                    and not field.store
                    and getattr(type(model), field.compute).__module__.startswith(
                        ADDONS
                    )
                ):
                    yield field

    def test_words_are_computed_for_each_language(self):
        """Mails are written to several people in one transaction: the first one's is kept, else."""
        texts = list(self._get_computed_texts())
        self.assertGreater(len(texts), 10)
        for field in texts:
            if field.name not in NO_WORDS:
                with self.subTest(field=str(field)):
                    self.assertIn("lang", self.registry.field_depends_context[field])

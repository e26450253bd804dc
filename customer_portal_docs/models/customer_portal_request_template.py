from odoo import fields, models
from odoo.fields import Command


class CustomerPortalRequestTemplate(models.Model):
    """A checklist of documents, to ask many contacts for the same."""

    _name = "customer.portal.request.template"
    _description = "Checklist of Documents"
    _portal_texts = ("note",)
    _inherit = ["customer.portal.title.mixin"]
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    note = fields.Text("Message to the Customer", translate=True)
    line_ids = fields.One2many(
        "customer.portal.request.template.line",
        "template_id",
        string="Lines",
        copy=True,
    )
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)

    def _for_contact(self, partner):
        """Return the checklist in the language of who is asked."""
        return self.with_context(lang=partner.lang or self.env.lang)

    def _get_request_commands(self, company, known=()):
        """Return the commands that add the lines to a request.

        :param company: the request's
        :param known: names of lines that are there already
        """
        return [
            Command.create(vals)
            for vals in self.line_ids._prepare_request_lines(company)
            if vals["name"] not in known
        ]

    def _translate_texts(self, record, names):
        """Put texts that came from the checklist in any language into the one of its context.

        :param names: names of fields of the record
        """
        translations = self._get_translations()
        for name in names:
            record[name] = translations.get(record[name], record[name])

    def _get_translations(self):
        """Return the texts in the language of the context, by themselves in each language."""
        texts = self._get_texts()
        return {
            text: translated
            for lang, _name in self.env["res.lang"].get_installed()
            for text, translated in zip(
                self.with_context(lang=lang)._get_texts(), texts, strict=True
            )
            if text and translated
        }

    def _get_texts(self):
        lines = self.line_ids
        return [
            self.name,
            self.note,
            *lines.mapped("name"),
            *lines.mapped("description"),
        ]

from odoo import models

from .mail_render_mixin import ASKER


class MailComposerMixin(models.AbstractModel):
    """Who writes with a template has of its records what they may read.

    Where somebody may not edit templates, core renders them with all rights: the words are to be
    trusted. The records are nobody's to read for that. A mail may hold the key of an invitation or
    of a personal link, and who has sent it reads it afterwards.
    """

    _inherit = "mail.composer.mixin"

    def _render_lang(self, res_ids, *args, **kwargs):
        composer = self._ask_for_records(res_ids)
        return super(MailComposerMixin, composer)._render_lang(res_ids, *args, **kwargs)

    def _render_field(self, field, res_ids, *args, **kwargs):
        composer = self._ask_for_records(res_ids)
        return super(MailComposerMixin, composer)._render_field(
            field, res_ids, *args, **kwargs
        )

    def _ask_for_records(self, res_ids):
        """Return the composer as it renders these records for who asks.

        :raise AccessError: one of the records is not theirs to read
        """
        if self.env.su:
            return self
        if self.render_model:
            self.env[self.render_model].browse(res_ids).check_access("read")
        return self.with_context(portal_renders_for=ASKER)

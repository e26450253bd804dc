from odoo import api, models

#: Context values of what is rendered: for who writes a mail, for whom a mail goes to, and for whoever
#: reads what a template makes. Objects, so that no client can send them.
ASKER, RECIPIENT, READER = object(), object(), object()


def is_for_reader(env):
    """Tell whether a template is read and not sent: the keys of links are for whom mails go to."""
    return env.context.get("portal_mail_is_for") is READER


class MailRenderMixin(models.AbstractModel):
    _inherit = "mail.render.mixin"

    @api.model
    def _render_template(self, template_src, model, res_ids, *args, **kwargs):
        context = self.env.context
        if self.env.su and context.get("portal_renders_for") is ASKER:
            # as the templates themselves: any words, and the rights of who asks
            # sudo ends here: what the records are read with is not core's for them
            templates = self.env["mail.template"].sudo(False)
            self = templates.with_context(portal_renders_for=None)
            return self._render_template(template_src, model, res_ids, *args, **kwargs)
        if context.get("portal_mail_is_for") not in (RECIPIENT, READER):
            self = self.with_context(portal_mail_is_for=READER)
        return super()._render_template(template_src, model, res_ids, *args, **kwargs)

    def _render_lang(self, res_ids, *args, **kwargs):
        # a language may be switched off after somebody reported in it: core would refuse to write
        # the mail, and all that are written with it
        Lang = self.env["res.lang"]
        langs = super()._render_lang(res_ids, *args, **kwargs)
        reads = self.env.context.get("portal_mail_lang")
        if isinstance(reads, str):
            # who gets the mail in the place of another
            langs = dict.fromkeys(langs, reads)
        return {id_: Lang._get_code(lang or "") or "" for id_, lang in langs.items()}

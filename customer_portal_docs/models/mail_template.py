import logging

from lxml import etree

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.modules import Manifest
from odoo.tools.misc import file_path

from ..tools.memo import Memo, remember
from .mail_render_mixin import RECIPIENT

_logger = logging.getLogger(__name__)


class MailTemplate(models.Model):
    _inherit = "mail.template"

    #: Only to search by
    portal_is_shipped = fields.Boolean(
        string="Shipped with the Customer Portal",
        store=False,
        search="_search_portal_is_shipped",
    )

    @api.model
    def _search_portal_is_shipped(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: ir.model.data - which templates these addons have brought
        data_sudo = self.env["ir.model.data"].sudo()
        shipped = data_sudo.search(
            [
                ("model", "=", self._name),
                ("module", "in", self._get_portal_modules()),
            ]
        )
        domain = Domain("id", "in", shipped.mapped("res_id"))
        return domain if True in value else ~domain

    @api.model
    def _get_portal_modules(self):
        """Return the names of the addons whose templates are the portal's; each adds its own."""
        return ["customer_portal_docs"]

    @api.model
    def _renew_unedited(self, module):
        """Write a module's templates as its files have them, but for those that somebody edited.

        Odoo's update leaves them alone, so an upgrade step calls this.
        """
        for filename in Manifest.for_addon(module)["data"]:
            path = f"{module}/{filename}"
            if not path.endswith(".xml"):
                continue
            for record in etree.parse(file_path(path)).iter("record"):
                if record.get("model") == "mail.template":
                    template = self.env.ref(f"{module}.{record.get('id')}", False)
                    if template:
                        template._renew_from(path)

    def _renew_from(self, path):
        """Write the template as a file has it, unless it was edited.

        :param path: str, "module/folder/file.xml"
        """
        # by SQL: written by the ORM, an edited one would look as the update left it
        self.env.cr.execute(
            "UPDATE mail_template SET template_fs = %s WHERE id = %s", [path, self.id]
        )
        self.invalidate_recordset(["template_fs"])
        if self.write_uid._is_superuser():
            before = self._get_translations()
            self.reset_template()
            self._keep_translations(before)
        else:
            _logger.info("%s was edited by %s: kept", self.name, self.write_uid.login)

    def _get_translations(self):
        """Return what is stored of each translated field: name to dict of language to text."""
        return {
            name: field._get_stored_translations(self) or {}
            for name, field in self._fields.items()
            if field.translate is True and field.store
        }

    def _keep_translations(self, before):
        """Put translations back of what says the same in English: who imported them edited nothing.

        :param dict before: of :meth:`_get_translations`
        """
        languages = {code for code, _name in self.env["res.lang"].get_installed()}
        for name, after in self._get_translations().items():
            texts = {
                code: text
                for code, text in before[name].items()
                if code in languages - {"en_US"}
            }
            if texts and before[name].get("en_US") == after.get("en_US"):
                self.update_field_translations(name, texts)

    def send_mail_batch(self, res_ids, **kwargs):
        self = self.with_context(portal_mail_is_for=RECIPIENT)
        # no person writes a mail of ours that comes of a template: machines need not answer it
        if self._is_mail_of_portal_suite():
            self = self.with_context(
                portal_automatic_mail=True, portal_compiled_templates=Memo()
            )
        return super().send_mail_batch(res_ids, **kwargs)

    def _send_when_committed(self, res_id, context=None, **kwargs):
        """Send one mail when the transaction is over.

        :param dict context: what the text is made with, the reader's language above all: where the
            mail cannot be delivered, staff are not told so in that language
        :param kwargs: of ``send_mail``
        :return: the mail, sudoed
        """
        mail_id = self.with_context(**(context or {})).send_mail(res_id, **kwargs)
        # sudo: mail.mail - who causes a mail may not read the queue that it is in
        mail_sudo = self.env["mail.mail"].sudo().browse(mail_id)
        mail_sudo._send_when_committed()
        return mail_sudo

    def _render_encapsulate(
        self, layout_xmlid, html, add_context=None, context_record=None
    ):
        if self._is_mail_of_portal_suite() and context_record:
            # what core calls it, where the mail does not say better
            model = self.env["ir.model"]._get(context_record._name)
            names = {
                model.display_name,
                model.with_context(lang=context_record.env.lang).display_name,
                None,
            }
            said = (add_context or {}).get("model_description")
            add_context = {
                **(add_context or {}),
                "hides_model": said in names,
                "fits_phones": True,
            }
            if context_record._name == "customer.portal.document":
                # of several documents, the title of one is not what the mail is about
                add_context.setdefault(
                    "record_name", context_record._get_names_together()
                )
        return super()._render_encapsulate(
            layout_xmlid, html, add_context=add_context, context_record=context_record
        )

    def _is_mail_of_portal_suite(self):
        xmlid = remember(
            self,
            "portal_compiled_templates",
            (self._name, self.id),
            lambda: self.get_external_id().get(self.id) or "",
        )
        return xmlid.startswith("customer_portal_")

from odoo import api, models


class MailThread(models.AbstractModel):
    """Customers follow what a page offers them to follow, and nothing else.

    To follow gives reading by the rules of many models, to a whole company by some: of tickets,
    projects, tasks. Core lets whoever may read a record follow it. A page that offers it, such as
    core's for shared tasks, asks its own gate first, and then as the superuser.
    """

    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        if self.env.user.share and not self.env.su:
            return False
        return super().message_subscribe(
            partner_ids=partner_ids, subtype_ids=subtype_ids
        )

    def message_post(self, **kwargs):
        # any client may send it, and who comes with a link is the superuser here
        if self.env.user.share and self.env.context.get("mail_post_autofollow"):
            self = self.with_context(mail_post_autofollow=None)
        return super().message_post(**kwargs)

    # -- what comes in by core's own doors

    @api.model
    def _get_thread_with_access(
        self, thread_id, *, hash=None, pid=None, token=None, **kwargs
    ):
        # core compares keys with consteq, which takes two ASCII texts and nothing else: neither a
        # record without a key nor what a client can send besides
        if not _is_key(token) or not self._has_post_token(thread_id):
            token = None
        if not _is_key(hash) or not str(pid).isascii() or not str(pid).isdigit():
            hash, pid = None, None
        return super()._get_thread_with_access(
            thread_id, hash=hash, pid=pid, token=token, **kwargs
        )

    @api.model
    def _has_post_token(self, thread_id):
        name = self._mail_post_token_field
        # sudo: mail.thread - whether there is a key, and not which
        record_sudo = self.browse(thread_id).sudo().exists()
        return bool(name in self._fields and record_sudo[name])

    def _get_portal_attachment_company_sudo(self):
        """Return the company whose settings say which files customers may add here, sudoed."""
        # sudo: res.company - the settings of the company
        company_sudo = self.env.company.sudo()
        if self._name != "res.company" and "company_id" in self._fields:
            return self.sudo().company_id or company_sudo
        return company_sudo

    def _check_portal_attachment(self):
        """Let customers add files to the discussion of this record now.

        :raise odoo.exceptions.UserError: it takes none, with the HTTP status to give
        """
        self.ensure_one()


def _is_key(text):
    return isinstance(text, str) and text.isascii()

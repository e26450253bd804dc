from markupsafe import Markup

from odoo import api, models

from ..exceptions import InvalidInput
from ..tools.filenames import clean_line, clean_text

#: Names of what customers change of their own documents.
OWN_FIELDS = ("name", "description", "folder_id", "visibility")


class CustomerPortalDocumentOwn(models.AbstractModel):
    """What customers do with their own documents: change them and take them back.

    It keeps nothing. Which documents are the current user's own is for the callers to ask, see
    :meth:`customer.portal.document._is_own_in_portal`.
    """

    _name = "customer.portal.document.own"
    _description = "Customers' Own Documents"

    @api.model
    def _change(self, documents, vals):
        """Change one's own documents as a customer, and tell of it in their discussions.

        The caller has made sure that they are the current user's own, and that the user may
        put documents into the folder.

        :param dict vals: of :data:`OWN_FIELDS`; what is not there stays as it is
        :raise InvalidInput: no title
        :raise DocumentLockedError: one of them is locked
        """
        documents._check_not_locked()
        vals = self._clean_values(vals)
        # sudo: customer.portal.document - customers change their own ones here and nowhere else
        for document_sudo in documents.sudo():
            changed = {
                name: value
                for name, value in vals.items()
                if document_sudo._fields[name].convert_to_write(
                    document_sudo[name], document_sudo
                )
                != value
            }
            if changed:
                told = self._describe_changes(document_sudo, changed)
                document_sudo.with_context(mail_notrack=True).write(changed)
                self._tell(document_sudo, told)

    @api.model
    def _clean_values(self, vals):
        vals = {name: vals[name] for name in OWN_FIELDS if name in vals}
        if "name" in vals:
            vals["name"] = clean_line(vals["name"])
            if not vals["name"]:
                raise InvalidInput(
                    self.env._("Please give the document a title."), code="no_title"
                )
        if "description" in vals:
            vals["description"] = clean_text(vals["description"]) or False
        if "folder_id" in vals:
            vals["folder_id"] = vals["folder_id"] or False
        return vals

    @api.model
    def _describe_changes(self, document_sudo, vals):
        """Return what a change changes, in words for the discussion, a line for each."""
        lines = []
        if "name" in vals:
            lines.append(
                self.env._(
                    "Renamed from “%(before)s” to “%(after)s”",
                    before=document_sudo.name,
                    after=vals["name"],
                )
            )
        if "description" in vals:
            lines.append(self.env._("Changed the description"))
        if "folder_id" in vals:
            lines.append(self._describe_move(document_sudo, vals["folder_id"]))
        if "visibility" in vals:
            who = document_sudo._get_visibility_label(
                vals["visibility"],
                document_sudo.partner_id,
                document_sudo.commercial_partner_id,
            )
            lines.append(self.env._("Visible to: %(who)s", who=who))
        return lines

    @api.model
    def _describe_move(self, document_sudo, folder_id):
        before = document_sudo.folder_id
        after = before.browse(folder_id or [])
        if after:
            return self.env._("Moved to “%(folder)s”", folder=after.name)
        # customers read it: what staff call a folder of their own is not for them
        if before not in before._get_portal_folders_sudo():
            return self.env._("Moved out of its folder")
        return self.env._("Moved out of “%(folder)s”", folder=before.name)

    @api.model
    def _withdraw(self, documents):
        """Take back one's own documents: nobody finds them any more, and staff keep them.

        :raise DocumentLockedError: one of them is locked
        """
        documents._check_not_locked()
        # sudo: customer.portal.document - as above
        for document_sudo in documents.sudo():
            document_sudo.with_context(mail_notrack=True).active = False
            self._tell(document_sudo, [self.env._("Withdrawn by the customer")])
            document_sudo.request_line_id._note_withdrawn(document_sudo)

    @api.model
    def _tell(self, document_sudo, lines):
        """Post what the current user has done with the document.

        :param lines: list of str
        """
        document_sudo.message_post(
            body=Markup("<br/>").join(lines),
            author_id=self.env.user.partner_id.id,
            message_type="notification",
            subtype_xmlid="mail.mt_comment",
        )

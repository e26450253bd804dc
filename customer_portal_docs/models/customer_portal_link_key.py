from email.message import EmailMessage

from odoo import api, models
from odoo.tools import SQL, split_every

from ..tools.link_keys import remove_keys
from ..tools.tokens import digest

#: What came in by mail or was written by people outside, and looks as if a key were in it.
_MESSAGES_WITH_KEYS = """
    SELECT message.id
      FROM mail_message message
 LEFT JOIN res_partner author ON author.id = message.author_id
     WHERE message.model = ANY(%s)
       AND (message.message_type = 'email' OR message.message_type = 'comment'
            AND (author.id IS NULL OR author.partner_share))
       AND message.body ~* %s
"""
_LOOKS_LIKE_KEY = "access_token|token=|hash=|/my/ticket/[0-9]+/|[0-9a-f]{20}"


class CustomerPortalLinkKey(models.AbstractModel):
    """Keys of links in what people write, which others read: whoever quotes a mail quotes its link."""

    _name = "customer.portal.link.key"
    _description = "Keys of Links in Texts"

    @api.model
    def _remove(self, text):
        """Return a text without the keys of links in it, whoever's they are.

        :param text: str or Markup of HTML
        """
        return remove_keys(text, self._is_key)

    @api.model
    def _is_key(self, token):
        """Tell whether a text is the key of a personal link, of whatever kind and state."""
        return any(
            # sudo: the links - whether one has this key
            self.env[name]
            .sudo()
            .with_context(active_test=False)
            .search_count([("key_digest", "=", digest(token))], limit=1)
            for name in self._get_link_models()
        )

    @api.model
    def _get_link_models(self):
        """Return the names of the models of personal links; their keys are kept as digests."""
        return [
            name
            for name, model in self.env.registry.items()
            if {"nonce", "key_digest"} <= model._fields.keys() and not model._abstract
        ]

    # -- a mail that comes in

    @api.model
    def _remove_from_mail(self, msg_dict):
        """Take the keys out of a mail that comes in, and out of the mails beside it.

        :param dict msg_dict: as core parses a mail; it is changed
        """
        for name in ("body", "subject"):
            if msg_dict.get(name):
                msg_dict[name] = self._remove(msg_dict[name])
        if msg_dict.get("attachments"):
            msg_dict["attachments"] = [
                self._remove_from_file(file) for file in msg_dict["attachments"]
            ]

    @api.model
    def _remove_from_file(self, file):
        _name, content, *_info = file
        if isinstance(content, str):
            cleaned = self._remove(content)
            return type(file)(*(cleaned if part is content else part for part in file))
        if isinstance(content, EmailMessage):
            for part in content.walk():
                self._remove_from_part(part)
        return file

    @api.model
    def _remove_from_part(self, part):
        if part.get_content_maintype() != "text":
            return
        try:
            text = part.get_content()
        except (KeyError, LookupError):
            return
        cleaned = self._remove(text)
        if cleaned != text:
            part.set_content(cleaned, subtype=part.get_content_subtype())

    # -- what came in before that was done at once

    @api.model
    def _remove_stored(self, model_names):
        """Take the keys out of the discussions of some models.

        :param model_names: list of str; with what core keeps of a mail as the description, if
            there is one
        """
        self.env.flush_all()
        self.env.cr.execute(_MESSAGES_WITH_KEYS, [list(model_names), _LOOKS_LIKE_KEY])
        for ids in split_every(500, [id_ for (id_,) in self.env.cr.fetchall()]):
            for message in self.env["mail.message"].browse(ids):
                cleaned = self._remove(message.body)
                if cleaned != message.body:
                    message.body = cleaned
            self.env.flush_all()
            self.env.invalidate_all()
        for name in model_names:
            self._remove_from_descriptions(self.env[name])

    @api.model
    def _remove_from_descriptions(self, model):
        # core keeps what a mail said as the description of what it makes of the mail
        field = model._fields.get("description")
        if field is None or field.type != "html" or not field.store:
            return
        quiet = model.sudo().with_context(  # sudo: the model - all of its records
            active_test=False, tracking_disable=True
        )
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE description::text ~* %s",
                SQL.identifier(model._table),
                _LOOKS_LIKE_KEY,
            )
        )
        for record in quiet.browse(id_ for (id_,) in self.env.cr.fetchall()):
            cleaned = self._remove(record.description)
            if cleaned != record.description:
                record.description = cleaned

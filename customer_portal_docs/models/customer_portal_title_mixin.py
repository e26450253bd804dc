from psycopg2.extras import Json

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools.filenames import clean_line, clean_text

#: The longest title, in characters. PostgreSQL's indexes take 2 704 bytes, four of each.
MAX_TITLE_LENGTH = 600


def join_title(title, filename):
    """Return the title of one of several files: what is too long is cut off the title they share.

    :param str title: of all of them, may be empty
    :param str filename: of :func:`clean_filename`
    """
    end = f" – {filename}" if title else filename
    return title[: MAX_TITLE_LENGTH - len(end)].rstrip() + end


class CustomerPortalTitleMixin(models.AbstractModel):
    """A record whose name is one line: it heads lists, files and subjects of mails.

    Its other texts are kept as they were typed, without control characters.
    """

    _name = "customer.portal.title.mixin"
    _description = "Title of One Line"
    #: Names of fields of several lines that people type.
    _portal_texts = ()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_typed(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_typed(vals))

    @api.model
    def _clean_typed(self, vals):
        texts = {
            name: clean_text(vals[name])
            for name in self._portal_texts
            if isinstance(vals.get(name), str)
        }
        return self._clean_title({**vals, **texts})

    @api.model
    def _clean_title(self, vals):
        """Return values with a name of one line.

        :raise ValidationError: the name is too long
        """
        if not isinstance(vals.get("name"), str):
            return vals
        name = clean_line(vals["name"])
        if len(name) > MAX_TITLE_LENGTH:
            raise ValidationError(
                self.env._(
                    "The title is too long: at most %(count)s characters.",
                    count=MAX_TITLE_LENGTH,
                )
            )
        # what is nothing to a reader is left to `required`
        return {**vals, "name": name or False}

    @api.model
    def _clean_stored_titles(self):
        """Make one line of the names that were stored before that was done at once."""
        self.env.flush_all()
        table, is_translated = (
            SQL.identifier(self._table),
            self._fields["name"].translate,
        )
        changed = []
        for id_, name in self.env.execute_query(
            SQL("SELECT id, name FROM %s WHERE name IS NOT NULL", table)
        ):
            texts = name if is_translated else {"": name}
            cleaned = {
                lang: clean_line(text)[:MAX_TITLE_LENGTH].rstrip()
                for lang, text in texts.items()
            }
            # a name that shows nothing is left to people: it is required
            if cleaned != texts and all(cleaned.values()):
                value = Json(cleaned) if is_translated else cleaned[""]
                self.env.cr.execute(
                    SQL("UPDATE %s SET name = %s WHERE id = %s", table, value, id_)
                )
                changed.append(id_)
        self.env.invalidate_all()
        self.browse(changed).modified(["name"])
        self.env.flush_all()

from odoo import models
from odoo.exceptions import AccessError


class IrBinary(models.AbstractModel):
    """Who has no user of the company opens no file of an internal note by a key of Odoo's.

    Core's answers to discussions carry a key with each file, which opens it without a login for
    weeks. It is made of the file's number and stands nowhere: it can be neither taken back nor
    renewed. So it is judged when it is used.
    """

    _inherit = "ir.binary"

    def _find_record(
        self,
        xmlid=None,
        res_model="ir.attachment",
        res_id=None,
        access_token=None,
        field=None,
    ):
        record = super()._find_record(
            xmlid, res_model, res_id, access_token, field=field
        )
        if (
            access_token
            and record._name == "ir.attachment"
            and not self.env.user._is_internal()
            and record._is_opened_by_passing_key(access_token)
            and record._is_for_staff_alone()
        ):
            raise AccessError(self.env._("This file is not for you."))
        return record

    def _get_stream_from(
        self,
        record,
        field_name="raw",
        filename=None,
        filename_field="name",
        *args,
        **kwargs,
    ):
        # a key opens one field, and core reads what the file is called by with all rights
        if record.env.su and not self.env.su:
            filename_field = "name"
        return super()._get_stream_from(
            record, field_name, filename, filename_field, *args, **kwargs
        )

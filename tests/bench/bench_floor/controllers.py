"""What a request costs before anybody has asked for anything: the session and the frame."""

import json
import os

from odoo.http import Controller, request, route


class Floor(Controller):
    @route("/bench/share", type="http", auth="public", website=True, multilang=False)
    def share(self):
        """The frame of a share's page, around nothing, for nobody."""
        values = {
            "request": request,
            "env": request.env,
            "json": json,
            "title": "Floor",
            "sender": None,
            "visitor_user": request.env.user,
        }
        html = request.env["ir.qweb"]._render(
            "customer_portal_shares.share_layout", values
        )
        return request.make_response(html)

    def _get_floor_max_bytes(self):
        return request.env.company.sudo()._get_portal_document_max_bytes()

    @route(
        "/bench/upload",
        type="http",
        auth="user",
        methods=["POST"],
        portal_upload="_get_floor_max_bytes",
        max_content_length=None,
    )
    def upload(self, **params):
        """A file that has come in, and is thrown away."""
        [part] = request.httprequest.files.getlist("file")
        size = part.stream.seek(0, os.SEEK_END)
        return request.make_json_response({"size": size}, status=201)

    @route(
        "/bench/record",
        type="http",
        auth="user",
        methods=["POST"],
        portal_upload="_get_floor_max_bytes",
        max_content_length=None,
    )
    def record(self, **params):
        """A file that becomes a record with a discussion, by Odoo's own means alone."""
        [part] = request.httprequest.files.getlist("file")
        task_sudo = (
            request.env["project.task"]
            .sudo()
            .create(
                {"name": part.filename, "partner_id": request.env.user.partner_id.id}
            )
        )
        attachment_sudo = task_sudo.env["ir.attachment"].create(
            {
                "name": part.filename,
                "raw": part.stream.read(),
                "res_model": task_sudo._name,
                "res_id": task_sudo.id,
            }
        )
        return request.make_json_response({"id": attachment_sudo.id}, status=201)

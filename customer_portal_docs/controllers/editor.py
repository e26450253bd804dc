"""Odoo's HTML editor, for people outside: what asks another server is for staff."""

from odoo.http import route

from odoo.addons.html_editor.controllers.main import HTML_Editor

from .mail import check_staff, is_outsider


class SafeEditor(HTML_Editor):
    """The routes that fetch an address which the client names, or pay for what another server does.

    The addresses may be of our own network, and what the pages there are called is told.
    """

    # where customers edit, a link is shown without what is known of it
    @route()
    def link_preview_metadata(self, preview_url):
        return False if is_outsider() else super().link_preview_metadata(preview_url)

    @route()
    def link_preview_metadata_internal(self, preview_url):
        if is_outsider():
            return {}
        return super().link_preview_metadata_internal(preview_url)

    # core asks for the address first, and then whether there may be an attachment
    @route()
    def add_url(self, url, **params):
        check_staff()
        return super().add_url(url, **params)

    @route()
    def generate_text(self, prompt, conversation_history):
        check_staff()
        return super().generate_text(prompt, conversation_history)

    @route()
    def media_library_search(self, **params):
        check_staff()
        return super().media_library_search(**params)

    @route()
    def save_library_media(self, media):
        check_staff()
        return super().save_library_media(media)

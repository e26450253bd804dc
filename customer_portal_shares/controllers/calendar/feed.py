from odoo.http import Controller, Response, request, route

from odoo.addons.customer_portal_docs.exceptions import NotFound

HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Disposition": 'attachment; filename="calendar.ics"',
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


class CalendarFeed(Controller):
    """What the calendar programs of people fetch, who cannot log in."""

    @route(
        "/calendar/feed/<string:feed_token>.ics",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        readonly=True,
        sitemap=False,
    )
    def calendar_feed(self, feed_token, **params):
        Feed = request.env["customer.portal.calendar.feed"]
        feed_sudo = Feed._find_link_sudo(feed_token)
        if not feed_sudo:
            raise NotFound(
                request.env._("This calendar does not exist, or no longer exists.")
            )
        entries = feed_sudo._get_entries()
        etag = feed_sudo._get_etag(entries)
        response = Response(headers=HEADERS)
        response.set_etag(etag)
        if request.httprequest.if_none_match.contains_weak(etag):
            response.status_code = 304
        else:
            response.data = feed_sudo._get_content(entries)
            response.content_type = "text/calendar; charset=utf-8"
        return response

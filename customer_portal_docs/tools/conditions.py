"""Conditional and partial requests (RFC 9110, sections 13 and 14), with and without nginx.

Told by ``X-Accel-Redirect`` to send a file, nginx reads ``Range`` and all conditions anew, and by
validators of its own. What the two read differently would be sent though Odoo thinks that it is
not, or the other way round; so Odoo uses nginx's validators. Handing Odoo's through nginx is no
way: its ``add_header ETag`` comes after it has looked at ``If-Match`` and ``If-None-Match``.
"""

import os
import re

from werkzeug.http import http_date, is_resource_modified, parse_date

from odoo.tools import config

#: Ranges that each server reads alike. werkzeug takes "bytes =0-0" for one, nginx sends it all.
_PLAIN_RANGE = re.compile(r"bytes=(?:[0-9]+-[0-9]*|-[0-9]+)")
#: One range of bytes, in any spelling.
_ONE_RANGE = re.compile(
    r"bytes\s*=\s*(?:(?P<start>[0-9]{1,18})\s*-\s*(?P<end>[0-9]{0,18})|-\s*[0-9]{1,18})",
    re.I,
)
#: Where Odoo tells nginx to take its own files from.
_OWN_FILES = "/web/filestore/"
_SENT_BY_NGINX = ("X-Accel-Redirect", "X-Sendfile")


def use_nginx_etag(stream):
    """Give a file that nginx may send the ETag of nginx, see ``ngx_http_set_etag``.

    The other validator, Last-Modified, is the time of the file with both.
    """
    if stream.type == "path" and config["x_sendfile"]:
        stat = os.stat(stream.path)
        stream.etag = f"{stat.st_mtime_ns // 10**9:x}-{stat.st_size:x}"


def is_precondition_failed(http_request, stream):
    """Tell whether the file is another than ``If-Match`` or ``If-Unmodified-Since`` say.

    werkzeug knows neither the second nor the ``*`` of the first, and answers 412 with the file.
    """
    wanted = http_request.if_match
    if wanted and not wanted.star_tag and not wanted.is_strong(stream.etag or ""):
        return True
    since = http_request.if_unmodified_since
    if not since or not stream.last_modified:
        return False
    return parse_date(http_date(stream.last_modified)) > since


def get_conditional_environ(environ, stream):
    """Return the environ that werkzeug shall answer by, once no precondition has failed.

    It looks at the range first, and would send a part of what the browser has.
    """
    environ = {name: environ[name] for name in environ if name != "HTTP_IF_MATCH"}
    # a server need not know what is none of these: the whole file is sent
    # https://www.rfc-editor.org/rfc/rfc9110#section-14.2
    if not _is_one_range(environ.get("HTTP_RANGE", "")):
        environ.pop("HTTP_RANGE", None)
    changed = stream.last_modified
    if not is_resource_modified(
        environ,
        stream.etag if isinstance(stream.etag, str) else None,
        last_modified=http_date(changed) if changed else None,
    ):
        environ.pop("HTTP_RANGE", None)
    return environ


def _is_one_range(header):
    found = _ONE_RANGE.fullmatch(header.strip())
    return bool(found) and not (
        found["end"] and found["start"] and int(found["end"]) < int(found["start"])
    )


def keep_to_status(response):
    """Send no file with an answer that is none: neither werkzeug nor nginx mind the status."""
    if response.status_code in (200, 206):
        return
    for name in _SENT_BY_NGINX:
        response.headers.pop(name, None)
    if response.status_code >= 400:
        response.close()
        response.set_data(b"")


def is_piece_certain(http_request, response):
    """Tell whether a response of status 206 is sent as such, and not as the whole file.

    Odoo keeps to its word. nginx keeps to a range that everybody reads alike, if the validator in
    ``If-Range`` is exactly its own.
    """
    target = response.headers.get("X-Accel-Redirect")
    if not target:
        return "X-Sendfile" not in response.headers
    headers = http_request.headers
    if not _PLAIN_RANGE.fullmatch(headers.get("Range", "")):
        return False
    validator = headers.get("If-Range")
    return validator is None or (
        target.startswith(_OWN_FILES)
        and validator
        in (response.headers.get("ETag"), response.headers.get("Last-Modified"))
    )

"""What the portal refuses, in one tree: each refusal is the answer to give, and why.

A model, a gate or a controller raises one, and nobody translates it into another.
:meth:`ir.http._handle_error` alone makes a page or JSON of it, as the client asks; over XML-RPC
and JSON-RPC it is a :class:`UserError` like others.
"""

import logging

from odoo.exceptions import UserError


class PortalRefusal(UserError):
    """Something that was asked of the portal and is not done.

    A subclass says what kind it is; one of a single place is raised with a ``code`` of its own.

    :cvar int http_status: status of the answer
    :cvar str code: for programs, where the one who raises gives none
    :param str message: for people, translated; empty where the page has words of its own
    :param str code: for programs
    :param int retry_after: seconds to wait before the next try, 0 for no such thing
    :param dict errors: messages by the fields of a form; the empty key for the whole form
    :param dict headers: what else the answer says, by name
    """

    http_status = 400
    code = "refused"
    # Odoo warns of each UserError that ends a request; these are answers
    loglevel = logging.INFO

    def __init__(
        self, message="", *, code=None, retry_after=0, errors=None, headers=None
    ):
        errors = errors or {}
        message = message or " ".join(dict.fromkeys(errors.values()))
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.retry_after = retry_after
        self.errors = errors
        self.headers = headers or {}
        #: the files sent with it that were fine: list of (str file name, IncomingFile)
        self.accepted_files = []
        #: callable from the refusal to a response, for people; see :func:`shown_by`
        self.page = None
        self._traces = []

    def leave(self, trace):
        """Have something written that stays though the request is rolled back.

        It runs once, after the rollback, in a transaction of its own.

        :param trace: callable from an :class:`Environment` of the current user
        :return: the refusal, to be raised
        """
        self._traces.append(trace)
        return self

    def take_traces(self):
        """Return the callables of :meth:`leave`, each once."""
        traces, self._traces = self._traces, []
        return traces

    def get_json(self):
        """Return what programs are told."""
        fields = {"fields": self.errors} if self.errors else {}
        return {"error": self.code, "message": self.message, **fields}


class InvalidInput(PortalRefusal):
    """What was sent cannot be read, or breaks a rule."""

    code = "invalid"


class LoginRequired(PortalRefusal):
    """A visitor who has to log in: a page sends people there, and back to ``path``.

    :param path: str to come back to; the address that was asked for if None
    """

    http_status = 401
    code = "session_expired"

    def __init__(self, message="", *, path=None, **more):
        super().__init__(message, **more)
        self.path = path


class PasswordRequired(PortalRefusal):
    """A visitor who has to know a password."""

    http_status = 401
    code = "password_required"


class Forbidden(PortalRefusal):
    """Who may see the thing may not do this with it."""

    http_status = 403
    code = "forbidden"


class NotFound(PortalRefusal):
    """Absent, or nothing that the user may know of: nobody is told which."""

    http_status = 404
    code = "not_found"


class Conflict(PortalRefusal):
    """Somebody else was faster, or is at it now."""

    http_status = 409
    code = "conflict"


class Gone(PortalRefusal):
    """It was there, and is used up."""

    http_status = 410
    code = "gone"


class PreconditionFailed(PortalRefusal):
    """It is not any more what the client thinks."""

    http_status = 412
    code = "changed"


class TooLarge(PortalRefusal):
    """More than is taken."""

    http_status = 413
    code = "file_too_big"


class UnsupportedType(PortalRefusal):
    """Of a type that is not taken."""

    http_status = 415
    code = "file_type_refused"


class Locked(PortalRefusal):
    """Somebody has locked it."""

    http_status = 423
    code = "locked"


class Throttled(PortalRefusal):
    """Too often or too much; with ``retry_after`` where waiting is all that helps."""

    http_status = 429
    code = "throttled"


class ChecksumMismatch(PortalRefusal):
    """What arrived is not what was sent; the status is one of the tus protocol's own."""

    http_status = 460
    code = "checksum_mismatch"


class StorageFull(PortalRefusal):
    """It could not be stored on our side."""

    http_status = 507
    code = "storage_full"


def make_refusal(status, message="", **more):
    """Return the refusal of a status; more as :class:`PortalRefusal` takes it.

    :raise KeyError: there is none of this status
    """
    return _KINDS[status](message, **more)


_KINDS = {kind.http_status: kind for kind in reversed(PortalRefusal.__subclasses__())}


class DocumentLockedError(Locked):
    """A locked document would have been changed."""

    code = "document_locked"

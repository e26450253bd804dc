"""Core's links of invitations, which say nothing any more once they are over."""

import base64
import binascii
import hashlib
import json

from odoo.tools import consteq, hmac

_VERSION = b"\x01"


def read_invitation(env, token):
    """Return what a link of core's was signed for, however old it is.

    The format is that of ``odoo.tools.misc.hash_sign``, whose counterpart tells of a link that is
    over only that it is no good.

    :param env: sudoed
    :param str token: as it was sent
    :return: list (int id of the contact, list of int ids of users, last login, str kind of the
        link), None where core has not signed it
    """
    try:
        # after the dot is our own signature, of what may change
        invitation = token.partition(".")[0].encode("ascii")
        signed = base64.urlsafe_b64decode(invitation + b"===")
        message = signed[41:].decode()
    except (UnicodeError, binascii.Error, ValueError):
        return None
    if signed[:1] != _VERSION:
        return None
    end = int.from_bytes(signed[1:9], byteorder="little")
    expected = hmac(env, "signup", f"1:{message}:{end}", hash_function=hashlib.sha256)
    if not consteq(signed[9:41].hex(), expected):
        return None
    return json.loads(message)

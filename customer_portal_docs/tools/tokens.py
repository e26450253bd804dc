"""Secrets that links carry: long, random, and kept as what they are found by."""

import hashlib


def digest(token):
    """Return what a token is kept and looked up as: its SHA-256, in hexadecimal.

    No secret of ours is in it, and none is needed: nobody guesses 32 random bytes.
    """
    return hashlib.sha256(token.encode()).hexdigest()

"""What pops up beside a page of the backend, to tell how an action went."""

#: For ``next``: the page shows what the action has changed.
RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}


def make_notification(message, kind="success", **params):
    """Return the action that tells a message, for a method that a button calls.

    :param str kind: "success", "info", "warning" or "danger"
    :param params: more of web's ``display_notification``: ``next``, ``sticky``
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"type": kind, "message": message, **params},
    }


def notify_user(user, message, kind="info"):
    """Tell a user a message, whatever the action of theirs answers.

    :param user: res.users, who hears it when the transaction is committed
    """
    user._bus_send("simple_notification", {"type": kind, "message": message})

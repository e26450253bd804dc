"""Passwords are counted by the throttle that all addons share, and Odoo leaves the old table."""


def migrate(cr, version):
    cr.execute("DROP TABLE IF EXISTS customer_portal_share_attempt")

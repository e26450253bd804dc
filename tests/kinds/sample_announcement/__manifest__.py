{
    "name": "Announcements (a third kind of share, for the tests)",
    "version": "19.0.1.0.0",
    "author": "Customer Portal Suite contributors",
    "license": "AGPL-3",
    "depends": ["customer_portal_shares"],
    "data": ["ir.model.access.csv", "templates.xml"],
    "installable": True,
}

{
    "name": "Floor of the Benchmarks",
    "summary": "Routes that do nothing but what Odoo does for every route",
    "version": "19.0.1.0.0",
    "author": "Customer Portal Suite contributors",
    "website": "https://github.com/customer-portal-suite/customer-portal-suite",
    "license": "AGPL-3",
    "depends": ["web"],
}

{
    "name": "Customer Portal Shares",
    "summary": "Share documents and folders with the right people until the right day",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Services/Customer Portal",
    "author": "Customer Portal Suite contributors",
    "website": "https://github.com/customer-portal-suite/customer-portal-suite",
    "license": "AGPL-3",
    "depends": ["customer_portal_docs", "calendar"],
    "external_dependencies": {"python": ["zipstream-ng"]},
    "data": [
        "security/customer_portal_shares_security.xml",
    ],
    "application": True,
}

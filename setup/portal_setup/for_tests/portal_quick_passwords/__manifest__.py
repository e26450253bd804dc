{
    "name": "Quick passwords",
    "summary": "For servers of tests: passwords are hashed once, not 600 000 times",
    "version": "19.0.1.0.0",
    "license": "AGPL-3",
    "author": "Customer Portal Suite contributors",
    "depends": ["base"],
    "installable": False,
}

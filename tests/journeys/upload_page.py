"""What customers do on the upload page."""

from playwright.sync_api import expect


def open_form(visits, customer, path="/my/documents/upload", *, line=None, **options):
    """Return the upload page with its JavaScript running.

    :param line: :class:`.line.Line` to reach the server by
    """
    start = f"http://127.0.0.1:{line.port}" if line else ""
    page = visits.open(customer, start + path, **options)
    page.wait_for_selector(".o_customer_portal_drop_hint:not(.d-none)")
    return page


def choose(page, files, javascript=True):
    """Put files into the form and, with JavaScript, see them listed."""
    if not javascript:
        page.get_by_label("Files").set_input_files(files)
        return
    page.wait_for_selector(".o_customer_portal_drop_hint:not(.d-none)")
    page.get_by_label("Files").set_input_files(files)
    expect(page.locator(".o_customer_portal_files > li")).to_have_count(len(files))


def submit(page):
    page.get_by_role("button", name="Upload", exact=True).click()


def get_item(page, name):
    """Return the line of a chosen file."""
    return page.locator(".o_customer_portal_files > li").filter(has_text=name)


def expect_thanks(page, words="your document has been uploaded"):
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()

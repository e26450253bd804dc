"""The web form where a captcha is asked for: Odoo's google_recaptcha, with keys, without network."""

import contextlib
import re

import pytest
import requests

from portal_setup.live import LiveServer, standing_ground

from .conftest import Binder

PARAMETERS = {
    "recaptcha_public_key": "the-public-key",
    "recaptcha_private_key": "the-private-key",
    "recaptcha_min_score": "0.5",
}
NOSCRIPT = re.compile(r"<noscript>.*needs JavaScript.*</noscript>", re.DOTALL)


@pytest.fixture(scope="module")
def captcha_server():
    with pytest.MonkeyPatch.context() as patch:
        # nothing leaves for the provider: its proxy is a port where nobody listens
        patch.setitem(standing_ground().environ, "https_proxy", "http://127.0.0.1:9")
        server = LiveServer(["customer_portal_issues"], config={"max_cron_threads": 0})
        stack = contextlib.ExitStack()
        stack.enter_context(server)
    with stack:
        server.install("google_recaptcha")
        for key, value in PARAMETERS.items():
            server.call("ir.config_parameter", "set_param", key, value)
        yield server


@pytest.fixture(scope="module")
def binder(captcha_server):
    return Binder(captcha_server, "Feedback")


@pytest.mark.parametrize("query", ["", "?embed=1"], ids=["page", "frame"])
def test_the_page_holds_what_the_script_needs(binder, query):
    """REQ I-1, I-4"""
    page = requests.get(binder.url + query).text
    assert '"recaptcha_public_key": "the-public-key"' in page
    form = re.search(r"<form [^>]*data-captcha[^>]*>", page)[0]
    assert 'data-captcha="portal_issue_form"' in form
    assert NOSCRIPT.search(page)
    scripts = re.findall(r'src="(/web/assets/[^"]+\.js)"', page)
    bundles = [requests.get(binder.server.url + script).text for script in scripts]
    assert any("google_recaptcha" in bundle for bundle in bundles)
    assert any("form[data-captcha]" in bundle for bundle in bundles)


def test_without_keys_it_needs_no_script(binder):
    """REQ I-1"""
    server = binder.server
    key = "recaptcha_public_key"
    server.call("ir.config_parameter", "set_param", key, "")
    try:
        for query in ("", "?embed=1"):
            assert not NOSCRIPT.search(requests.get(binder.url + query).text)
        assert "<script" not in requests.get(f"{binder.url}?embed=1").text
    finally:
        server.call("ir.config_parameter", "set_param", key, PARAMETERS[key])


@pytest.mark.parametrize("query", ["", "?embed=1"], ids=["page", "frame"])
def test_who_sends_no_token_is_told_why_and_loses_nothing(binder, query):
    """REQ I-1"""
    [key] = binder.get_keys(1)
    typed = {
        "form_key": key,
        "partner_name": "Ada Berg",
        "email": "ada@visitor.example",
        "name": "Lamp is dark",
        "description": "Since Monday",
    }
    before = binder.count_issues()
    answer = requests.post(binder.url + query, typed)
    assert answer.status_code == 400
    alert = re.search(r'role="alert"[^>]*>([^<]+)<', answer.text)[1]
    assert "switch on JavaScript" in alert
    for words in typed.values():
        assert words in answer.text
    assert 'data-captcha="portal_issue_form"' in answer.text
    json = requests.post(binder.url, typed, headers={"Accept": "application/json"})
    assert (json.status_code, json.json()["error"]) == (400, "captcha")
    assert binder.count_issues() == before


def test_who_sends_a_false_token_is_refused_as_well(binder):
    """REQ I-1: the provider cannot be asked here, and nobody is let in for that"""
    [key] = binder.get_keys(1)
    before = binder.count_issues()
    answer = binder.report(key, recaptcha_token_response="false")
    assert answer.status_code == 400
    assert "Since Monday" in answer.text
    assert re.search(r'role="alert"[^>]*>\s*\S', answer.text)
    assert binder.count_issues() == before

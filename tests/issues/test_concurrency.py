"""Many visitors report at the same time, on whichever worker."""

import collections
import contextlib
import hashlib
from concurrent.futures import ThreadPoolExecutor

from .conftest import Binder, crowd

VISITORS, LIMIT = 30, 7


def statuses(answers):
    return collections.Counter(answer.status_code for answer in answers)


def test_the_limit_of_an_address_is_exact(server):
    """REQ I-1: counted in PostgreSQL for all workers"""
    binder = Binder(
        server, "Limited", portal_form_limit_address=LIMIT, portal_form_limit_email=0
    )
    keys = binder.get_keys(VISITORS)
    answers = crowd(lambda number: binder.report(keys[number]), VISITORS)
    assert statuses(answers) == {303: LIMIT, 429: VISITORS - LIMIT}
    for answer in answers:
        if answer.status_code == 429:
            assert 0 < int(answer.headers["Retry-After"]) <= 3600
            assert "Since Monday" in answer.text
    assert binder.count_issues() == LIMIT
    # another binder is another form
    other = Binder(server, "Other")
    assert other.report(other.get_keys(1)[0]).status_code == 303


def test_the_limit_of_an_email_address_is_exact(server):
    """REQ I-1: while others from the same network report as well"""
    binder = Binder(
        server, "By address", portal_form_limit_address=0, portal_form_limit_email=LIMIT
    )
    keys = binder.get_keys(VISITORS)

    def report(number):
        # not the one of other tests: it is counted over all binders
        name = "eve" if number % 2 else f"somebody{number}"
        return binder.report(keys[number], f"{name}@visitor.example")

    answers = crowd(report, VISITORS)
    half = VISITORS // 2
    assert statuses(answers[::2]) == {303: half}
    assert statuses(answers[1::2]) == {303: LIMIT, 429: half - LIMIT}
    assert binder.count_issues() == half + LIMIT


def test_a_form_that_is_sent_many_times_at_once_is_one_issue(server):
    """REQ I-1: an impatient visitor, or a program that tries again"""
    binder = Binder(
        server, "Once", portal_form_limit_address=0, portal_form_limit_email=0
    )
    [key] = binder.get_keys(1)
    answers = crowd(lambda _number: binder.report(key), 20)
    assert statuses(answers) == {303: 20}
    [location] = {answer.headers["Location"] for answer in answers}
    assert location.startswith(f"{binder.path}?sent=1&number=")
    assert binder.count_issues() == 1


def test_a_second_click_is_an_issue_where_the_first_one_fails(server):
    """REQ I-1: nobody is thanked for a report that is not kept"""
    binder = Binder(server, "Second click")
    [key] = binder.get_keys(1)
    digest = hashlib.sha256(key.encode()).hexdigest()
    # what the first click holds until its transaction ends, without an issue
    with contextlib.closing(server.connect()) as first, ThreadPoolExecutor(1) as pool:
        first.autocommit = False
        lock = int(digest[:15], 16)
        first.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        second = pool.submit(binder.report, key)
        with contextlib.suppress(TimeoutError):
            second.result(timeout=1)
        first.rollback()
        assert second.result().status_code == 303
    assert binder.count_issues() == 1

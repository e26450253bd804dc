"""Many people want one time at the same moment, on whichever worker: one gets it."""

import collections
import contextlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

pytestmark = pytest.mark.slow
#: Of each kind of server; the proof of the requirement took 200.
ROUNDS = int(os.environ.get("APPOINTMENT_ROUNDS", "4"))
REQUESTS, ACCEPTS = 50, 20


def crowd(work, size):
    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(lambda number: insist(work, number), range(size)))


def insist(work, number):
    """Knock again if nobody opened: Odoo lets few connections wait, and Linux resets the rest."""
    for _time in range(5):
        with contextlib.suppress(requests.ConnectionError):
            return work(number)
    return work(number)


def test_one_of_many_requests_gets_the_time(office):
    """REQ C-3"""
    for _round in range(ROUNDS):
        start = office.next_slot()
        answers = crowd(lambda number, start=start: office.ask(start, number), REQUESTS)
        codes = collections.Counter(answer.status_code for answer in answers)
        assert codes == {201: 1, 409: REQUESTS - 1}
        assert all(
            "taken" in answer.json()["message"]
            for answer in answers
            if answer.status_code == 409
        )
        assert office.count("start = %s", start) == 1


def test_one_of_many_accepts_makes_the_event(office):
    """REQ C-3"""
    for _round in range(ROUNDS):
        start = office.next_slot()
        appointment_id = office.ask(start).json()["id"]
        answers = crowd(lambda _number, id_=appointment_id: office.accept(id_), ACCEPTS)
        assert answers.count(True) == 1, answers
        words = [answer for answer in answers if answer is not True]
        assert all("no longer possible" in answer for answer in words), words
        [(events,)] = office.server.sql(
            "SELECT count(*) FROM calendar_event WHERE start = %s AND active", start
        )
        assert events == 1


def test_of_two_requests_for_one_time_one_is_accepted(office):
    """REQ C-3: staff have typed both in"""
    for _round in range(ROUNDS):
        start = office.next_slot().replace("T", " ").rstrip("Z")
        partner_ids = office.server.call("res.partner", "search", [], limit=10)
        ids = [
            office.create(
                "customer.portal.appointment",
                calendar_id=office.calendar_id,
                partner_id=partner_id,
                start=start,
            )
            for partner_id in partner_ids
        ]
        answers = crowd(lambda number, ids=ids: office.accept(ids[number]), len(ids))
        assert answers.count(True) == 1, answers
        assert office.count("start = %s AND state = 'accepted'", start) == 1

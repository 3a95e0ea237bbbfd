"""Many submissions at the same moment are one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events.errors import TillwayError
from gateway.events.models import Event
from gateway.sponsoring.accepting import Submission, authorization_accept
from gateway.sponsoring.models import Authorization
from tests.sponsoring.conftest import Counter

pytestmark = [
    pytest.mark.chain,
    pytest.mark.xdist_group("devchain"),
    pytest.mark.django_db(transaction=True),
]


def outcomes_of(counter: Counter, submissions: list[Submission]) -> list[str]:
    now = counter.now

    def one(submission: Submission) -> str:
        try:
            return str(authorization_accept(submission=submission, now=now).id)
        except TillwayError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(submissions)) as pool:
        return list(pool.map(one, submissions))


def test_one_signature_handed_in_by_many_is_one_row_and_one_transaction(counter: Counter) -> None:
    submission = counter.submission(counter.issue())
    outcomes = outcomes_of(counter, [submission] * 4)
    assert set(outcomes) == {str(Authorization.objects.get().id)}
    assert OutgoingTransaction.objects.filter(purpose="sponsor").count() == 1
    assert Event.objects.filter(type="sponsorship.accepted").count() == 1


def test_two_signatures_for_one_invoice_at_once_are_not_both_sent(counter: Counter) -> None:
    invoice = counter.issue()
    mine = counter.submission(invoice)
    friend = Counter(counter.house)
    friend.give(1_000_000_000)
    outcomes = outcomes_of(counter, [mine, friend.submission(invoice)])
    assert "authorization_under_way" in outcomes
    assert Authorization.objects.count() == 1


def test_a_days_last_place_is_given_once(counter: Counter) -> None:
    chain = counter.house.desk.till.chain
    chain.sponsor = chain.sponsor | {"per_day": 1}
    chain.save(update_fields=["sponsor"])
    submissions = [counter.submission(counter.issue()) for _ in range(3)]
    assert sorted(outcomes_of(counter, submissions))[1:] == ["sponsor_limit"] * 2

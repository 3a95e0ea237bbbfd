"""Rows written by hand, on a real chain: what a thief with the web's database rights gets."""

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.policy_terms import Limit
from gateway.events.ids import uuid7
from tests.chains.send_kit import ETHER, OPERATOR, Post, policy

THIEF = b"\xbd" * 20
pytestmark = pytest.mark.django_db


def by_hand(post: Post, key: str, **changes: Any) -> None:
    """A row of the queue as SQL writes it, past every verb of ours."""
    row: dict[str, Any] = {
        "id": uuid7(),
        "chain_id": post.chain_id,
        "account": OPERATOR.address,
        "to": THIEF,
        "value": ETHER,
        "data": b"",
        "purpose": "payout",
        "reference": f"payout:{uuid7()}",
        "idempotency_key": key,
        "payload_hash": bytes(32),
        "status": "queued",
        "created_at": post.clock(),
        **changes,
    }
    OutgoingTransaction.objects.bulk_create([OutgoingTransaction(**row)])


def test_rows_written_into_the_queue_take_out_a_days_limit_and_no_more(post: Post) -> None:
    per_day = 5 * ETHER // 2
    post.use_policy(
        policy(
            post.chain_id,
            limits={f"ETH@{post.chain_id}": Limit(per_transaction=ETHER, per_day=per_day)},
        )
    )
    for number in range(6):
        by_hand(post, f"theft-{number}")
    by_hand(post, "whole", value=50 * ETHER)
    by_hand(post, "treasury", purpose="treasury")
    by_hand(post, "unknown", data=b"\x01\x02\x03\x04", purpose="fill")
    by_hand(post, "half", value=ETHER // 2)
    sender = post.sender()
    post.settle(sender, rounds=10)
    assert post.balance(THIEF) == per_day
    # The queue asks again by itself; the day stays full.
    post.clock.advance(3_600)
    post.settle(sender, rounds=4)
    assert post.balance(THIEF) == per_day


FORGE = """
INSERT INTO approvals_act (id, kind, subject, shop_id, mode, decider, payload, payload_hash, origin,
    reason, state, maker, checker, end_reason, delay_seconds, lifetime_seconds, proposed_at,
    decided_at, not_before, expires_at)
VALUES (%(id)s, 'payout', %(subject)s, %(shop)s, 'test', 'house', '{}', '', 'person', 'x',
    %(state)s, %(maker)s, %(checker)s, '', %(delay)s, 3600, '2020-01-01', %(then)s, %(then)s,
    '2099-01-01')
"""


def test_forged_agreements_neither_skip_a_person_nor_the_delay(shop: Any) -> None:
    maker, checker = uuid7(), uuid7()
    forged = {"shop": shop.id, "maker": maker, "then": None, "delay": 60, "state": "proposed"}

    def write(sql: str, **values: Any) -> UUID:
        act_id: UUID = values.setdefault("id", uuid7())
        values.setdefault("subject", f"payout:{uuid7()}")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
        return act_id

    for changes in (
        {"checker": maker, "state": "approved", "then": "2020-01-01"},
        {"checker": checker, "state": "approved", "then": "2020-01-01"},
        {"checker": checker, "state": "carried_out", "then": "2020-01-01"},
    ):
        with pytest.raises(DatabaseError):
            write(FORGE, **{**forged, **changes})
    act_id = write(FORGE, **forged, checker=None)
    for change in (
        "state = 'approved', checker = maker",
        "state = 'carried_out', checker = %(checker)s",
        "delay_seconds = 0",
    ):
        with pytest.raises(DatabaseError):
            write(
                f"UPDATE approvals_act SET {change} WHERE id = %(id)s", id=act_id, checker=checker
            )
    # Two made-up people and a backdated delay: the database writes its own times.
    write(
        "UPDATE approvals_act SET state = 'approved', checker = %(checker)s,"
        " not_before = '2020-01-01', decided_at = '2020-01-01' WHERE id = %(id)s",
        id=act_id,
        checker=checker,
    )
    act = Act.objects.get(id=act_id)
    assert act.decided_at is not None and act.not_before is not None
    assert (act.not_before - act.decided_at).total_seconds() == 60
    assert acts_carry_out_due() == 0

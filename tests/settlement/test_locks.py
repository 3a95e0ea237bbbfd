"""Whoever sends payouts and whoever holds them back take the same locks in the same order."""

import threading
import time
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from gateway.events.ids import uuid7
from gateway.events.subscriptions import EventRecord
from gateway.ledger.locks import shop_balance_for_update
from gateway.settlement import locks
from gateway.settlement.handlers import on_credit
from gateway.settlement.models import Payout, Withheld
from gateway.settlement.outcomes import payout_undone
from gateway.settlement.sending import payout_send, payouts_resume
from tests.settlement.asking import request, status
from tests.settlement.conftest import USDC, World

BLOCKED_SECONDS = 20

Step = Callable[[], object]


@pytest.fixture
def world(committed_world: World) -> World:
    committed_world.fund(1_000)
    committed_world.paid(100)
    return committed_world


def test_a_payout_sent_alone_does_not_cross_the_one_who_sends_many(world: World) -> None:
    first, second = request(world, 50), request(world, 50)
    refused = crossed(
        before=lambda: payout_send(payout_id=first.id, now=world.now),
        meanwhile=lambda: payout_send(payout_id=second.id, now=world.now),
        after=lambda: payouts_resume(asset=USDC.code, now=world.now),
    )
    assert refused == []
    assert [status(first), status(second)] == ["sending", "sending"]
    assert len(world.queued()) == 2


def test_a_hold_does_not_cross_the_one_who_sends_many(world: World) -> None:
    held = world.paid(10)
    waiting, checked = request(world, 80), request(world, 20)
    Payout.objects.filter(id=checked.id).update(
        status="awaiting_funds", waiting_reason="payment_check"
    )
    refused = crossed(
        before=lambda: locks.float_of(USDC.code),
        meanwhile=lambda: on_credit(hold_opened(world, held)),
        after=lambda: payouts_resume(asset=USDC.code, now=world.now),
    )
    assert refused == []
    assert status(waiting) == "sending"
    assert Withheld.objects.get(deposit_id=held).withheld_units == 10


def test_a_payout_that_came_back_does_not_cross_a_hold(world: World) -> None:
    back = request(world, 50)
    payout_send(payout_id=back.id, now=world.now)

    def take_back() -> None:
        payout_undone(payout_id=back.id, body={"fee_units": "0"}, cancelled=False, now=world.now)
        payouts_resume(asset=USDC.code, now=world.now)

    refused = crossed(
        before=lambda: locks.float_of(USDC.code),
        meanwhile=take_back,
        after=lambda: shop_balance_for_update(shop_id=world.shop_id, asset=USDC.code),
    )
    assert refused == []
    assert status(back) == "failed"


def hold_opened(world: World, deposit_id: UUID) -> EventRecord:
    return EventRecord(
        id=uuid7(),
        type="hold.opened",
        mode="test",
        shop_id=world.shop_id,
        subject=f"deposit:{deposit_id}",
        sequence=99,
        body={"hold_id": str(uuid7())},
        occurred_at=world.now,
    )


def crossed(*, before: Step, meanwhile: Step, after: Step) -> list[Exception]:
    """Do ``before`` and ``after`` in one transaction, and ``meanwhile`` in another that begins
    between them and has run into a lock; what either was refused with."""
    refused: list[Exception] = []

    def other() -> None:
        try:
            with transaction.atomic():
                meanwhile()
        except Exception as error:
            refused.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=other)
    try:
        with transaction.atomic():
            before()
            thread.start()
            _wait_until_blocked()
            after()
    except Exception as error:
        refused.append(error)
    thread.join()
    return refused


def _wait_until_blocked() -> None:
    deadline = time.monotonic() + BLOCKED_SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise TimeoutError("the other transaction ran into no lock")

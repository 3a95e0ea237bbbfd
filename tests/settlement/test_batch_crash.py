"""A process that dies at any statement of a batch leaves nothing half done; another goes on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.events import relay
from gateway.ledger.checks import ledger_checks
from gateway.settlement.batch_outcomes import batch_final, batch_mined, batch_undone
from gateway.settlement.batch_sending import payouts_gather
from gateway.settlement.models import Payout, PayoutBatch
from gateway.settlement.sending import payouts_resume
from tests.faults.in_process import Killed, killer, passing
from tests.settlement.asking import balance, events, request, status
from tests.settlement.batch_kit import body_of, logs_of, open_way, passes, queued, shops
from tests.settlement.conftest import ETH, USDC, World
from tests.settlement.test_crash import dies_everywhere


@pytest.fixture
def gathered(world: World) -> tuple[list[World], list[Payout]]:
    """Two shops' payouts that wait for their turn, with nothing in front of them any more."""
    world.now = datetime.now(UTC)
    world.fund(10_000)
    world.fund(10**18, asset=ETH.code)
    both = shops(world, 2)
    for each in (world, *both):
        each.paid(1_000)
    open_way(world)
    request(world, 100)
    relay.drain(limit=1000)
    waiting = [request(each, 300) for each in both]
    relay.drain(limit=1000)
    assert [status(each) for each in waiting] == ["approved"] * 2
    Payout.objects.filter(status="sending").update(status="sent")
    return both, waiting


def rows(both: list[World]) -> tuple[Any, ...]:
    fields = ("id", "status", "batch_id", "transaction_id", "fee_units", "sent_alone")
    return (
        [balance(each) for each in both],
        list(Payout.objects.order_by("id").values_list(*fields)),
        list(PayoutBatch.objects.values_list("status", "not_paid")),
        [row.reference for row in queued()],
    )


def dies_and_is_done(step: Callable[[], Any], both: list[World], *, least: int) -> None:
    """It dies before each of its statements, then is done, then is told again."""
    assert dies_everywhere(step, untouched=lambda: rows(both)) >= least
    done = rows(both)
    step()
    assert rows(both) == done


def test_forming_and_paying_a_batch_die_at_each_statement(
    gathered: tuple[list[World], list[Payout]],
) -> None:
    both, waiting = gathered
    now = both[0].now
    dies_and_is_done(lambda: payouts_gather(asset=USDC.code, now=now), both, least=20)
    (batch,) = PayoutBatch.objects.all()
    outgoing = queued()[-1]
    body = body_of(outgoing, status="succeeded", logs=logs_of(batch.id, {waiting[1].id}))
    for step in (batch_mined, batch_final):
        dies_and_is_done(
            lambda step=step: step(batch_id=batch.id, body=body, now=now), both, least=8
        )
    assert [status(each) for each in waiting] == ["completed", "failed"]
    assert [balance(each) for each in both] == [(700, 0), (1_000, 0)]
    assert events(waiting[0]).count("payout.completed") == 1
    assert events(waiting[1]).count("payout.failed") == 1
    relay.drain(limit=1000)
    assert len(queued()) == 2
    assert ledger_checks() == []


def test_letting_go_of_a_batch_dies_at_each_statement(
    gathered: tuple[list[World], list[Payout]],
) -> None:
    both, waiting = gathered
    now = both[0].now
    payouts_gather(asset=USDC.code, now=now)
    (batch,) = PayoutBatch.objects.all()
    body = body_of(queued()[-1], status="reverted")
    dies_and_is_done(lambda: batch_undone(batch_id=batch.id, body=body, now=now), both, least=10)
    relay.drain(limit=1000)
    # nobody told the float that it is free: the sweep finds them, once
    assert payouts_resume(asset=USDC.code, now=now) == 2
    assert payouts_resume(asset=USDC.code, now=now) == 0
    for single in queued()[2:]:
        passes(both[0], single)
    assert [status(each) for each in waiting] == ["completed"] * 2
    assert ledger_checks() == []


@pytest.mark.parametrize("point", ["batch.queued", "batch.formed", "batch.payout_ended"])
def test_a_process_that_dies_pays_a_batch_once(
    point: str, gathered: tuple[list[World], list[Payout]]
) -> None:
    both, waiting = gathered
    now = both[0].now

    def paid_together() -> None:
        payouts_gather(asset=USDC.code, now=now)
        (batch,) = PayoutBatch.objects.all()
        body = body_of(queued()[-1], status="succeeded", logs=logs_of(batch.id, set()))
        for step in (batch_mined, batch_final):
            step(batch_id=batch.id, body=body, now=now)

    with pytest.raises(Killed), passing(killer(point)):
        paid_together()
    paid_together()
    assert [status(each) for each in waiting] == ["completed"] * 2
    assert [balance(each) for each in both] == [(700, 0)] * 2
    assert PayoutBatch.objects.count() == 1
    assert ledger_checks() == []


def test_a_process_that_dies_lets_a_batch_go_once(
    gathered: tuple[list[World], list[Payout]],
) -> None:
    both, _ = gathered
    now = both[0].now
    payouts_gather(asset=USDC.code, now=now)
    (batch,) = PayoutBatch.objects.all()
    body = body_of(queued()[-1], status="reverted")
    before = rows(both)
    with pytest.raises(Killed), passing(killer("batch.let_go")):
        batch_undone(batch_id=batch.id, body=body, now=now)
    assert rows(both) == before
    assert batch_undone(batch_id=batch.id, body=body, now=now).status == "undone"
    assert ledger_checks() == []


def test_a_process_that_dies_sends_what_goes_alone_once(
    gathered: tuple[list[World], list[Payout]],
) -> None:
    both, waiting = gathered
    now = both[0].now
    payouts_gather(asset=USDC.code, now=now)
    (batch,) = PayoutBatch.objects.all()
    batch_undone(batch_id=batch.id, body=body_of(queued()[-1], status="reverted"), now=now)
    relay.drain(limit=1000)
    before = rows(both)
    with pytest.raises(Killed), passing(killer("payout.queued")):
        payouts_resume(asset=USDC.code, now=now)
    assert rows(both) == before
    assert payouts_resume(asset=USDC.code, now=now) == 2
    singles = queued()[2:]
    assert len(singles) == 2
    for single in singles:
        passes(both[0], single)
    assert [status(each) for each in waiting] == ["completed"] * 2
    assert ledger_checks() == []

"""A payout is sent once, and comes back when it could not be."""

import pytest
from django.db import transaction
from eth_abi import decode

from gateway.events import relay
from gateway.events.models import Event
from gateway.ledger.checks import ledger_checks
from gateway.settlement.models import Payout
from gateway.settlement.sending import payout_send, payouts_resume
from tests.settlement.asking import balance, events, request, status
from tests.settlement.conftest import USDC, USDC_ADDRESS, WALLET, World


def test_a_payout_goes_all_the_way(world: World) -> None:
    world.fund(100_000_000)
    world.fund(10**18, asset="ETH@31337")
    world.paid(13_300_000)
    payout = request(world)
    assert (payout.units, payout.status) == (13_300_000, "approved")
    assert balance(world) == (0, 13_300_000)

    relay.drain(limit=1000)
    assert status(payout) == "sending"
    (queued,) = world.queued()
    assert bytes(queued.to) == USDC_ADDRESS
    assert bytes(queued.data[:4]).hex() == "a9059cbb"
    to, units = decode(["address", "uint256"], bytes(queued.data[4:]))
    assert (bytes.fromhex(to[2:]), units) == (WALLET, 13_300_000)

    world.transaction_is(queued, "transaction.mined", status="succeeded")
    assert status(payout) == "sent"
    assert balance(world) == (0, 13_300_000)
    world.transaction_is(queued, "transaction.final", status="succeeded")
    assert status(payout) == "completed"
    assert balance(world) == (0, 0)
    assert events(payout) == [
        "payout.requested",
        "payout.approved",
        "payout.sent",
        "payout.completed",
    ]
    assert ledger_checks() == []
    body = Event.objects.get(subject=f"payout:{payout.id}", type="payout.completed").body
    assert body["amount"] == "13.300000"
    assert body["destination"] == "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
    assert body["tx_hash"] == "0x" + "ab" * 32


@pytest.mark.parametrize(
    ("type", "told", "becomes", "event"),
    [
        ("transaction.failed", "reverted", "failed", "payout.failed"),
        ("transaction.failed", "refused", "failed", "payout.failed"),
        ("transaction.cancelled", "cancelled", "cancelled", "payout.cancelled"),
    ],
)
def test_a_transaction_that_came_to_nothing_gives_the_money_back(
    world: World, type: str, told: str, becomes: str, event: str
) -> None:
    world.fund(100)
    world.fund(10**18, asset="ETH@31337")
    world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    (queued,) = world.queued()
    world.transaction_is(queued, type, status=told, fee=0 if told == "refused" else 21_000)
    assert status(payout) == becomes
    assert balance(world) == (100, 0)
    assert events(payout)[-1] == event
    assert ledger_checks() == []
    # whatever is told again changes nothing
    world.transaction_is(queued, type, status=told)
    world.transaction_is(queued, "transaction.final", status="succeeded")
    assert (status(payout), balance(world)) == (becomes, (100, 0))
    # and the shop may try again
    assert request(world).units == 100


def test_a_payout_moved_to_another_block_is_sent_once(world: World) -> None:
    world.fund(100)
    world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    (queued,) = world.queued()
    for _ in range(2):
        world.transaction_is(queued, "transaction.mined", status="succeeded")
    assert events(payout).count("payout.sent") == 1
    assert len(world.queued()) == 1


def test_sending_again_after_a_crash_at_any_step_queues_nothing_new(world: World) -> None:
    world.fund(1_000)
    world.paid(100)
    payout = request(world)
    # before the handler: nothing was queued, the sweep picks it up
    assert payouts_resume(asset=USDC.code, now=world.now) == 1
    # the handler comes late, and again
    relay.drain(limit=1000)
    payout_send(payout_id=payout.id, now=world.now)
    payouts_resume(asset=USDC.code, now=world.now)
    assert len(world.queued()) == 1


def test_a_crash_between_queue_and_status_leaves_neither(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.fund(1_000)
    world.paid(100)
    payout = request(world)

    def crash(*args: object, **kwargs: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(Payout, "save", crash)
        with transaction.atomic():
            payout_send(payout_id=payout.id, now=world.now)
    assert (status(payout), world.queued()) == ("approved", [])
    payout_send(payout_id=payout.id, now=world.now)
    assert len(world.queued()) == 1

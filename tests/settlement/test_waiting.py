"""A payout waits: for the float, or for the signer's limit."""

import pytest

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.events.models import Event
from gateway.ledger.checks import ledger_checks
from gateway.settlement.errors import PayoutNotCancellable
from gateway.settlement.models import Payout
from gateway.settlement.presenters import payout_as_dict
from gateway.settlement.requesting import payout_cancel
from gateway.settlement.selectors import free_float
from gateway.settlement.sending import payout_send, payouts_resume
from tests.settlement.asking import balance, events, request, status
from tests.settlement.conftest import USDC, World


def test_a_payout_waits_for_the_float_and_goes_when_it_is_there(world: World) -> None:
    world.fund(99)
    world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    assert (status(payout), world.queued()) == ("awaiting_funds", [])
    assert Event.objects.filter(type="float.short", body__payout_id=str(payout.id)).count() == 1
    payouts_resume(asset=USDC.code, now=world.now)
    assert status(payout) == "awaiting_funds"
    world.fund(1)
    assert status(payout) == "sending"
    assert len(world.queued()) == 1


def test_the_float_is_promised_once(world: World) -> None:
    world.fund(100)
    world.paid(160)
    first, second = request(world, 80), request(world, 80)
    relay.drain(limit=1000)
    assert (status(first), status(second)) == ("sending", "awaiting_funds")
    (queued,) = world.queued()
    world.transaction_is(queued, "transaction.failed", status="reverted", fee=0)
    assert (status(first), status(second)) == ("failed", "sending")


def waiting_for_signer(world: World, units: int = 100) -> tuple[Payout, OutgoingTransaction]:
    payout = request(world, units)
    relay.drain(limit=1000)
    queued = world.queued()[-1]
    world.transaction_is(queued, "transaction.awaiting_limit", status="pending")
    return Payout.objects.get(id=payout.id), queued


def test_a_payout_over_the_signers_limit_waits_and_says_so(world: World) -> None:
    world.fund(150)
    world.fund(10**18, asset="ETH@31337")
    world.paid(200)
    payout, queued = waiting_for_signer(world)
    shown = payout_as_dict(payout)
    assert (shown["status"], shown["waiting_reason"]) == ("awaiting_funds", "signer_limit")
    assert shown["failure"] is None
    assert balance(world) == (100, 100)
    # its money is still promised to it: another payout waits for the float
    assert free_float(asset=USDC) == 50
    other = request(world, 60)
    relay.drain(limit=1000)
    assert payout_as_dict(Payout.objects.get(id=other.id))["waiting_reason"] == "float_short"
    # nobody queues it a second time
    payout_send(payout_id=payout.id, now=world.now)
    assert payouts_resume(asset=USDC.code, now=world.now) == 0
    assert len(world.queued()) == 1

    world.transaction_is(queued, "transaction.limit_freed", status="pending")
    assert status(payout) == "sending"
    world.transaction_is(queued, "transaction.mined", status="succeeded")
    world.transaction_is(queued, "transaction.final", status="succeeded")
    assert status(payout) == "completed"
    assert Payout.objects.get(id=payout.id).waiting_reason == ""
    assert balance(world) == (40, 60)
    assert ledger_checks() == []


def test_a_payout_that_waits_for_the_signer_can_be_taken_back(world: World) -> None:
    world.fund(100)
    world.paid(100)
    payout, queued = waiting_for_signer(world)
    payout_cancel(shop_id=world.shop_id, payout_id=payout.id, now=world.now)
    relay.drain(limit=1000)
    queued.refresh_from_db()
    assert (status(payout), queued.status) == ("cancelled", "cancelled")
    assert balance(world) == (100, 0)
    assert events(payout).count("payout.cancelled") == 1
    assert ledger_checks() == []


def test_a_payout_whose_transaction_was_signed_meanwhile_is_not_taken_back(world: World) -> None:
    world.fund(100)
    world.paid(100)
    payout, queued = waiting_for_signer(world)
    OutgoingTransaction.objects.filter(id=queued.id).update(status="signed", nonce=7)
    with pytest.raises(PayoutNotCancellable):
        payout_cancel(shop_id=world.shop_id, payout_id=payout.id, now=world.now)
    assert balance(world) == (0, 100)


def test_a_payout_that_waited_and_then_failed_gives_the_money_back(world: World) -> None:
    world.fund(100)
    world.paid(100)
    payout, queued = waiting_for_signer(world)
    world.transaction_is(queued, "transaction.failed", status="refused", fee=0)
    assert (status(payout), balance(world)) == ("failed", (100, 0))

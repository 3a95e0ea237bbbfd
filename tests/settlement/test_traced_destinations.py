"""A shop's payout goes to its address once that was traced, and one that may not stops nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.chains.models import Token
from gateway.compliance.alerts.models import Alert
from gateway.compliance.services import list_load
from gateway.compliance.tracing.carrying import traces_carry
from gateway.events import relay
from gateway.settlement.models import Payout, PayoutBatch
from gateway.settlement.presenters import payout_as_dict
from gateway.settlement.sending import payouts_recheck
from tests.compliance.tracing.flow_kit import pay, who
from tests.compliance.tracing.tale import Tale
from tests.settlement.asking import request, status
from tests.settlement.batch_kit import open_way, passes, queued, shops
from tests.settlement.conftest import ETH, USDC, WALLET, World


@pytest.fixture
def traced(world: World, settings: Any) -> World:
    """Test money's destinations are traced too, by lists that are there."""
    settings.DESTINATIONS = {"version": "test-1", "traced_modes": ["test", "live"]}
    world.now = datetime.now(UTC)
    Token.objects.filter(code=USDC.code).update(peg="USD")
    list_of("thief")
    world.fund(10_000)
    world.fund(10**18, asset=ETH.code)
    return world


def list_of(*names: str, addresses: tuple[bytes, ...] = ()) -> None:
    lines = [f"0x{each.hex()}\n" for each in (*map(who, names), *addresses)]
    list_load(lines=lines, source="ofac", loaded_by="test", now=datetime.now(UTC), forced=True)
    relay.drain(limit=1000)


def carried(*transfers: Any) -> None:
    traces_carry(now=datetime.now(UTC) + timedelta(seconds=5), provider=Tale(transfers))
    relay.drain(limit=1000)


def thief_paid(address: bytes, block: int = 1) -> Any:
    return pay(block, "thief", "x", 500, recipient=address)


def reason(payout: Payout) -> str:
    return Payout.objects.get(id=payout.id).waiting_reason


def test_a_payout_waits_for_its_addresss_trace_and_goes_by_itself(traced: World) -> None:
    traced.paid(1_000)
    payout = request(traced, 400)
    relay.drain(limit=1000)
    assert (status(payout), reason(payout)) == ("awaiting_funds", "payment_check")
    assert traced.queued() == []
    carried()
    assert status(payout) == "sending"
    again = request(traced, 100)
    relay.drain(limit=1000)
    assert status(again) == "sending", "it was traced a moment ago"


def test_money_does_not_leave_for_an_address_that_a_listed_one_paid(traced: World) -> None:
    traced.paid(1_000)
    payout = request(traced, 400)
    relay.drain(limit=1000)
    carried(thief_paid(WALLET))
    assert (status(payout), reason(payout)) == ("awaiting_funds", "payment_check")
    assert traced.queued() == []
    alert = Alert.objects.get(kind="destination_waits")
    assert alert.facts["leaving"] == f"payout:{payout.id}"
    shown = str(payout_as_dict(Payout.objects.get(id=payout.id)))
    assert not any(word in shown for word in ("listed", "trace", "high", "destination_"))


def test_an_address_that_was_listed_after_the_payout_was_asked_for_gets_nothing(
    traced: World,
) -> None:
    traced.paid(1_000)
    payout = request(traced, 400)
    list_of("thief", addresses=(WALLET,))
    relay.drain(limit=1000)
    carried()
    assert status(payout) == "awaiting_funds"
    assert traced.queued() == []


def test_one_that_may_not_leave_stops_none_of_its_batch(traced: World) -> None:
    four = [traced, *shops(traced, 3)]
    for each in four:
        each.paid(1_000)
    open_way(traced)
    payouts = [request(each, 100 * n) for n, each in enumerate(four, start=1)]
    relay.drain(limit=1000)
    assert {status(each) for each in payouts} == {"awaiting_funds"}
    bad = bytes([2]) * 20
    carried(thief_paid(bad))
    for outgoing in queued():
        passes(traced, outgoing)
    payouts_recheck(now=datetime.now(UTC) + timedelta(minutes=1))  # as each minute
    relay.drain(limit=1000)
    assert status(payouts[2]) == "awaiting_funds"
    others = [status(each) for each in (payouts[0], payouts[1], payouts[3])]
    assert set(others) <= {"sending", "sent", "completed"}, others
    for batch in PayoutBatch.objects.all():
        assert payouts[2].id not in Payout.objects.filter(batch_id=batch.id).values_list("id")

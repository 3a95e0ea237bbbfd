"""A float that shops could draw dry is filled from what the house has elsewhere: once, and within
bounds; and when it can't be, that is said."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.models import Entry
from gateway.ledger.postings import credit, debit
from gateway.ledger.selectors import balance
from gateway.market.hedges.carrying import moves_carry
from gateway.market.hedges.models import Hedge, InventoryMove
from gateway.market.supervising import desk_halt, desk_resume
from gateway.money.amounts import Amount
from gateway.supervisor.database_gauges import DatabaseGauges
from gateway.treasury.floats.models import AssetFloat, FloatRefill
from gateway.treasury.floats.replaying import decided_again
from gateway.treasury.floats.services import floats_look
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.execution.conftest import desk as desk  # noqa: PLC0414 (a fixture)
from tests.market.hedges.conftest import (
    DOLLAR,
    ETHER,
    SHOP,
    WETH,
    Hedging,
    Killed,
    kill_at,
    tell,
)
from tests.market.hedges.conftest import hedging as hedging  # noqa: PLC0414 (a fixture)
from tests.market.hedges.conftest import recording as recording  # noqa: PLC0414 (a fixture)
from tests.settlement.reconciling.seeing import place_seen

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]

HELD = 1_000_000 * DOLLAR
THERE = accounts.exchange("sandbox")


class Floating:
    """A desk with a million dollars in the treasury, of which shops may draw more."""

    def __init__(self, hedging: Hedging, settings: Any) -> None:
        self.hedging, self.settings = hedging, settings
        settings.FLOATS = {"rest_seconds": 20}

    def owe(self, units: int) -> None:
        """Shops are owed so many dollars more; the desk got nothing that lies here for them."""
        self.hedging.post(
            debit(accounts.desk(), Amount(units, USDC)),
            credit(accounts.shop_available(SHOP), Amount(units, USDC)),
        )

    def lay(self, units: int, *, at: accounts.AccountName = THERE) -> None:
        """The house's own dollars elsewhere."""
        self.hedging.post(
            debit(at, Amount(units, USDC)), credit(accounts.capital(), Amount(units, USDC))
        )

    def look(
        self, *, later: int = 0, reached: Callable[[str], None] = lambda point: None
    ) -> FloatRefill | None:
        """Let beat's task run on fresh prices; the newest refill."""
        self.hedging.desk.publish()
        return self.look_again(later=later, reached=reached)

    def look_again(
        self, *, later: int = 0, reached: Callable[[str], None] = lambda point: None
    ) -> FloatRefill | None:
        assert floats_look(now=self.hedging.now() + timedelta(seconds=later), reached=reached)
        return FloatRefill.objects.order_by("-decided_at", "-id").first()

    def said(self, type: str) -> list[dict[str, Any]]:
        return [event.body for event in Event.objects.filter(type=type).order_by("sequence")]

    def known(self) -> AssetFloat:
        return AssetFloat.objects.get(asset=USDC.code)

    def gauge(self, name: str) -> float:
        for family in DatabaseGauges().collect():
            for sample in family.samples:
                if sample.name == f"tillway_{name}" and sample.labels.get("chain") == str(CHAIN_ID):
                    return sample.value
        raise AssertionError(name)


@pytest.fixture
def floating(hedging: Hedging, settings: Any) -> Floating:
    return Floating(hedging, settings)


def test_with_enough_nothing_is_done_and_nothing_said(floating: Floating) -> None:
    floating.owe(HELD)
    floating.hedging.take_in(5 * ETHER, owed=0 + DOLLAR)
    floating.hedging.fund(USDC, DOLLAR)
    assert floating.look() is None
    assert not floating.said("float.low") and floating.known().low_since is None
    assert floating.gauge("floats_short") == 0


def test_what_the_desk_holds_is_sold_for_it_with_the_reason_in_the_ledger(
    floating: Floating,
) -> None:
    floating.hedging.take_in(5 * ETHER, owed=HELD + 10_000 * DOLLAR)
    refill = floating.look()
    assert refill is not None
    assert (refill.way, refill.source, refill.status) == ("convert", WETH.code, "planned")
    hedge = Hedge.objects.get(id=refill.hedge_id)
    assert (hedge.reason, hedge.side, hedge.asked_by) == ("float_short", "sell", "")
    assert hedge.units == refill.gives_units <= 5 * ETHER
    assert decided_again(refill.parts).units == refill.units  # type: ignore[union-attr]
    assert floating.look() == refill, "what is under way is not asked for twice"
    assert Hedge.objects.count() == 1
    floating.hedging.run()
    floating.look()
    refill.refresh_from_db()
    assert refill.status == "done" and refill.brought_units > 14_000 * DOLLAR
    entry = Entry.objects.get(refs__hedge_id=str(hedge.id))
    assert entry.refs["reason"] == "float_short"
    filled = [told["reference"] for told in floating.said("float.filled")]
    assert filled.count(f"float_refill:{refill.id}") == 1
    assert len(floating.said("float.low")) == len(floating.said("float.enough")) == 1
    floating.hedging.books_agree()


def test_money_missing_at_what_would_be_given_stops_the_refill_until_it_is_back(
    floating: Floating,
) -> None:
    def seen(units: int) -> None:
        at = floating.hedging.now()
        place_seen(units, now=at, account=f"custody:hot:{CHAIN_ID}", asset=WETH.code, decimals=18)

    floating.hedging.take_in(5 * ETHER, owed=HELD + 10_000 * DOLLAR)
    seen(-1)
    assert floating.look() is None
    assert floating.known().why == "books_differ"
    seen(0)
    refill = floating.look()
    assert refill is not None and (refill.way, floating.known().why) == ("convert", "")


@pytest.mark.parametrize("point", ["judged", "acted", "written"])
def test_killed_before_it_is_written_there_is_none_and_afterwards_one(
    floating: Floating, recording: Path, point: str
) -> None:
    floating.lay(50_000 * DOLLAR)
    floating.owe(HELD + 10_000 * DOLLAR)
    with pytest.raises(Killed):
        floating.look(reached=kill_at(point))
    assert not FloatRefill.objects.exists() and not InventoryMove.objects.exists()
    for _ in range(3):
        floating.look()
    assert FloatRefill.objects.count() == InventoryMove.objects.count() == 1
    assert len(floating.said("float.low")) == len(floating.said("float.refill")) == 1


@pytest.mark.parametrize(
    "point",
    ["asked", "withdrawal_asked", "withdrawal_told", "withdrawal_kept", "chain_told", "chain_kept"],
)
def test_an_exchange_sends_it_once_wherever_the_house_is_killed(
    floating: Floating, recording: Path, point: str
) -> None:
    hedging = floating.hedging
    floating.lay(50_000 * DOLLAR)
    floating.owe(HELD + 10_000 * DOLLAR)
    refill = floating.look()
    assert refill is not None and (refill.way, refill.source) == ("move", "sandbox")
    assert refill.units == 25_000 * DOLLAR, "no more than one refill may be of"
    move = InventoryMove.objects.get(id=refill.move_id)
    assert (move.reason, move.decided_by, move.is_deposit) == ("float_short", "float", False)
    tx_hash = ""
    for _ in range(6):
        try:
            moves_carry(now=hedging.now(), reached=kill_at(point))
        except Killed:
            moves_carry(now=hedging.now())
        floating.look()
        if not tx_hash and str(move.id) in json.loads(recording.read_text()).get("asked", {}):
            receipt = hedging.desk.till.pay(hedging.treasury, units=move.units, symbol="USDC")
            tx_hash = receipt["transactionHash"]
            told = {"progress": "done", "units": str(move.units), "tx_hash": tx_hash}
            tell(recording, "withdrawals", str(move.id), **told)
            hedging.desk.till.mine(10)
    refill.refresh_from_db()
    assert (refill.status, refill.brought_units) == ("done", 25_000 * DOLLAR)
    assert InventoryMove.objects.count() == 1
    assert balance(account=accounts.custody_hot(CHAIN_ID), asset=USDC).units == HELD + refill.units
    left = Entry.objects.filter(refs__reason="float_short")
    assert left.count() == 2, "it left, and it arrived: each with its reason"
    assert floating.known().low_since is None
    hedging.books_agree()


def test_what_came_to_nothing_rests_and_then_another_way_is_tried(
    floating: Floating, recording: Path
) -> None:
    floating.lay(50_000 * DOLLAR)
    floating.owe(HELD + 10_000 * DOLLAR)
    first = floating.look()
    assert first is not None
    moves_carry(now=floating.hedging.now())
    tell(recording, "withdrawals", str(first.move_id), progress="refused")
    moves_carry(now=floating.hedging.now())
    assert floating.look() == first
    first.refresh_from_db()
    assert (first.status, first.failure_code) == ("failed", "refused")
    assert floating.known().stuck_since is None, "it rests: nobody is called yet"
    second = floating.look_again(later=25)
    assert second is not None and second != first


def test_a_day_has_a_limit_and_then_a_person_is_called(floating: Floating, recording: Path) -> None:
    floating.settings.FLOATS = {
        "most_usd_cents": 1_000_000,
        "most_daily_usd_cents": 1_000_000,
        "rest_seconds": 0,
    }
    floating.lay(50_000 * DOLLAR)
    floating.owe(HELD + 10_000 * DOLLAR)
    refill = floating.look()
    assert refill is not None and refill.cents <= 1_000_000
    InventoryMove.objects.update(state="refused", ended_at=floating.hedging.now())
    assert floating.look() == refill and floating.look() == refill
    assert floating.known().why == "day_spent"
    assert [told["why"] for told in floating.said("float.stuck")] == ["day_spent"]
    assert floating.gauge("floats_short") == floating.gauge("floats_stuck") == 1


def test_cold_storage_is_a_persons_to_open(floating: Floating) -> None:
    floating.lay(500_000 * DOLLAR, at=accounts.custody_cold(CHAIN_ID))
    floating.owe(HELD + 10_000 * DOLLAR)
    proposed = floating.look()
    assert proposed is not None and (proposed.way, proposed.status) == ("person", "proposed")
    assert floating.look() == proposed and FloatRefill.objects.count() == 1
    assert len(floating.said("float.proposed")) == 1
    assert floating.known().why == "person_needed"
    assert not OutgoingTransaction.objects.exists() and not InventoryMove.objects.exists()
    floating.hedging.fund(USDC, 300_000 * DOLLAR)
    floating.look()
    proposed.refresh_from_db()
    assert proposed.status == "over" and floating.known().stuck_since is None


def test_old_prices_a_halt_a_setting_and_live_money_bring_nothing(
    floating: Floating, recording: Path
) -> None:
    floating.lay(50_000 * DOLLAR)
    floating.owe(HELD + 10_000 * DOLLAR)
    floating.hedging.desk.publish()
    assert floating.look_again(later=3_600) is None
    assert floating.known().why == "no_price"
    desk_halt(by="ana", reason="a drill", now=floating.hedging.now())
    assert floating.look() is None and floating.known().why == "halted"
    desk_resume(by="ana", reason="it is over", now=floating.hedging.now())
    desk_halt(by="ana", reason="it wobbles", now=floating.hedging.now(), asset=USDC.code)
    assert floating.look() is None and floating.known().why == "halted"
    desk_resume(by="ana", reason="it is over", now=floating.hedging.now(), asset=USDC.code)
    floating.settings.FLOATS = {"enabled": False}
    assert floating.look() is None and floating.known().why == "switched_off"
    assert [told["why"] for told in floating.said("float.stuck")] == [
        "no_price",
        "halted",
        "switched_off",
    ]
    assert len(floating.said("float.low")) == 1
    assert not InventoryMove.objects.exists() and not Hedge.objects.exists()

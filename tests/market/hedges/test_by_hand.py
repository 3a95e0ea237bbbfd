"""What a person asks of the desk: within a limit, only to shrink a position, with their name."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.events.models import Event
from gateway.ledger.models import Entry
from gateway.market.errors import MarketUnavailable, ReasonMissing
from gateway.market.exchanges.configured import configured_exchange
from gateway.market.hedges.by_hand import close_all, hedge_by_hand, hedge_call_off
from gateway.market.hedges.hand_errors import (
    AboveHandLimit,
    HedgeNotPossible,
    HedgeUnderWay,
    NotToBeCalledOff,
    TransactionUnderWay,
)
from gateway.market.hedges.hand_view import positions, preview
from gateway.market.hedges.models import Hedge, InventoryMove
from gateway.market.hedges.moves_by_hand import move_by_hand, move_call_off, move_give_up
from gateway.market.hedging.deciding import Side
from gateway.market.snapshot_store import current_snapshot
from gateway.market.supervising import desk_halt
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.hedges.conftest import DOLLAR, ETHER, WETH, Hedging

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]

WHO = "dora@desk.example"


def ask(hedging: Hedging, units: int, **options: Any) -> Hedge:
    told = {"asset": WETH.code, "by": WHO, "because": "before the weekend", **options}
    return hedge_by_hand(snapshot=current_snapshot(), units=units, now=hedging.now(), **told)


def test_a_position_within_its_band_is_converted_when_a_person_says_so(hedging: Hedging) -> None:
    hedging.take_in(ETHER // 5, owed=600 * DOLLAR)
    assert hedging.turn() == [], "the desk by itself leaves it"
    (position,) = [
        each
        for each in positions(snapshot=current_snapshot(), now=hedging.now())
        if each.code == WETH.code
    ]
    assert (position.side, position.exposure, position.blocked) == (Side.SELL, ETHER // 5, "")
    assert position.convertible == ETHER // 5
    seen = preview(
        snapshot=current_snapshot(), asset=WETH.code, units=ETHER // 10, now=hedging.now()
    )
    assert seen.gives == WETH.code and seen.gives_units == ETHER // 10
    assert seen.least_units < seen.takes_units
    hedge = ask(hedging, ETHER // 10)
    hedging.run()
    hedge.refresh_from_db()
    assert (hedge.status, hedge.reason, hedge.style) == ("done", "by_hand", "market")
    assert hedge.asked_by == WHO and hedge.asked_because == "before the weekend"
    assert hedge.sold_units == ETHER // 10
    assert hedge.bought_units >= seen.least_units
    assert hedging.position() == ETHER // 10
    entry = Entry.objects.get(kind="hedge")
    assert entry.refs["reason"] == "by_hand" and entry.refs["hedge_id"] == str(hedge.id)
    told = Event.objects.get(type="hedge.planned")
    assert told.body["asked_by"] == WHO
    hedging.books_agree()


def test_a_short_position_is_bought_back_by_hand(hedging: Hedging) -> None:
    hedging.owe(ETHER // 5, got=600 * DOLLAR)
    hedging.turn()
    hedge = ask(hedging, ETHER // 5)
    assert (hedge.side, hedge.asset_in) == ("buy", USDC.code)
    hedging.run()
    hedge.refresh_from_db()
    assert hedge.status == "done"
    assert abs(hedging.position()) < ETHER // 100
    hedging.books_agree()


def test_nobody_converts_more_than_the_position_or_the_limit(
    hedging: Hedging, settings: Any
) -> None:
    hedging.take_in(ETHER // 5, owed=600 * DOLLAR)
    hedging.turn()
    with pytest.raises(HedgeNotPossible, match="may be converted"):
        ask(hedging, ETHER // 5 + 1)
    with pytest.raises(HedgeNotPossible, match="may be converted"):
        ask(hedging, 1)
    with pytest.raises(HedgeNotPossible, match="may be converted"):
        ask(hedging, -ETHER // 10)
    settings.HEDGING = {"most_by_hand_usd_cents": 20_000}
    with pytest.raises(AboveHandLimit):
        ask(hedging, ETHER // 5)
    with pytest.raises(HedgeNotPossible):
        ask(hedging, ETHER // 10, asset="NOPE@1")
    assert not Hedge.objects.exists()


@pytest.mark.parametrize("missing", [{"by": " "}, {"because": ""}, {"because": "x" * 501}])
def test_nobody_converts_without_a_name_and_a_reason(
    hedging: Hedging, missing: dict[str, str]
) -> None:
    hedging.take_in(ETHER // 5, owed=600 * DOLLAR)
    hedging.turn()
    with pytest.raises(ReasonMissing):
        ask(hedging, ETHER // 10, **missing)


def test_an_order_sent_twice_is_one_hedge(hedging: Hedging) -> None:
    hedging.take_in(ETHER // 5, owed=600 * DOLLAR)
    hedging.turn()
    ask(hedging, ETHER // 10)
    with pytest.raises(HedgeUnderWay):
        ask(hedging, ETHER // 10)
    assert Hedge.objects.count() == 1


def test_the_kill_switch_and_the_setting_stop_people_too(hedging: Hedging, settings: Any) -> None:
    hedging.take_in(ETHER // 5, owed=600 * DOLLAR)
    hedging.turn()
    settings.HEDGING = {"enabled": False}
    with pytest.raises(HedgeNotPossible, match="switched off"):
        ask(hedging, ETHER // 10)
    settings.HEDGING = {}
    desk_halt(reason="drill", by=WHO, now=hedging.now(), asset=WETH.code)
    with pytest.raises(HedgeNotPossible, match="halted"):
        ask(hedging, ETHER // 10)


def test_what_is_owed_to_shops_is_not_converted(hedging: Hedging) -> None:
    hedging.take_in(ETHER // 5, owed=600 * DOLLAR)
    from gateway.ledger import accounts
    from gateway.ledger.postings import credit, debit
    from gateway.money.amounts import Amount
    from tests.market.hedges.conftest import SHOP

    owed = Amount(ETHER // 5, WETH)
    hedging.post(debit(accounts.capital(), owed), credit(accounts.shop_available(SHOP), owed))
    hedging.turn()
    with pytest.raises(HedgeNotPossible, match="treasury"):
        ask(hedging, ETHER // 10)


def test_a_planned_hedge_is_called_off_and_does_not_come_back_at_once(hedging: Hedging) -> None:
    hedging.take_in(ETHER // 5, owed=600 * DOLLAR)
    hedging.turn()
    hedge = ask(hedging, ETHER // 10)
    called = hedge_call_off(hedge_id=hedge.id, by=WHO, because="typed wrong", now=hedging.now())
    assert (called.status, called.ended_by, called.ended_because) == (
        "abandoned",
        WHO,
        "typed wrong",
    )
    with pytest.raises(NotToBeCalledOff):
        hedge_call_off(hedge_id=hedge.id, by=WHO, because="again", now=hedging.now())
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    assert hedging.turn() == [], "beyond its band, but somebody just said no"
    Hedge.objects.update(ended_at=hedging.now() - timedelta(seconds=601))
    assert len(hedging.turn()) == 1


def test_what_is_under_way_is_not_called_off(hedging: Hedging) -> None:
    hedging.take_in(ETHER // 5, owed=600 * DOLLAR)
    hedging.turn()
    hedge = ask(hedging, ETHER // 10)
    assert hedging.turn() != []
    with pytest.raises(TransactionUnderWay):
        hedge_call_off(hedge_id=hedge.id, by=WHO, because="too late", now=hedging.now())
    hedge.refresh_from_db()
    assert hedge.ended_by == ""


def test_everything_is_closed_but_for_what_can_not_be(hedging: Hedging) -> None:
    hedging.take_in(ETHER // 5, owed=600 * DOLLAR)
    hedging.turn()
    closings = close_all(snapshot=current_snapshot(), by=WHO, because="closing", now=hedging.now())
    (made,) = [each for each in closings if each.asset == WETH.code]
    assert made.hedge is not None and made.hedge.units == ETHER // 5
    again = close_all(snapshot=current_snapshot(), by=WHO, because="closing", now=hedging.now())
    (refused,) = [each for each in again if each.asset == WETH.code]
    assert isinstance(refused.refusal, HedgeUnderWay)
    hedging.run()
    assert hedging.position() == 0
    hedging.books_agree()


# --- moves ---------------------------------------------------------------------------------------


def plan(hedging: Hedging, units: int, **options: Any) -> InventoryMove:
    told = {"asset": USDC.code, "because": "more on the exchange", "by": WHO, "key": "page:1"}
    return move_by_hand(
        snapshot=current_snapshot(),
        exchange=configured_exchange("sandbox"),
        is_deposit=True,
        units=units,
        now=hedging.now(),
        **{**told, **options},
    )


def test_a_move_is_planned_within_the_limit_and_called_off(
    hedging: Hedging, recording: Path, settings: Any
) -> None:
    hedging.turn()
    move = plan(hedging, 500 * DOLLAR)
    assert (move.state, move.decided_by) == ("planned", WHO)
    assert plan(hedging, 500 * DOLLAR).id == move.id, "one form, one move"
    called = move_call_off(move_id=move.id, by=WHO, because="not today", now=hedging.now())
    assert (called.state, called.ended_by, called.ended_because) == ("refused", WHO, "not today")
    with pytest.raises(NotToBeCalledOff):
        move_call_off(move_id=move.id, by=WHO, because="again", now=hedging.now())
    settings.HEDGING = {"most_by_hand_usd_cents": 10_000}
    with pytest.raises(AboveHandLimit):
        plan(hedging, 500 * DOLLAR, key="page:2")
    with pytest.raises(MarketUnavailable):
        plan(hedging, 1, key="page:3", asset=f"NOPE@{CHAIN_ID}")


def test_only_what_is_on_its_way_is_given_up(hedging: Hedging, recording: Path) -> None:
    hedging.turn()
    move = plan(hedging, 500 * DOLLAR)
    with pytest.raises(NotToBeCalledOff):
        move_give_up(move_id=move.id, by=WHO, because="lost", now=hedging.now())
    from gateway.market.hedges.moves import move_ask, transfer_final

    content = json.loads(recording.read_text())
    address = bytes.fromhex(content["addresses"][USDC.code].removeprefix("0x"))
    move_ask(move_id=move.id, to=address, now=hedging.now())
    with pytest.raises(NotToBeCalledOff):
        move_call_off(move_id=move.id, by=WHO, because="too late", now=hedging.now())
    transfer_final(
        move_id=move.id, body={"fee_units": "0", "tx_hash": "0x" + "ab" * 32}, now=hedging.now()
    )
    lost = move_give_up(move_id=move.id, by=WHO, because="exchange is gone", now=hedging.now())
    assert (lost.state, lost.ended_by) == ("lost", WHO)
    assert Entry.objects.filter(key=f"move:{move.id}:lost").exists()

"""What still happens in the book when an asset is halted, or the desk may only reduce."""

from typing import Any

import pytest

from gateway.market.errors import DeskHalted, DeskReducesOnly
from gateway.market.orders.models import Order
from gateway.market.risk.states import RiskState, Transition, Trigger
from gateway.market.supervising import desk_halt, desk_resume, desk_states_change
from tests.market.orders.conftest import ANN, BOB, DESK, ETHER, START, USDC, WETH, Trading


def enter(state: RiskState, asset: str = WETH.code) -> None:
    made = Transition(
        int(START.timestamp() * 1000), RiskState.NORMAL, state, Trigger.PRICE_JUMP, 1, 1
    )
    desk_states_change(transitions={asset: made}, modes={asset: "test"}, lease=None)


@pytest.mark.parametrize("asset", ["", WETH.code, USDC.code])
def test_in_a_halt_nothing_trades_and_everything_can_be_cancelled(
    trading: Trading, asset: str
) -> None:
    order = trading.place(ANN, "sell", 100, 3_000)
    other = trading.place(ANN, "sell", 100, 3_000)
    desk_halt(reason="test", by="test", now=trading.now, asset=asset)
    for owner in (BOB, DESK):
        with pytest.raises(DeskHalted):
            trading.place(owner, "buy", 100, 3_000)
    with pytest.raises(DeskHalted):
        trading.amend(order, 50)
    trading.trade_into(ETHER)
    with pytest.raises(DeskHalted):
        trading.close(DESK, "sell")
    assert trading.cancel(order).status == "cancelled"
    desk_resume(reason="test", by="test", now=trading.now, asset=asset)
    trading.place(BOB, "buy", 100, 3_000)
    other.refresh_from_db()
    assert other.status == "filled"
    trading.sound()


def test_a_halt_of_another_asset_is_none_here(trading: Trading) -> None:
    desk_halt(reason="test", by="test", now=trading.now, asset="WBTC@31337")
    assert trading.place(ANN, "sell", 100, 3_000).status == "open"


def test_the_state_of_risk_halts_too(trading: Trading) -> None:
    enter(RiskState.WIDE)
    trading.place(ANN, "sell", 100, 3_000)
    enter(RiskState.HALT)
    with pytest.raises(DeskHalted):
        trading.place(BOB, "buy", 100, 3_000)


def test_in_reduce_only_the_desk_trades_towards_nothing_and_no_further(trading: Trading) -> None:
    trading.trade_into(ETHER)
    enter(RiskState.REDUCE_ONLY)
    with pytest.raises(DeskReducesOnly):
        trading.place(DESK, "buy", 1, 3_000)
    with pytest.raises(DeskReducesOnly):
        trading.place(DESK, "sell", 1_001, 3_000)
    first = trading.place(DESK, "sell", 600, 3_000)
    with pytest.raises(DeskReducesOnly):
        trading.place(DESK, "sell", 401, 3_000)
    with pytest.raises(DeskReducesOnly):
        trading.amend(first, 1_001)
    trading.amend(first, 1_000)
    assert trading.place(ANN, "buy", 400, 3_000).status == "filled"  # makers go on
    closing = trading.close(DESK, "sell")
    assert (closing.closed_units, closing.left_units) == (0, 600 * ETHER // 1_000)
    trading.sound()


def test_when_it_gets_worse_the_desks_orders_dont_stay_behind(trading: Trading, drain: Any) -> None:
    trading.trade_into(ETHER)
    bid = trading.place(DESK, "buy", 100, 2_990)
    ask = trading.place(DESK, "sell", 100, 3_010)
    theirs = trading.place(ANN, "buy", 100, 2_980)

    def standing() -> list[str]:
        return [Order.objects.get(id=order.id).status for order in (bid, ask, theirs)]

    enter(RiskState.WIDE)
    drain()
    assert standing() == ["open", "open", "open"]
    enter(RiskState.REDUCE_ONLY)
    drain()
    assert standing() == ["cancelled", "open", "open"]
    enter(RiskState.HALT)
    drain()
    assert standing() == ["cancelled", "cancelled", "open"]
    trading.sound()


def test_the_kill_switch_takes_the_desks_orders_out(trading: Trading, drain: Any) -> None:
    ask = trading.place(DESK, "sell", 100, 3_010)
    desk_halt(reason="test", by="test", now=trading.now)
    drain()
    ask.refresh_from_db()
    assert (ask.status, ask.reason) == ("cancelled", "asked")
    trading.sound()

"""Sales and hedges on the real contracts, as the measures see them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.ledger.accounts import desk as desk_account
from gateway.ledger.selectors import balances_of
from gateway.market.execution.models import FillBatch
from gateway.market.hedges.models import Hedge, HedgeStep
from gateway.market.measures import selectors
from gateway.market.measures.fair_values import Moment, fair_values_keep
from gateway.market.measures.following import journal_follow
from gateway.market.measures.models import Position
from gateway.market.measures.values import FillKind, Line
from tests.market.execution.conftest import USDC, Desk
from tests.market.execution.conftest import desk as desk  # noqa: PLC0414 (a fixture)
from tests.market.hedges.conftest import DOLLAR, ETHER, WETH, Hedging
from tests.market.hedges.conftest import hedging as hedging  # noqa: PLC0414 (a fixture)
from tests.market.measures.played import CALM

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]


def period() -> dict[str, Any]:
    """The days that the database may book in while a test runs."""
    today = datetime.now(UTC).date()
    return {
        "mode": "test",
        "first": today - timedelta(days=1),
        "last": today + timedelta(days=1),
    }


Clocks = tuple[datetime, datetime]


def clocks(chain: Desk | Hedging) -> Clocks:
    """The chain's and ours, which may be far apart: undoing sets the chain's back, mining ahead."""
    return chain.now(), datetime.now(UTC)


def known_since(began: Clocks, ended: Clocks) -> None:
    """The market said the same all along by either clock, from a little before to well after."""
    for begin, end in zip(began, ended, strict=True):
        seconds = int((end - begin).total_seconds()) + 180
        fair_values_keep(
            moments=[
                Moment(begin + timedelta(seconds=second - 30), second, CALM)
                for second in range(seconds)
            ]
        )


def follow() -> None:
    while journal_follow(lag=timedelta(0)):
        pass


def test_a_batch_that_was_sold_is_a_sale_with_its_slippage_and_gas(desk: Desk) -> None:
    began = clocks(desk)
    for milli in (5, 7):
        desk.credited("WETH", milli * ETHER // 1_000)
    desk.publish()
    (queued,) = desk.batch()
    desk.send(queued)
    known_since(began, clocks(desk))
    follow()
    batch = FillBatch.objects.get()
    (made,) = selectors.fills(**period(), kind=FillKind.SALE).items
    assert (made.asset, made.gave_units, made.took_units) == (
        WETH.code,
        batch.sold_units,
        batch.bought_units,
    )
    assert made.promised_at == batch.created_at
    worth = batch.sold_units * 3_000 // 10**12
    lines = {each.line: each.usd_e6 for each in selectors.waterfall(**period()).lines}
    assert lines[Line.SLIPPAGE] == batch.bought_units - worth < 0
    assert lines[Line.GAS] == -(batch.fee_units * 3_000 // 10**12) < 0
    assert selectors.ledger_differences(**period()) == []


def test_a_hedge_is_of_its_token_whichever_way_it_goes(hedging: Hedging) -> None:
    began = clocks(hedging)
    hedging.owe(3 * ETHER, got=9_000 * DOLLAR)
    hedging.run()
    known_since(began, clocks(hedging))
    follow()
    hedge = Hedge.objects.get()
    made = selectors.fills(**period(), kind=FillKind.HEDGE).items
    assert {each.asset for each in made} == {WETH.code} and hedge.side == "buy"
    assert sum(each.took_units for each in made) == hedge.bought_units
    assert {each.promised_at for each in made} <= set(
        HedgeStep.objects.values_list("created_at", flat=True)
    )
    lines = {each.line: each for each in selectors.waterfall(**period()).lines}
    assert lines[Line.HEDGING].cents == pytest.approx(-hedge.cost_cents, abs=300)
    entries = selectors.line_entries(**period(), line=Line.HEDGING).items
    assert {entry.refs["hedge_id"] for entry in entries} == {str(hedge.id)}
    assert selectors.ledger_differences(**period()) == []
    held = {row.asset: row.units + row.uncosted_units for row in Position.objects.all()}
    booked = balances_of(account=desk_account())
    assert {code: held.get(code, 0) for code in booked} == {
        code: -units for code, units in booked.items()
    }
    assert held[USDC.code] == 9_000 * DOLLAR - hedge.sold_units

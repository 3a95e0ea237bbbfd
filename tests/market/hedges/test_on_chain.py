"""A position beyond its band is closed in the real pools, once, and the books say so to the unit."""

import pytest

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.models import Entry
from gateway.market.hedges.models import Hedge, HedgeStep
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.hedges.conftest import DOLLAR, ETHER, WETH, Hedging

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]


def test_a_position_within_the_band_is_left_alone(hedging: Hedging) -> None:
    hedging.take_in(ETHER // 20, owed=150 * DOLLAR)
    assert hedging.turn() == []
    assert not Hedge.objects.exists()


def test_a_long_position_is_sold_and_ends_within_its_band(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    (leave,) = hedging.turn()
    assert leave.purpose == "approve"
    hedge = Hedge.objects.get()
    assert (hedge.side, hedge.reason, hedge.status) == ("sell", "beyond_band", "sent")
    assert hedging.turn() == []  # what is under way is not asked for again

    hedging.desk.send(leave)
    hedging.run()
    hedge.refresh_from_db()
    assert hedge.status == "done"
    assert abs(hedging.position()) <= hedge.band_units
    assert hedge.sold_units == 5 * ETHER
    assert 14_850 * DOLLAR < hedge.bought_units < 15_000 * DOLLAR
    assert hedging.desk.booked(accounts.desk(), USDC) == 15_000 * DOLLAR - hedge.bought_units
    # fee and slippage are there to be seen, and are what is missing of the desk's money
    assert hedge.cost_cents == pytest.approx(
        (15_000 * DOLLAR - hedge.bought_units) // 10_000, abs=20
    )
    assert hedge.fee_units > 0
    hedging.books_agree()
    entry = Entry.objects.filter(kind="hedge").first()
    assert entry is not None
    assert entry.refs["reason"] == "beyond_band" and entry.refs["hedge_id"] == str(hedge.id)
    assert list(
        Event.objects.filter(subject=f"hedge:{hedge.id}")
        .order_by("sequence")
        .values_list("type", flat=True)
    ) == ["hedge.planned", "hedge.sent", "hedge.done"]
    assert Event.objects.filter(type="float.filled", body__asset=USDC.code).exists()


def test_a_short_position_is_bought_back(hedging: Hedging) -> None:
    hedging.owe(3 * ETHER, got=9_000 * DOLLAR)
    hedging.run()
    hedge = Hedge.objects.get()
    assert (hedge.side, hedge.status) == ("buy", "done")
    assert abs(hedging.position()) <= hedge.band_units
    assert hedge.asset_in == USDC.code
    hedging.books_agree()

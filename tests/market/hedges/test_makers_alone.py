"""Where nothing trades the pair a maker is asked all the same, for what the treasury has."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.core.management import call_command

from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.postings import credit, debit
from gateway.market.hedges.models import Hedge, HedgeStep
from gateway.market.makers.models import MakerStanding, QuoteRequest
from gateway.market.snapshot_store import current_snapshot, forget_snapshot, publish_snapshot
from gateway.money.amounts import Amount
from tests.market.hedges.conftest import DOLLAR, ETHER, SHOP, WETH
from tests.market.hedges.test_makers import Floor
from tests.market.hedges.test_makers import floor as floor  # noqa: PLC0414 (a fixture)

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]


@pytest.fixture
def alone(floor: Floor) -> Floor:
    """The prices are what they were, and every pool is gone."""
    publish = floor.hedging.desk.publish

    def without_pools(**prices: Any) -> None:
        publish(**prices)
        publish_snapshot(msgspec.structs.replace(current_snapshot(), pools=()))
        forget_snapshot()

    floor.hedging.desk.publish = without_pools  # type: ignore[method-assign]
    return floor


def test_the_hedge_is_decided_and_the_makers_order_taken(alone: Floor) -> None:
    alone.hedging.run()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.reason) == ("done", "beyond_band")
    assert (hedge.sold_units, hedge.bought_units) == (5 * ETHER, 15_000 * DOLLAR)
    assert [step.status for step in alone.firm_steps()] == ["done"]
    assert alone.hedging.position() == 0
    alone.hedging.books_agree()


def test_a_short_position_is_bought_back_from_it(alone: Floor) -> None:
    alone.hedging.owe(10 * ETHER, got=30_000 * DOLLAR)  # five were there
    alone.hedging.run()
    hedge = Hedge.objects.get()
    assert (hedge.side, hedge.status) == ("buy", "done")
    assert abs(alone.hedging.position()) < ETHER // 1_000
    alone.hedging.books_agree()


def test_a_maker_that_takes_a_half_is_asked_for_the_rest(alone: Floor) -> None:
    alone.maker.sizes = slice(1, 2)
    for _ in range(4):
        for outgoing in alone.hedging.turn():
            alone.hedging.desk.send(outgoing)
        alone.hedging.later()
    sold = [step.units_in for step in alone.firm_steps() if step.status == "done"]
    assert sold[:2] == [5 * ETHER // 2, 5 * ETHER // 4]
    assert Hedge.objects.get().sold_units == sum(sold)
    alone.hedging.books_agree()


def test_no_more_is_asked_about_than_the_treasury_has(alone: Floor) -> None:
    """The shop is owed three of the five ethers that lie there."""
    alone.hedging.post(
        debit(accounts.desk(), Amount(3 * ETHER, WETH)),
        credit(accounts.shop_available(SHOP), Amount(3 * ETHER, WETH)),
    )
    alone.hedging.turn()
    assert Hedge.objects.get().units == 2 * ETHER
    assert alone.maker.asked[0]["amounts_in"][0] == str(2 * ETHER)


def test_where_it_declines_the_hedge_fails_and_rests_and_nothing_is_sent(alone: Floor) -> None:
    alone.maker.status, alone.maker.body = 204, b""
    for _ in range(8):
        assert alone.hedging.turn() == []
        alone.hedging.later()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.last_error) == ("failed", "no_venue")
    assert not HedgeStep.objects.exists()
    assert len(alone.maker.asked) == 3
    assert alone.standing().faults == 0


def test_nobody_to_ask_is_no_hedge(alone: Floor) -> None:
    makers = alone.settings.MAKERS
    alone.settings.MAKERS = []
    alone.hedging.turn()
    alone.settings.MAKERS = [{"nonsense": True}]
    alone.hedging.turn()
    alone.settings.MAKERS = makers
    now = alone.hedging.now()
    MakerStanding.objects.create(
        maker="acme", excluded_until=now + timedelta(hours=1), updated_at=now
    )
    alone.hedging.turn()
    assert not Hedge.objects.exists() and not QuoteRequest.objects.exists()
    call_command("makers", "forgive", "acme", "--by", "me", "--reason", "they mended it")
    told = Event.objects.get(type="maker.forgiven").body
    assert (told["by"], told["because"]) == ("me", "they mended it")
    alone.hedging.turn()
    assert Hedge.objects.get().status == "sent"

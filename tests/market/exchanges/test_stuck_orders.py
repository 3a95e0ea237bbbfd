"""An order that its exchange does not tell the end of: a person's word, once it was asked."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.market.errors import ReasonMissing
from gateway.market.hedges.exchange_models import ExchangeFill, ExchangeOrder
from gateway.market.hedges.models import Hedge
from gateway.market.hedges.stuck_errors import (
    ExchangeTells,
    NotAskedLately,
    NotOfIt,
    NotStuck,
    TooEarly,
)
from gateway.market.hedges.stuck_orders import SeenFill, order_said_made, order_said_unmade
from tests.market.exchanges.conftest import Trading
from tests.market.exchanges.fake_binance import PLACE as PLACES
from tests.market.exchanges.fake_binance import Answer, Drop
from tests.market.hedges.conftest import DOLLAR, ETHER

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]
WHY = {"by": "dora", "because": "their page shows it so"}
E18 = 10**18


def hang_up(method: str, path: str, words: dict[str, str]) -> None:
    raise Drop


@pytest.fixture
def silent(trading: Trading) -> Trading:
    """The order was made, and since then the exchange says nothing any more."""

    def after(method: str, path: str, words: dict[str, str], told: Answer) -> Answer:
        if (method, path) == PLACES:
            trading.fake.before = hang_up
            raise Drop
        return told

    trading.fake.after = after
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.carry()
    assert trading.order().status == "asked"
    return trading


def speaks_again(trading: Trading) -> None:
    """From now on the exchange answers as it should."""
    trading.fake.before = lambda *_: None
    trading.fake.after = lambda *words: words[3]


def ask(trading: Trading, seconds: int = 3_660) -> datetime:
    """The exchange is asked once more, so much later."""
    trading.later(seconds)
    trading.carry()
    return trading.hedging.now()


def really(trading: Trading) -> list[SeenFill]:
    """What a person reads off the exchange's own pages."""
    return [
        SeenFill(
            trade_id=str(row["id"]),
            size=int(Decimal(row["qty"]) * E18),
            cost=int(Decimal(row["quoteQty"]) * E18),
            fee=int(Decimal(row["commission"]) * E18),
            fee_currency=row["commissionAsset"],
            at=datetime.fromtimestamp(row["time"] // 1000).astimezone(),
        )
        for row in trading.fake.trades
    ]


def test_what_was_seen_is_booked_once_and_told_again_it_is_the_same(silent: Trading) -> None:
    now = ask(silent)
    assert silent.order().told == "silent"
    fills = really(silent)
    assert fills
    for number, fill in enumerate(fills, 1):
        order = order_said_made(
            order_id=silent.order().id, fill=fill, is_all=number == len(fills), now=now, **WHY
        )
    assert (order.status, order.failure_code) == ("done", "said_made")
    assert (order.ended_by, order.ended_because) == tuple(WHY.values())
    assert silent.fills() == len(fills)
    assert Hedge.objects.get().sold_units == order.sold_units == 5 * ETHER
    silent.agrees()
    with pytest.raises(NotStuck):
        order_said_made(order_id=order.id, fill=fills[0], is_all=True, now=now, **WHY)
    speaks_again(silent)
    silent.later(120)
    silent.carry()
    assert silent.fills() == len(fills)
    silent.agrees()
    silent.compare()
    assert silent.said("exchange.stopped") == []


@pytest.mark.parametrize("is_all", [True, False])
def test_what_was_seen_wrongly_stops_the_exchange_and_is_not_booked_twice(
    silent: Trading, is_all: bool
) -> None:
    now, order_id = ask(silent), silent.order().id
    seen = {k: getattr(really(silent)[0], k) for k in SeenFill.__slots__}
    half = {"size": seen["size"] // 2, "cost": seen["cost"] // 2, "fee": seen["fee"] // 2}
    wrong = SeenFill(**{**seen, "trade_id": "77", **({} if is_all else half)})
    order_said_made(order_id=order_id, fill=wrong, is_all=is_all, now=now, **WHY)
    speaks_again(silent)
    for _ in range(3):
        silent.later(120)
        silent.carry()
    assert [told["reason"] for told in silent.said("exchange.stopped")] == ["fill_told_otherwise"]
    assert silent.fills() == 1
    silent.hedging.books_agree()
    # and a person can still end it
    if not is_all:
        now = silent.hedging.now()
        order = order_said_made(order_id=order_id, fill=None, is_all=True, now=now, **WHY)
        assert order.status == "done"


def test_what_was_never_made_is_over_and_the_hedge_goes_on(trading: Trading) -> None:
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)

    def only_places(method: str, path: str, words: dict[str, str]) -> None:
        if (method, path) == PLACES:
            trading.fake.before = hang_up
            raise Drop

    trading.fake.before = only_places
    trading.hedging.turn()
    trading.carry()
    order_id = trading.order().id
    now = ask(trading)
    for _ in range(2):
        order = order_said_unmade(order_id=order_id, now=now, **WHY)
    assert (order.status, order.failure_code, order.ended_by) == ("lost", "said_not_made", "dora")
    assert Hedge.objects.get().attempts == 1
    speaks_again(trading)
    trading.run()
    assert Hedge.objects.get().sold_units == 5 * ETHER
    trading.agrees()


def test_what_was_made_after_all_is_booked_when_it_shows(silent: Trading) -> None:
    now = ask(silent)
    order_said_unmade(order_id=silent.order().id, now=now, **WHY)
    speaks_again(silent)
    silent.later(120)
    silent.carry()
    order = ExchangeOrder.objects.order_by("id")[0]
    assert (order.status, order.sold_units) == ("done", 5 * ETHER)
    silent.agrees()


def test_the_exchanges_own_word_goes_first(silent: Trading) -> None:
    order_id, now = silent.order().id, silent.hedging.now()
    with pytest.raises(TooEarly):
        order_said_unmade(order_id=order_id, now=ask(silent, 60), **WHY)
    with pytest.raises(NotAskedLately):
        order_said_unmade(order_id=order_id, now=now + timedelta(hours=2), **WHY)
    with pytest.raises(ReasonMissing):
        order_said_unmade(order_id=order_id, now=now, by="dora", because=" ")
    ExchangeOrder.objects.update(told="open", told_at=now + timedelta(hours=2))
    for verb, more in ((order_said_unmade, {}), (order_said_made, {"fill": None, "is_all": True})):
        with pytest.raises(ExchangeTells):
            verb(order_id=order_id, now=now + timedelta(hours=2), **more, **WHY)


def test_what_can_not_be_of_it_is_not_booked(silent: Trading) -> None:
    now, order_id = ask(silent), silent.order().id
    seen = {k: getattr(really(silent)[0], k) for k in SeenFill.__slots__}
    wrong: list[dict[str, Any]] = [
        {"size": 6 * E18, "cost": seen["cost"] * 6 // 5},
        {"cost": seen["cost"] // 2},
        {"cost": 0},
        {"trade_id": " "},
        {"fee": seen["cost"] // 10},
        {"fee_currency": "BNB"},
    ]
    for change in wrong:
        with pytest.raises(NotOfIt):
            order_said_made(
                order_id=order_id, fill=SeenFill(**{**seen, **change}), is_all=True, now=now, **WHY
            )
    with pytest.raises(NotOfIt):
        order_said_made(order_id=order_id, fill=None, is_all=True, now=now, **WHY)
    assert ExchangeFill.objects.count() == 0 and silent.order().status == "asked"

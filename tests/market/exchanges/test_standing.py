"""What an exchange holds against the books, its limits, and who may stop it (all simulated)."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from django.core.management import call_command

from gateway.ledger import accounts
from gateway.ledger.postings import Posting, credit, debit
from gateway.ledger.selectors import balance
from gateway.market.exchanges.configured import configured_exchange
from gateway.market.hedges.carrying import moves_carry
from gateway.market.hedges.comparing import balances_compare
from gateway.market.hedges.exchange_models import ExchangeOrder, ExchangeStanding
from gateway.market.hedges.exchange_outcomes import order_end
from gateway.market.hedges.models import Hedge, HedgeStep
from gateway.market.hedges.moves import move_plan
from gateway.market.hedges.seeing import exchanges_seen
from gateway.market.hedges.trading import orders_carry
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount
from tests.market.exchanges.conftest import NAME, PLACE, Trading
from tests.market.exchanges.fake_binance import PLACE as PLACES
from tests.market.exchanges.fake_binance import Drop
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.hedges.conftest import DOLLAR, ETHER, WETH, Hedging

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]


@pytest.mark.parametrize("change", ["0.00000001", "-0.00000001", "-100000"])
def test_a_balance_that_differs_is_said_once_and_stops_it(trading: Trading, change: str) -> None:
    trading.compare()
    assert trading.said("reconciliation.differed") == []
    trading.fake.balances["USDC"] += Decimal(change)
    trading.compare()
    trading.compare()
    (said,) = trading.said("reconciliation.differed")
    assert (said["currency"], said["booked"]) == ("USDC", "300000")
    assert Decimal(said["told"]) == 300_000 + Decimal(change)
    assert trading.said("exchange.stopped")[0]["reason"] == "balance_differs"
    assert ExchangeStanding.objects.get(exchange=NAME).differing == 1
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.run()
    assert not ExchangeOrder.objects.exists() and HedgeStep.objects.exists()


def test_while_something_is_under_way_nothing_is_compared(trading: Trading) -> None:
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    assert balances_compare(now=trading.hedging.now()) == 0
    trading.carry()
    assert balances_compare(now=trading.hedging.now()) == 0  # just ended
    trading.compare()
    assert ExchangeStanding.objects.get(exchange=NAME).stopped_at is None


def test_what_is_on_its_way_there_may_be_credited_or_not(trading: Trading) -> None:
    move = move_plan(
        key="k",
        exchange=configured_exchange(NAME),
        is_deposit=True,
        asset=USDC.code,
        units=1_000 * DOLLAR,
        reason="a test",
        by="a person",
        now=trading.hedging.now(),
    )
    moves_carry(now=trading.hedging.now())
    trading.compare()
    trading.fake.balances["USDC"] += 1_000
    trading.compare()
    move.refresh_from_db()
    assert move.state == "asked"
    assert ExchangeStanding.objects.get(exchange=NAME).stopped_at is None
    trading.fake.balances["USDC"] += 1
    trading.compare()
    assert ExchangeStanding.objects.get(exchange=NAME).stopped_at is not None


def test_a_withdrawal_is_asked_for_once_though_nobody_answers(trading: Trading) -> None:
    move = move_plan(
        key="back",
        exchange=configured_exchange(NAME),
        is_deposit=False,
        asset=USDC.code,
        units=1_000 * DOLLAR,
        reason="a test",
        by="a person",
        now=trading.hedging.now(),
    )

    def hang_up(method: str, path: str, words: dict[str, str]) -> None:
        if path.endswith("/withdraw/apply"):
            raise Drop

    trading.fake.before = hang_up
    for _ in range(4):
        moves_carry(now=trading.hedging.now())
    asked = [path for _, path, _ in trading.fake.asked if path.endswith("/withdraw/apply")]
    assert len(asked) == 1
    move.refresh_from_db()
    assert move.state == "asked" and move.requested_at is not None


def test_orders_keep_to_the_limits_of_their_exchange(trading: Trading) -> None:
    trading.configure(max_order_usd_cents=300_000, max_daily_usd_cents=700_000)
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.run()
    orders = list(ExchangeOrder.objects.order_by("id"))
    assert orders and all(order.worth_cents <= 300_000 for order in orders)
    assert sum(order.worth_cents for order in orders) <= 700_000
    assert Hedge.objects.get().sold_units == 5 * ETHER
    trading.agrees()


def test_no_more_of_the_capital_lies_there_than_may(trading: Trading) -> None:
    trading.configure(max_capital_share_ppm=10)
    trading.hedging.desk.publish()
    move = move_plan(
        key="k",
        exchange=configured_exchange(NAME),
        is_deposit=True,
        asset=USDC.code,
        units=500_000 * DOLLAR,
        reason="a test",
        by="a person",
        now=trading.hedging.now(),
    )
    moves_carry(now=trading.hedging.now())
    move.refresh_from_db()
    assert move.state == "planned" and "No more of the capital" in move.last_error
    trading.configure(max_capital_share_ppm=999_999)
    moves_carry(now=trading.hedging.now())
    move.refresh_from_db()
    assert move.state == "asked"


def test_a_sandbox_is_not_looked_at_for_a_live_chain(trading: Trading) -> None:
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.desk.publish()
    snapshot, now_ms = current_snapshot(), int(trading.hedging.now().timestamp() * 1000)
    assert len(exchanges_seen(snapshot=snapshot, now_ms=now_ms)) == 1
    live = msgspec.structs.replace(snapshot.chains[CHAIN_ID], simulated=False)
    as_live = msgspec.structs.replace(snapshot, chains={CHAIN_ID: live})
    assert exchanges_seen(snapshot=as_live, now_ms=now_ms) == []
    trading.configure(trade=False)
    assert exchanges_seen(snapshot=snapshot, now_ms=now_ms) == []


def test_a_person_stops_looks_and_lets_go(trading: Trading) -> None:
    def said(*words: str) -> str:
        out = StringIO()
        call_command("hedges", *words, stdout=out)
        return out.getvalue()

    signed = ("--by", "me", "--reason", "a drill")
    assert "ccxt simulated trading" in said("exchanges")
    assert "STOPPED by_hand a drill" in said("stop-exchange", NAME, *signed)
    assert trading.said("exchange.stopped")[0]["by"] == "me"
    trading.hedging.desk.publish()
    assert exchanges_seen(snapshot=current_snapshot(), now_ms=0) == []
    assert "simulated trading" in said("resume-exchange", NAME, "--by", "me", "--reason", "over")
    told = trading.said("exchange.resumed")[0]
    assert (told["by"], told["because"]) == ("me", "over")
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()

    def swallow(method: str, path: str, words: dict[str, str]) -> None:
        if (method, path) == PLACES:
            raise Drop

    trading.fake.before = swallow
    trading.carry()
    assert "order asked at binance-test sell size=5" in said("list", "--active")
    assert " done " in said("settle-order", str(trading.order().id), "--by", "me")
    assert Hedge.objects.get().attempts == 1


def test_a_recording_can_be_traded_on(hedging: Hedging, settings, tmp_path: Path) -> None:
    path = tmp_path / "exchange.json"
    rules = {"lot": "0.0001", "tick": "0.01", "least_cost": "5", "taker_fee_ppm": 100}
    book = {"bids": [["2999.5", "100"]], "asks": [["3000.5", "100"]]}
    content = {"markets": {"ETH/USDC": rules}, "books": {"ETH/USDC": book}}
    path.write_text(json.dumps(content))
    settings.EXCHANGES = [
        {
            "name": "paper",
            "kind": "recorded",
            "file": str(path),
            "trade": True,
            "assets": {WETH.code: {"currency": "ETH"}, USDC.code: {"currency": "USDC"}},
            "max_order_usd_cents": 100_000_000,
            "max_daily_usd_cents": 100_000_000,
        }
    ]
    place = accounts.exchange("paper")
    trading = Trading(hedging, None, settings)  # type: ignore[arg-type]
    hedging.post(*_laid(place, 10 * ETHER))
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    hedging.turn()
    orders_carry(now=hedging.now())
    order = trading.order()
    assert order.status == "asked"
    said = json.loads(path.read_text())
    assert said["placed"][order.client_id]["size"] == "5"
    said["orders"] = {order.client_id: {"progress": "over", "order_id": "7", "filled": "5"}}
    trade = {"id": "1", "side": "sell", "size": "5", "price": "2999.5", "cost": "14997.5", "at": 1}
    said["trades"] = {"7": [trade | {"fee": "1.5", "fee_currency": "USDC"}]}
    path.write_text(json.dumps(said))
    orders_carry(now=hedging.now())
    assert trading.order().status == "done"
    assert balance(account=place, asset=USDC).units == 14_996 * DOLLAR
    hedging.books_agree()


def test_what_is_settled_by_a_person_and_fills_after_all_is_booked(trading: Trading) -> None:
    trading.hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    trading.hedging.turn()
    trading.fake.hide_trades = 1
    trading.carry()
    order_end(order_id=trading.order().id, status="done", why="me", now=trading.hedging.now())
    assert balance(account=PLACE, asset=WETH).units == 100 * ETHER
    trading.fake.hide_trades = 0
    trading.later(61)
    trading.carry()
    assert trading.order().sold_units == 5 * ETHER
    trading.agrees()


def _laid(place: accounts.AccountName, units: int) -> tuple[Posting, Posting]:
    return debit(place, Amount(units, WETH)), credit(accounts.capital(), Amount(units, WETH))

"""A real exchange's format over real HTTP, read by ccxt, sent by our guarded client."""

import subprocess
import sys
import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from gateway.market.exchanges.configured import (
    ExchangesUnreadable,
    configured_exchange,
    credentials_of,
    exchange_settings,
)
from gateway.market.exchanges.places import (
    ExchangeDown,
    ExchangeUnknown,
    LimitOrder,
    OrderProgress,
    OrderRefused,
    Pair,
    Progress,
)
from gateway.market.exchanges.through_ccxt import CcxtExchange, Credentials
from tests.chain_rows import make_chain
from tests.market.exchanges.fake_binance import KEY, SECRET, Drop, FakeBinance

E18 = 10**18
PAIR = Pair("WETH@1", "USDC@1")
HELD = {"WETH@1": ("ETH", ""), "USDC@1": ("USDC", "ETH")}


def through(fake: FakeBinance, **changes: Any) -> CcxtExchange:
    given = {
        "name": "x",
        "exchange": "binance",
        "sandbox": True,
        "url": fake.url,
        "held": HELD,
        "taker_fee_ppm": None,
        "credentials": Credentials(KEY, SECRET),
        "allow_loopback": True,
    }
    return CcxtExchange(**given | changes)


def test_numbers_come_through_exactly(fake: FakeBinance) -> None:
    fake.bids[:] = [["999.99", "0.00000001"], ["2999.12345678", "12345678.12345678"]]
    fake.balances |= {"ETH": Decimal("0.10000001"), "USDC": Decimal("123456789.12345678")}
    exchange = through(fake)
    rules = exchange.rules(PAIR)
    assert rules is not None
    assert (rules.lot, rules.tick, rules.least_cost) == (10**14, 10**16, 5 * E18)
    depth = exchange.depth(PAIR)
    # sorted by number, not by text
    assert [bid.price for bid in depth.bids] == [299912345678 * 10**10, 99999 * 10**16]
    assert depth.bids[0].size == 1234567812345678 * 10**10
    assert dict(exchange.balances()) == {
        "ETH": 10000001 * 10**10,
        "USDC": 12345678912345678 * 10**10,
    }


def test_an_order_is_found_by_our_name_and_its_fills_by_its_own(fake: FakeBinance) -> None:
    fake.balances["ETH"] = Decimal(10)
    exchange = through(fake)
    assert exchange.order(client_id="tw1", pair=PAIR).progress is OrderProgress.UNKNOWN
    exchange.place(LimitOrder("tw1", PAIR, True, 15 * E18 // 10, 2_990 * E18))
    told = exchange.order(client_id="tw1", pair=PAIR)
    assert (told.progress, told.filled) == (OrderProgress.OVER, 15 * E18 // 10)
    (trade,) = exchange.trades(order_id=told.order_id, pair=PAIR, since_ms=0)
    assert (trade.sells, trade.size, trade.price) == (True, told.filled, 29_995 * E18 // 10)
    assert (trade.fee_currency, trade.cost) == ("USDC", 4_499_250 * E18 // 1_000)
    exchange.cancel(client_id="tw1", pair=PAIR)  # there is nothing left to take back
    exchange.cancel(client_id="tw2", pair=PAIR)
    with pytest.raises(OrderRefused, match="insufficient"):
        exchange.place(LimitOrder("tw3", PAIR, True, 100 * E18, 2_990 * E18))


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"),
        (200, b""),
        (200, b"[]"),
        (200, b'"ok"'),
        (429, {"code": -1003, "msg": "Too many requests."}),
        (500, {"code": -1000, "msg": "An unknown error occurred."}),
        (503, b"busy"),
        (302, b""),
        (400, {"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."}),
        (401, {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}),
    ],
)
def test_whatever_is_no_answer_decides_nothing(fake: FakeBinance, answer: Any) -> None:
    exchange = through(fake)
    assert exchange.rules(PAIR) is not None
    fake.before = lambda *_: answer
    asked = (
        exchange.balances,
        lambda: exchange.order(client_id="tw1", pair=PAIR),
        lambda: exchange.deposit_address(asset="USDC@1"),
    )
    for ask in asked:
        with pytest.raises(ExchangeDown):
            ask()
    try:
        depth = exchange.depth(PAIR)
    except ExchangeDown:
        return
    assert (depth.bids, depth.asks) == ((), ())  # a book that nobody trades on


def test_a_connection_that_breaks_after_an_order_is_no_refusal(fake: FakeBinance) -> None:
    exchange = through(fake)
    exchange.rules(PAIR)

    def hang_up(*_: Any) -> None:
        raise Drop

    fake.before = hang_up
    with pytest.raises(ExchangeDown):
        exchange.place(LimitOrder("tw1", PAIR, True, E18, 2_990 * E18))


def test_it_goes_nowhere_but_through_the_guard(fake: FakeBinance) -> None:
    with pytest.raises(ExchangeDown, match="https"):
        through(fake, allow_loopback=False).depth(PAIR)
    assert fake.asked == []


def test_a_wrong_secret_is_refused_by_the_exchange(fake: FakeBinance) -> None:
    with pytest.raises(ExchangeDown):
        through(fake, credentials=Credentials(KEY, "wrong")).balances()


def test_two_threads_ask_one_after_the_other(fake: FakeBinance) -> None:
    fake.balances["ETH"] = Decimal(1)
    exchange, told = through(fake), []
    threads = [
        threading.Thread(target=lambda: told.append(exchange.balances()["ETH"])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [E18] * 4
    paths = [path for _, path, _ in fake.asked]
    assert paths.count("/api/v3/exchangeInfo") == 1


def test_what_comes_and_goes(fake: FakeBinance, db: None) -> None:
    make_chain(chain_id=990_001, now=datetime.now(UTC))
    exchange = through(fake, held={"USDC@990001": ("USDC", "ETH")})
    assert exchange.deposit_address(asset="USDC@990001") == b"\xe2" * 20
    tx_hash = "0x" + "ab" * 32
    assert exchange.deposit(asset="USDC@990001", tx_hash=tx_hash).progress is Progress.UNKNOWN
    fake.deposits.append(
        {"coin": "USDC", "amount": "12.5", "status": 0, "txId": tx_hash, "insertTime": 1}
    )
    assert exchange.deposit(asset="USDC@990001", tx_hash=tx_hash).progress is Progress.PENDING
    fake.deposits[0]["status"] = 1
    assert exchange.deposit(asset="USDC@990001", tx_hash=tx_hash).units == 12_500_000

    name = "a-name-of-ours"
    assert exchange.withdrawal(client_id=name, asset="USDC@990001").progress is Progress.UNKNOWN
    exchange.withdraw(client_id=name, asset="USDC@990001", units=7_000_001, to=b"\3" * 20)
    (asked,) = fake.withdrawals
    assert (asked["amount"], asked["address"]) == ("7.000001", "0x" + "03" * 20)
    assert exchange.withdrawal(client_id=name, asset="USDC@990001").progress is Progress.PENDING
    asked |= {"status": 6, "txId": tx_hash, "amount": "6.500001", "transactionFee": "0.5"}
    told = exchange.withdrawal(client_id=name, asset="USDC@990001")
    assert (told.progress, told.units, told.tx_hash) == (Progress.DONE, 7_000_001, tx_hash)


# --- the settings --------------------------------------------------------------------------------

ENTRY = {"name": "x", "kind": "ccxt", "exchange": "binance"}


@pytest.mark.parametrize(
    "entries",
    [
        [ENTRY, ENTRY],
        [ENTRY | {"name": "Capital"}],
        [ENTRY | {"name": ""}],
        [ENTRY | {"exchange": "mtgox"}],
        [ENTRY | {"url": "https://other.example"}],
        [ENTRY | {"kind": "other"}],
        [ENTRY | {"unknown": 1}],
        [ENTRY | {"max_order_usd_cents": 0}],
        [{"name": "x", "kind": "recorded"}],
        {"name": "x"},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: Any, entries: Any) -> None:
    settings.EXCHANGES = entries
    with pytest.raises(ExchangesUnreadable):
        exchange_settings()


def test_keys_come_from_the_environment_or_its_files(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    settings.EXCHANGES = [ENTRY | {"name": "my-x.2"}]
    path = tmp_path / "secret"
    path.write_text("from a file\n")
    monkeypatch.setenv("EXCHANGE_MY_X_2_KEY", "k")
    monkeypatch.setenv("EXCHANGE_MY_X_2_SECRET_FILE", str(path))
    told = credentials_of("my-x.2")
    assert (told.key, told.secret) == ("k", "from a file")
    exchange = configured_exchange("my-x.2")
    assert "from a file" not in repr(exchange) and exchange is configured_exchange("my-x.2")
    assert not exchange.simulated
    with pytest.raises(ExchangeUnknown):
        configured_exchange("elsewhere")


def test_processes_that_do_not_trade_do_not_load_the_library() -> None:
    code = (
        "import django, sys; django.setup(); import gateway.urls, gateway.market.hedges.tasks; "
        "sys.exit('ccxt' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr

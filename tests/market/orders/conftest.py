"""A market of WETH in USDC with makers who have balances in the books."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.checks import ledger_checks
from gateway.ledger.house import post_funding
from gateway.ledger.journal import entry_post
from gateway.ledger.postings import credit, debit, entry_of
from gateway.ledger.selectors import units_of
from gateway.market.book.events import Side, TimeInForce
from gateway.market.orders import memory
from gateway.market.orders.markets import market_open
from gateway.market.orders.models import BookMarket, Order, Position
from gateway.market.orders.replaying import market_check
from gateway.market.orders.services import (
    Closing,
    order_amend,
    order_cancel,
    order_place,
    orders_cancel_all,
    position_close,
)
from gateway.market.snapshots import E18, AssetState, MarketSnapshot, Source
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from tests.chain_rows import DEV_CHAIN, make_chain

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WETH, USDC = Asset(f"WETH@{DEV_CHAIN}", 18), Asset(f"USDC@{DEV_CHAIN}", 6)
ETHER, DOLLAR = 10**18, 10**6
LOT = 10**14
MARKET = "WETH-USDC"
ANN = f"pool:{UUID(int=1)}"
BOB = f"pool:{UUID(int=2)}"
DESK = "desk"


def snapshot_at(now: datetime, *, ether: int = 3_000, dollar: int = 1, age_s: int = 0) -> Any:
    """Two witnesses of WETH, one of USDC, in whole dollars."""
    at_ms = int((now - timedelta(seconds=age_s)).timestamp() * 1000)

    def sources(price: int, names: tuple[str, ...]) -> tuple[Source, ...]:
        return tuple(Source(name, price * E18, price * E18, at_ms, 60_000) for name in names)

    return MarketSnapshot(
        version=1,
        at_ms=at_ms,
        assets={
            WETH.code: AssetState(
                code=WETH.code,
                decimals=18,
                chain_id=DEV_CHAIN,
                sources=sources(ether, ("pools:31337", "feed:a")),
            ),
            USDC.code: AssetState(
                code=USDC.code,
                decimals=6,
                chain_id=DEV_CHAIN,
                peg="USD",
                sources=sources(dollar, ("feed:a",)),
            ),
        },
    )


@dataclass
class Trading:
    """What a test does to the market; prices in dollars, amounts in milli-ether."""

    market: BookMarket
    now: datetime = START
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def new_id(self) -> str:
        return f"c{next(self._ids)}"

    def ticks(self, dollars: str | int) -> int:
        return self.market.terms.ticks_of(str(dollars))

    @transaction.atomic
    def give(self, owner: str, *, weth: int = 0, usdc: int = 0) -> None:
        """Base units that an owner brings in."""
        for units, asset in ((weth, WETH), (usdc, USDC)):
            if not units:
                continue
            if owner == DESK:
                post_funding(
                    reference=self.new_id(),
                    custody=accounts.custody_hot(DEV_CHAIN),
                    amount=Amount(units, asset),
                    now=self.now,
                )
                continue
            lines = entry_of(
                debit(accounts.custody_hot(DEV_CHAIN), Amount(units, asset)),
                credit(AccountName(owner), Amount(units, asset)),
            )
            entry_post(
                key=f"in:{self.new_id()}", kind="test", postings=lines, refs={}, now=self.now
            )

    @transaction.atomic
    def trade_into(self, units: int) -> None:
        """The desk bought WETH off the book (sold it, below zero), for dollars at 3,000."""
        hot, paid = accounts.custody_hot(DEV_CHAIN), units * 3_000 * DOLLAR // ETHER
        lines = entry_of(
            debit(hot, Amount(units, WETH)),
            credit(accounts.desk(), Amount(units, WETH)),
            debit(accounts.desk(), Amount(paid, USDC)),
            credit(hot, Amount(paid, USDC)),
        )
        entry_post(key=f"x:{self.new_id()}", kind="test", postings=lines, refs={}, now=self.now)

    # ------------------------------------------------------------------ verbs

    def place(
        self, owner: str, side: str, milli: int, price: str | int, tif: str = "GTC", **more: Any
    ) -> Order:
        asked: dict[str, Any] = {
            "owner": owner,
            "market": MARKET,
            "side": Side(side),
            "units": milli * ETHER // 1_000,
            "price": self.ticks(price),
            "time_in_force": TimeInForce[tif],
            "client_id": self.new_id(),
            "by": "test",
            "snapshot": snapshot_at(self.now),
            "now": self.now,
        }
        if "shown" in more:
            more["shown_units"] = more.pop("shown") * ETHER // 1_000
        return order_place(**{**asked, **more})

    def amend(
        self, order: Order, milli: int | None = None, price: Any = None, **more: Any
    ) -> Order:
        asked: dict[str, Any] = {
            "owner": order.owner,
            "order_id": order.id,
            "units": None if milli is None else milli * ETHER // 1_000,
            "price": None if price is None else self.ticks(price),
            "client_id": self.new_id(),
            "by": "test",
            "snapshot": snapshot_at(self.now),
            "now": self.now,
        }
        return order_amend(**{**asked, **more})

    def cancel(self, order: Order, *, owner: str = "", client_id: str = "") -> Order:
        return order_cancel(
            owner=owner or order.owner,
            order_id=order.id,
            client_id=client_id or self.new_id(),
            by="test",
            now=self.now,
        )

    def cancel_all(self, owner: str) -> int:
        return orders_cancel_all(owner=owner, client_id=self.new_id(), by="test", now=self.now)

    def close(self, owner: str, side: str, **more: Any) -> Closing:
        asked: dict[str, Any] = {
            "owner": owner,
            "market": MARKET,
            "side": Side(side),
            "client_id": self.new_id(),
            "by": "test",
            "snapshot": snapshot_at(self.now),
            "now": self.now,
        }
        return position_close(**{**asked, **more})

    # ------------------------------------------------------------------ what is true then

    def has(self, owner: str) -> tuple[int, int]:
        """Base units of (WETH, USDC) by the books, whatever orders hold."""
        pairs = [(AccountName(owner), code) for code in (WETH.code, USDC.code)]
        if owner == DESK:
            pairs += [(accounts.capital(), code) for code in (WETH.code, USDC.code)]
        units = units_of(pairs)
        return (
            -sum(each for (_, code), each in units.items() if code == WETH.code),
            -sum(each for (_, code), each in units.items() if code == USDC.code),
        )

    def held(self, owner: str) -> tuple[int, int]:
        row = Position.objects.filter(market=self.market, owner=owner).first()
        return (row.base_held, row.quote_held) if row else (0, 0)

    def sound(self) -> None:
        """Rows agree with the commands, with one another and with the books."""
        self.market.refresh_from_db()
        assert market_check(self.market) == []
        assert ledger_checks() == []
        for position in Position.objects.filter(market=self.market):
            rows = Order.objects.filter(market=self.market, owner=position.owner, status="open")
            held = {"buy": 0, "sell": 0}
            for row in rows:
                held[row.side] += row.held_units
            assert (position.base_held, position.quote_held) == (held["sell"], held["buy"])
            if position.owner != DESK:
                base, quote = self.has(position.owner)
                assert base >= position.base_held >= 0
                assert quote >= position.quote_held >= 0


def opened(now: datetime = START) -> Trading:
    make_chain(now=now)
    market = market_open(
        name=MARKET, base=WETH.code, quote=USDC.code, lot_units=LOT, tick_units=1, now=now
    )
    return Trading(market)


@pytest.fixture(autouse=True)
def _no_book_of_another_database() -> Iterator[None]:
    memory.forget()
    yield
    memory.forget()


@pytest.fixture
def trading(db: None) -> Trading:
    """Ann and Bob have 10 WETH and 30,000 USDC each, the desk 100 WETH and 300,000 USDC."""
    made = opened()
    for owner in (ANN, BOB):
        made.give(owner, weth=10 * ETHER, usdc=30_000 * DOLLAR)
    made.give(DESK, weth=100 * ETHER, usdc=300_000 * DOLLAR)
    return made

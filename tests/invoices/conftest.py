"""A chain, a market and a shop to ask for money with."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection, transaction

from gateway.chains.models import Chain, Deposit
from gateway.compliance.services import hold_approve, list_load
from gateway.invoices import services
from gateway.invoices.models import Invoice
from gateway.invoices.quotebook import quote_for
from gateway.ledger.selectors import trial_balance
from gateway.market.quotes import Quote
from gateway.market.snapshot_store import current_snapshot, forget_snapshot, publish_snapshot
from gateway.market.snapshots import MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.shops.models import Shop
from gateway.shops.selectors import ShopView, shop_view
from tests.chain_rows import USDC, make_chain, make_deposit, tell
from tests.market.dev_market import dev_market

LISTED = bytes.fromhex("098b716b8aaf21512996dc57eb0615e2383e2f96")


class World:
    """One shop on one chain with a market, and the ways in which money comes to it."""

    def __init__(self, *, clock: Any, shop: Shop, drain: Callable[[], int]) -> None:
        self.clock = clock
        self.shop_id: UUID = shop.id
        self.drain = drain

    @property
    def now(self) -> Any:
        return self.clock()

    @property
    def view(self) -> ShopView:
        return shop_view(shop_id=self.shop_id)

    def issue(self, units: int = 1_250, **options: Any) -> Invoice:
        """An invoice over ``units`` euro cents."""
        options.setdefault("amount", Amount(units, FIAT["EUR"]))
        options.setdefault("now", self.clock())
        return services.invoice_issue(shop=options.pop("shop", None) or self.view, **options)

    def quote(self, invoice: Invoice, asset: str = USDC) -> Quote:
        quote = quote_for(invoice.promises.latest, asset)
        assert quote is not None
        return quote

    def pay(
        self, invoice: Invoice, *, asset: str = USDC, units: int | None = None, **facts: Any
    ) -> Deposit:
        """A transfer to the invoice's address, just mined: seen, and heard of by everyone."""
        if units is None:
            units = self.quote(invoice, asset).units
        deposit = make_deposit(
            **{
                "units": units,
                "at": self.clock(),
                "asset": asset,
                "address": bytes(invoice.address),
                "invoice_id": invoice.id,
                "shop_id": invoice.shop_id,
                **facts,
            }
        )
        self.hear(deposit, "seen")
        return deposit

    def hear(self, deposit: Deposit, *states: str) -> None:
        for state in states:
            with transaction.atomic():
                tell(deposit, state, now=self.clock())
            self.drain()

    def confirmed(self, invoice: Invoice, **facts: Any) -> Deposit:
        deposit = self.pay(invoice, **facts)
        self.hear(deposit, "confirmed")
        return deposit

    def decide(self, deposit: Deposit, propose: Callable[..., Any]) -> None:
        """Two people decide about held money: ``hold_release``, ``hold_return``, ``hold_block``."""
        propose(deposit_id=deposit.id, by="ada", reason="looked at", now=self.now)
        hold_approve(deposit_id=deposit.id, by="bea", now=self.now)
        self.drain()

    def again(self, invoice: Invoice) -> Invoice:
        """The invoice as the database has it."""
        return Invoice.objects.get(id=invoice.id)

    def publish(self, snapshot: MarketSnapshot | None = None) -> None:
        """Make this the market's latest snapshot."""
        forget_snapshot()
        publish_snapshot(snapshot or dev_market())
        current_snapshot()

    def load_list(self, *addresses: bytes) -> None:
        lines = [f"0x{address.hex()}" for address in addresses or (LISTED,)]
        list_load(lines=lines, source="ofac", loaded_by="test", now=self.clock(), forced=True)


def later_market(seconds: float) -> MarketSnapshot:
    """The same market, as fresh as it was, so many seconds later."""
    moved = int(seconds * 1000)
    snapshot = dev_market()

    def aged(value: Any) -> Any:
        return msgspec.structs.replace(value, at_ms=value.at_ms + moved)

    return msgspec.structs.replace(
        snapshot,
        at_ms=snapshot.at_ms + moved,
        chains={key: aged(chain) for key, chain in snapshot.chains.items()},
        assets={
            code: msgspec.structs.replace(
                state, sources=tuple(aged(source) for source in state.sources)
            )
            for code, state in snapshot.assets.items()
        },
        currencies={
            code: tuple(aged(source) for source in sources)
            for code, sources in snapshot.currencies.items()
        },
    )


@pytest.fixture(autouse=True)
def _forget_the_market() -> Iterator[None]:
    forget_snapshot()
    yield
    forget_snapshot()


@pytest.fixture
def chain(db: None, clock: Any) -> Chain:
    return make_chain(now=clock())


@pytest.fixture
def world(
    chain: Chain, clock: Any, shop: Shop, drain: Callable[[], int], valkey: object
) -> Iterator[World]:
    """A shop that can ask for money, with a screening list in force. Whatever a test did, every
    asset sums to zero."""
    world = World(clock=clock, shop=shop, drain=drain)
    world.publish()
    world.load_list()
    drain()
    yield world
    if not connection.needs_rollback:
        totals: dict[str, int] = {}
        for line in trial_balance():
            totals[line.asset] = totals.get(line.asset, 0) + line.units
        assert set(totals.values()) <= {0}

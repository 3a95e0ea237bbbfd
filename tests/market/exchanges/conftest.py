"""A desk that hedges on an exchange which is made up (simulated), over real HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.postings import credit, debit
from gateway.ledger.selectors import balance
from gateway.market.hedges.comparing import balances_compare
from gateway.market.hedges.exchange_models import ExchangeDust, ExchangeFill, ExchangeOrder
from gateway.market.hedges.models import Hedge
from gateway.market.hedges.trading import orders_carry
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from tests.market.exchanges.fake_binance import KEY, SECRET, FakeBinance, serve
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.execution.conftest import desk as desk  # noqa: PLC0414 (a fixture)
from tests.market.hedges.conftest import DOLLAR, ETHER, WETH, Hedging
from tests.market.hedges.conftest import hedging as hedging  # noqa: PLC0414 (a fixture)

NAME = "binance-test"
PLACE = accounts.exchange(NAME)
ENTRY = {
    "name": NAME,
    "kind": "ccxt",
    "exchange": "binance",
    "sandbox": True,
    "trade": True,
    "taker_fee_ppm": 100,
    "assets": {f"WETH@{CHAIN_ID}": {"currency": "ETH"}, f"USDC@{CHAIN_ID}": {"currency": "USDC"}},
    "max_order_usd_cents": 100_000_000,
    "max_daily_usd_cents": 1_000_000_000,
}


@dataclass
class Trading:
    """What a test does with the desk's exchange."""

    hedging: Hedging
    fake: FakeBinance
    settings: Any
    before: dict[str, int] = field(default_factory=dict)

    def configure(self, **changes: object) -> None:
        self.settings.EXCHANGES = [ENTRY | {"url": self.fake.url} | changes]

    def lay(self, asset: Asset, units: int) -> None:
        """The house's own money at the exchange, there and in the books."""
        self.hedging.post(
            debit(PLACE, Amount(units, asset)), credit(accounts.capital(), Amount(units, asset))
        )
        currency = "ETH" if asset == WETH else asset.symbol
        held = self.fake.balances.get(currency, Decimal(0))
        self.fake.balances[currency] = held + Decimal(units) / asset.one

    def carry(self, *, reached: Callable[[str], None] = lambda point: None) -> int:
        return orders_carry(now=self.hedging.now(), reached=reached)

    def run(self, *, turns: int = 12, **prices: str) -> None:
        """Turns, transactions and orders, until nothing is under way."""
        for _ in range(turns):
            for outgoing in self.hedging.turn(**prices):
                self.hedging.desk.send(outgoing)
            self.carry()
            self.hedging.later()
            if not Hedge.objects.filter(status__in=("planned", "sent")).exists():
                return
        raise AssertionError("the desk found no rest")

    def later(self, seconds: int) -> None:
        """So much time passes, by the chain's clock, which is the desk's in tests."""
        self.hedging.desk.till.rpc.call("evm_increaseTime", [seconds])
        self.hedging.desk.till.mine(1)

    # ------------------------------------------------------------------ what is true then

    def held(self, asset: Asset) -> int:
        return balance(account=PLACE, asset=asset).units

    def agrees(self) -> None:
        """Books, dust and exchange are equal beyond the unit; the books hold; so does the chain."""
        for asset, currency in ((WETH, "ETH"), (USDC, "USDC")):
            dust = ExchangeDust.objects.filter(exchange=NAME, asset=asset.code).first()
            e18 = self.held(asset) * 10 ** (18 - asset.decimals) + (dust.e18 if dust else 0)
            assert e18 == int(self.fake.balances.get(currency, Decimal(0)) * 10**18), currency
        self.hedging.books_agree()
        placed = [words["newClientOrderId"] for words in self.fake.placed()]
        assert len(placed) == len(set(placed))

    def compare(self) -> None:
        self.later(40)
        assert balances_compare(now=self.hedging.now()) == 1

    def order(self) -> ExchangeOrder:
        return ExchangeOrder.objects.get()

    def fills(self) -> int:
        return ExchangeFill.objects.count()

    def said(self, type: str) -> list[dict[str, Any]]:
        return list(Event.objects.filter(type=type).order_by("id").values_list("body", flat=True))


@pytest.fixture
def fake() -> Iterator[FakeBinance]:
    made = FakeBinance()
    server = serve(made)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def trading(
    hedging: Hedging, fake: FakeBinance, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Trading:
    monkeypatch.setenv("EXCHANGE_BINANCE_TEST_KEY", KEY)
    monkeypatch.setenv("EXCHANGE_BINANCE_TEST_SECRET", SECRET)
    made = Trading(hedging, fake, settings)
    made.configure()
    made.lay(WETH, 100 * ETHER)
    made.lay(USDC, 300_000 * DOLLAR)
    return made

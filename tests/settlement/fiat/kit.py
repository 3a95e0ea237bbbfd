"""A shop that is paid to its bank: the world of settlement's tests, with a ramp and a market."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.ledger.accounts import AccountName, bank, in_transit, ramp_fees
from gateway.ledger.checks import ledger_checks
from gateway.ledger.house import post_funding
from gateway.ledger.selectors import balance, shop_balance
from gateway.market.snapshot_store import current_snapshot, forget_snapshot, publish_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.ramps.models import RampInstruction
from gateway.settlement.fiat_models import FiatWay
from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_request
from tests.conftest import Clock
from tests.invoices.conftest import later_market
from tests.market.dev_market import NOW
from tests.ramps.kit import RAMP, Place
from tests.settlement.conftest import USDC, World
from tests.stripe_fake import payouts

EUR = FIAT["EUR"]
FLOAT = 100_000


@dataclass
class Till:
    """What a test does and asks."""

    world: World
    place: Place

    def market(self) -> None:
        forget_snapshot()
        moved = (self.place.now - NOW).total_seconds()
        publish_snapshot(later_market(moved))
        current_snapshot()

    def fund(self, units: int) -> None:
        """Euros of the house at the ramp, by the books, which then hold as many as the ramp."""
        with transaction.atomic():
            post_funding(
                reference=str(uuid7()),
                custody=bank(RAMP),
                amount=Amount(units, EUR),
                now=self.place.now,
            )
            emit(
                type="float.filled",
                subject="float:EUR",
                body={"asset": "EUR", "chain_id": None},
                mode="test",
                now=self.place.now,
            )
        relay.drain(limit=1000)

    def ask(self, units: int | None = None, *, key: str = "", **changes: Any) -> Payout:
        self.market()
        payout = payout_request(
            shop_id=self.world.shop_id,
            units=units,
            idempotency_key=key or str(uuid7()),
            now=self.place.now,
            **{"into": "EUR", **changes},
        )
        relay.drain(limit=1000)
        payout.refresh_from_db()
        return payout

    def turn(self, times: int = 1, **how: Any) -> None:
        """Time passes and what is due is carried on."""
        for _ in range(times):
            self.place.carry(**how)

    def remote(self) -> str:
        """The name of the only payout at the ramp."""
        (found,) = self.place.fake.state.objects["payout"]
        return str(found)

    def arrives(self) -> None:
        payouts.arrives(self.place.fake.state, self.remote())

    def fails(self) -> None:
        payouts.fails(self.place.fake.state, self.remote())

    def units(self, account: AccountName) -> int:
        return balance(account=account, asset=EUR).units

    @property
    def shop(self) -> tuple[int, int]:
        """What the shop has in euros: available, reserved."""
        found = shop_balance(shop_id=self.world.shop_id, asset="EUR")
        return found.available, found.reserved

    @property
    def usdc(self) -> int:
        return shop_balance(shop_id=self.world.shop_id, asset=USDC.code).available

    def units_in_transit(self) -> int:
        return self.units(in_transit(RAMP))

    def holds(self, *, at_ramp: int, transit: int, shop: tuple[int, int], fees: int = 0) -> None:
        """The books say so, add up, and agree with the ramp to the cent."""
        assert (self.units(bank(RAMP)), self.units(in_transit(RAMP))) == (at_ramp, transit)
        assert self.shop == shop
        assert self.units(ramp_fees()) == fees
        assert ledger_checks() == []

    def agrees(self) -> None:
        """The house's balance at the ramp is that of the books."""
        assert self.place.fake.state.money["", "eur"] == self.units(bank(RAMP))

    def at_most_once(self) -> None:
        """For each row at most one transfer, payout and reversal at the ramp."""
        state = self.place.fake.state
        for kind in ("transfer", "payout", "transfer_reversal"):
            rows = [row["metadata"].get("tillway_row") for row in state.objects[kind].values()]
            assert len(rows) == len(set(rows)), kind
        for row in RampInstruction.objects.exclude(remote_id=""):
            assert row.remote_id

    def way(self, payout: Payout) -> FiatWay:
        return FiatWay.objects.get(pk=payout.id)


@pytest.fixture
def clock() -> Clock:
    """Begins now: handlers go by the real clock, and what they plan is to be due."""
    return Clock(timezone.now())


@pytest.fixture
def till(world: World, place: Place, valkey: object) -> Any:
    """100 USDC of the shop's, 1 000.00 EUR of the house's at the ramp."""
    place.fake.state.money["", "eur"] = 0
    place.fake.state.fund("eur", FLOAT)
    place.account(world.shop_id)
    made = Till(world, place)
    made.fund(FLOAT)
    world.paid(100_000_000)
    yield made
    forget_snapshot()

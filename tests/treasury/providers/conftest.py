"""A pool on a chain that is only rows, two providers, and what happens around them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.compliance.services import list_load
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.ledger.checks import ledger_checks
from gateway.ledger.journal import entry_post
from gateway.ledger.postings import entry_of
from gateway.market.liquidity.pool import settled
from gateway.treasury.providers.depositing import deposit_arrived, provider_deposit
from gateway.treasury.providers.joining import pool_open, provider_join
from gateway.treasury.providers.models import (
    LiquidityPool,
    Provider,
    ProviderDeposit,
    ProviderPosition,
    Withdrawal,
    WithdrawalPayment,
)
from gateway.treasury.providers.paying import withdrawal_pay
from gateway.treasury.providers.positions import at_seconds
from gateway.treasury.providers.selectors import pools_off_the_books
from gateway.treasury.providers.withdrawing import provider_withdraw_request
from tests.settlement.conftest import USDC, World
from tests.settlement.conftest import world as world  # noqa: PLC0414 (a fixture)

DOLLAR = 10**6
NOBODY = bytes.fromhex("00000000000000000000000000000000000000aa")


@dataclass
class Providing:
    """What tests do to a pool; ``now`` is theirs to move."""

    world: World
    now: datetime
    pool_id: UUID = field(default_factory=uuid7)
    named: int = 0

    def __post_init__(self) -> None:
        self.list_only(NOBODY)
        self.pool_id = self.open().id

    def open(self, **changes: Any) -> LiquidityPool:
        terms: dict[str, Any] = {
            "name": "dollars",
            "asset": USDC.code,
            "fee_share_ppm": 400_000,
            "loss_share_ppm": 500_000,
            "full_share_units": 1_000 * DOLLAR,
            "least_payment_units": 10 * DOLLAR,
            "by": "ann",
            "now": self.now,
        }
        return pool_open(**{**terms, **changes})

    @property
    def pool(self) -> LiquidityPool:
        return LiquidityPool.objects.get(id=self.pool_id)

    def list_only(self, *addresses: bytes) -> None:
        """From now on these, and only these, are listed."""
        lines = ["0x" + address.hex() for address in addresses]
        list_load(lines=lines, source="ofac", loaded_by="test", now=self.now, forced=True)

    def join(self, name: str) -> Provider:
        wallet = bytes(16) + b"%4s" % name[:4].encode()
        return provider_join(name=name, mode="test", wallet=wallet, by="ann", now=self.now)

    def announce(self, provider: Provider) -> ProviderDeposit:
        self.named += 1
        return provider_deposit(
            pool_id=self.pool_id,
            provider_id=provider.id,
            tx_hash=self.named.to_bytes(32, "big"),
            now=self.now,
        )

    def bring(self, provider: Provider, units: int) -> ProviderDeposit:
        deposit = self.announce(provider)
        return deposit_arrived(deposit_id=deposit.id, units=units, now=self.now)

    def want(self, provider: Provider, shares: int | None = None, key: str = "") -> Withdrawal:
        return provider_withdraw_request(
            pool_id=self.pool_id,
            provider_id=provider.id,
            shares=shares,
            key=key or str(uuid7()),
            now=self.now,
        )

    def pay(self) -> WithdrawalPayment | None:
        return withdrawal_pay(pool_id=self.pool_id, now=self.now)

    def position(self, provider: Provider) -> ProviderPosition:
        return ProviderPosition.objects.get(pool_id=self.pool_id, provider=provider)

    def fees_of(self, provider: Provider) -> int:
        row = self.position(provider)
        return settled(self.pool.value, row.value, at_s=int(self.now.timestamp())).fees

    def transaction_is(self, payment: WithdrawalPayment, type: str, **told: Any) -> None:
        outgoing = OutgoingTransaction.objects.get(id=payment.transaction_id)
        self.world.transaction_is(outgoing, type, **{"status": "succeeded", **told})

    @transaction.atomic
    def post(self, *lines: Any, key: str = "") -> None:
        entry_post(
            key=key or f"test:{uuid7()}",
            kind="test",
            postings=entry_of(*lines),
            refs={},
            now=self.now,
        )

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.world.now = self.now

    def said(self) -> list[str]:
        events = Event.objects.filter(subject=f"pool:{self.pool_id}").order_by("sequence")
        return [event.type for event in events]

    def holds(self) -> None:
        """Rows and books agree, claims are covered, and every check of the books holds."""
        pool = self.pool
        assert pools_off_the_books() == []
        assert ledger_checks() == []
        rows = list(ProviderPosition.objects.filter(pool=pool))
        assert sum(row.shares for row in rows) == pool.shares
        at = [
            settled(pool.value, row.value, at_s=at_seconds(pool, row, now=self.now)) for row in rows
        ]
        assert sum(pool.value.units_for(each.shares) for each in at) <= pool.principal_units
        assert sum(each.fees for each in at) <= pool.fees_units


@pytest.fixture
def providing(world: World) -> Providing:
    world.fund(10**18, asset="ETH@31337")  # for gas
    # what hears of transactions takes the time from the clock on the wall
    world.now = datetime.now(UTC)
    return Providing(world=world, now=world.now)

"""A chain and its tokens as rows, and shops that were paid."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from gateway.chains.models import Chain, Token
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.ledger.deposits import post_deposit_confirmed, post_deposit_orphaned, post_payment
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.shops.services import shop_open
from gateway.treasury.services import float_fund
from tests.market.execution.conftest import desk  # noqa: F401 (a fixture)
from tests.settlement.house_kit import house  # noqa: F401 (a fixture)

CHAIN_ID = 31337
USDC = Asset("USDC@31337", 6)
ETH = Asset("ETH@31337", 18)
TREASURY = bytes.fromhex("70997970c51812dc3a010c7d01b50e0d17dc79c8")
USDC_ADDRESS = bytes.fromhex("5fbdb2315678afecb367f032d93f642f64180aa3")
WALLET = bytes.fromhex("3c44cdddb6a900fa2b585dd299e03d12fa4293bc")


@dataclass
class World:
    """One chain, one shop, and the ways in which money comes to it."""

    now: datetime
    shop_id: UUID = field(default_factory=uuid7)

    def open_shop(self, **changes: Any) -> UUID:
        shop = shop_open(
            **{
                "name": "Café Amélie",
                "pricing_currency": "EUR",
                "settlement_asset": USDC.code,
                "payout_address": WALLET,
                "now": self.now,
                **changes,
            }
        )
        self.shop_id = shop.id
        return shop.id

    @transaction.atomic
    def credited(self, units: int, *, deposit_id: UUID | None = None) -> UUID:
        """A confirmed deposit credits the shop; its finality is another event."""
        deposit_id = deposit_id or uuid7()
        invoice_id = uuid7()
        post_deposit_confirmed(
            deposit_id=deposit_id, chain_id=CHAIN_ID, amount=Amount(units, USDC), now=self.now
        )
        post_payment(
            deposit_id=deposit_id,
            invoice_id=invoice_id,
            shop_id=self.shop_id,
            token=Amount(units, USDC),
            credit=Amount(units, USDC),
            fee=Amount(0, USDC),
            now=self.now,
        )
        self.say_payment("payment.credited", deposit_id, invoice_id=invoice_id, units=units)
        return deposit_id

    @transaction.atomic
    def reversed(self, deposit_id: UUID, units: int) -> None:
        post_deposit_orphaned(deposit_id=deposit_id, now=self.now)
        self.say_payment("payment.reversed", deposit_id, invoice_id=uuid7(), units=units)

    def say_payment(self, type: str, deposit_id: UUID, *, invoice_id: UUID, units: int) -> None:
        emit(
            type=type,
            subject=f"deposit:{deposit_id}",
            body={
                "deposit_id": str(deposit_id),
                "invoice_id": str(invoice_id),
                "shop_id": str(self.shop_id),
                "asset": USDC.code,
                "credited_units": str(units),
                "fee_units": "0",
                "token_asset": USDC.code,
                "token_units": str(units),
                "chain_id": CHAIN_ID,
                "kind": "locked",
            },
            mode="test",
            shop_id=self.shop_id,
            now=self.now,
        )

    @transaction.atomic
    def say_deposit(self, type: str, deposit_id: UUID) -> None:
        emit(
            type=type,
            subject=f"deposit:{deposit_id}",
            body={"deposit_id": str(deposit_id)},
            mode="test",
            now=self.now,
        )

    def final(self, deposit_id: UUID) -> None:
        self.say_deposit("deposit.final", deposit_id)

    def paid(self, units: int) -> UUID:
        """A deposit that is credited and final, and everybody has heard of it."""
        deposit_id = self.credited(units)
        self.final(deposit_id)
        relay.drain(limit=1000)
        return deposit_id

    def fund(self, units: int, *, asset: str = USDC.code) -> None:
        float_fund(asset=asset, units=units, reference=str(uuid7()), now=self.now)
        relay.drain(limit=1000)

    def queued(self) -> list[OutgoingTransaction]:
        return list(OutgoingTransaction.objects.filter(shop_id=self.shop_id).order_by("id"))

    @transaction.atomic
    def transaction_is(
        self, outgoing: OutgoingTransaction, type: str, *, status: str, fee: int = 21_000
    ) -> None:
        """What the sender would say of a transaction."""
        emit(
            type=type,
            subject=f"transaction:{outgoing.id}",
            body={
                "transaction_id": str(outgoing.id),
                "chain_id": CHAIN_ID,
                "purpose": outgoing.purpose,
                "reference": outgoing.reference,
                "status": status,
                "tx_hash": "0x" + "ab" * 32,
                "block_number": 7,
                "fee_units": str(fee),
                "reason_code": "",
                "reason": "",
                "logs": [],
            },
            mode="test",
            now=self.now,
        )
        relay.drain(limit=1000)


def make_chain() -> None:
    chain, _ = Chain.objects.get_or_create(
        id=CHAIN_ID,
        defaults={
            "key": "dev",
            "name": "Dev",
            "mode": "test",
            "block_seconds": 1,
            "confirmations": [[None, 1]],
            "finality_blocks": 6,
            "grace_seconds": 30,
            "factory_address": bytes(20),
            "factory_version": "1",
            "factory_code_hash": bytes(32),
            "factory_init_code_hash": bytes(32),
            "treasury": TREASURY,
        },
    )
    for asset, address, kind in ((USDC, USDC_ADDRESS, "erc20"), (ETH, None, "native")):
        Token.objects.get_or_create(
            code=asset.code,
            defaults={
                "chain": chain,
                "address": address,
                "symbol": asset.symbol,
                "decimals": asset.decimals,
                "kind": kind,
            },
        )


@pytest.fixture
def world(db: None, clock: Any) -> World:
    make_chain()
    world = World(now=clock())
    world.open_shop()
    return world


@pytest.fixture
def committed_world(transactional_db: None, clock: Any) -> World:
    """As ``world``, committed, for tests with threads."""
    make_chain()
    world = World(now=clock())
    world.open_shop()
    return world

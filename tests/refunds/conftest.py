"""A shop that was paid, people who ask, and shoppers who claim; the chain is rows."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from gateway.chains.models import Deposit
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events.services import emit
from gateway.invoices.models import Invoice
from gateway.ledger.selectors import shop_balance
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.refunds.claiming import choices_of, refund_claim
from gateway.refunds.limits import Level, Person
from gateway.refunds.models import Refund
from gateway.refunds.requesting import Asked, Wanted, refund_request
from gateway.refunds.selectors import refund_by_link
from gateway.treasury.services import float_fund
from tests.chain_rows import ETH, USDC
from tests.invoices.conftest import World, _forget_the_market, chain, later_market
from tests.invoices.conftest import world as world  # noqa: PLC0414 (a fixture)

WALLET = bytes.fromhex("15d34aaf54267db7d7c367839aaf71a00a2c6a65")
OTHER_WALLET = bytes.fromhex("9965507d1a55bcc2695c58ba16fb37d819b0a4dc")

__all__ = ["_forget_the_market", "chain"]


def person(level: Level = "manager", name: str = "mia") -> Person:
    return Person(who=f"user:{name}", level=level, via="dashboard", session="s1")


@dataclass
class Refunds:
    """The world of the invoices' tests, with refunds."""

    world: World

    def paid(self, units: int = 1_250, *, final: bool = True, **facts: Any) -> Invoice:
        """An invoice over ``units`` cents, paid as asked; the money has reached the treasury."""
        invoice = self.world.issue(units)
        deposit = self.world.confirmed(invoice, **facts)
        if final:
            self.world.hear(deposit, "final")
        return self.world.again(invoice)

    def deposit_of(self, invoice: Invoice) -> Deposit:
        return Deposit.objects.filter(invoice_id=invoice.id).latest("id")

    def fund(self, units: int = 10**12, *, asset: str = USDC) -> None:
        float_fund(asset=asset, units=units, reference=str(units) + asset, now=self.world.now)
        self.world.drain()

    def fund_quietly(self, units: int = 10**12, *, asset: str = USDC) -> None:
        """As ``fund``, and nobody has heard of it yet."""
        float_fund(asset=asset, units=units, reference="quiet", now=self.world.now)

    def ask(self, invoice: Invoice, *, by: Person | None = None, **wanted: Any) -> Asked:
        asked = refund_request(
            shop_id=invoice.shop_id,
            invoice_id=invoice.id,
            wanted=Wanted(**wanted),
            by=by or person(),
            now=self.world.now,
        )
        self.world.drain()
        return asked

    def claim(
        self, token: str, *, asset: str = "", to: bytes = WALLET, shown: int | None = None
    ) -> Refund:
        """The shopper chooses, gives an address, and confirms what they saw."""
        choices = choices_of(refund_by_link(token), now=self.world.now)
        chosen = next((c for c in choices if c.asset.code == asset), choices[0])
        assert chosen.amount is not None
        refund = refund_claim(
            token=token,
            asset=chosen.asset.code,
            destination=to,
            shown_units=chosen.amount.units if shown is None else shown,
            now=self.world.now,
        )
        self.world.drain()
        refund.refresh_from_db()
        return refund

    def again(self, refund: Refund) -> Refund:
        return Refund.objects.get(id=refund.id)

    def queued(self) -> list[OutgoingTransaction]:
        return list(OutgoingTransaction.objects.filter(purpose="refund").order_by("id"))

    def becomes(self, outgoing: OutgoingTransaction, type: str, *, status: str) -> None:
        """What the sender says of a transaction."""
        with transaction.atomic():
            emit(
                type=f"transaction.{type}",
                subject=f"transaction:{outgoing.id}",
                body={
                    "transaction_id": str(outgoing.id),
                    "chain_id": outgoing.chain_id,
                    "purpose": outgoing.purpose,
                    "reference": outgoing.reference,
                    "status": status,
                    "tx_hash": "0x" + "ab" * 32,
                    "block_number": 7,
                    "fee_units": "21000",
                    "reason_code": "" if status == "succeeded" else "reverted",
                    "reason": "",
                    "logs": [],
                },
                mode="test",
                now=self.world.now,
            )
        self.world.drain()

    def available(self, shop_id: UUID | None = None) -> int:
        return shop_balance(shop_id=shop_id or self.world.shop_id, asset=USDC).available

    def later(self, **parts: float) -> None:
        self.world.clock.advance(**parts)


@pytest.fixture
def refunds(world: World) -> Refunds:
    """Moved to the present, since what follows on events goes by the real clock; with gas."""
    moved = (timezone.now() - world.now).total_seconds()
    world.clock.advance(seconds=moved)
    world.publish(later_market(moved))
    world.load_list()
    found = Refunds(world)
    found.fund(10**18, asset=ETH)
    return found


def euros(units: int) -> Amount:
    return Amount(units, FIAT["EUR"])


def usdc(units: int) -> Amount:
    return Amount(units, Asset(USDC, 6))


DAY = timedelta(days=1)

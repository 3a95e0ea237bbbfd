"""What a test of cards does and asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.cards.carrying import card_page, cards_carry
from gateway.cards.models import CardTender
from gateway.events import relay
from gateway.invoices.models import Invoice, Payment
from gateway.ledger.accounts import AccountName, bank, fees, ramp_fees, receivable
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import balance, shop_balance
from gateway.money.assets import FIAT
from tests.faults.in_process import passing
from tests.invoices.conftest import World, later_market
from tests.market.dev_market import NOW
from tests.ramps.kit import RAMP, Place
from tests.stripe_fake import checkout_sessions, payment_intents

EUR = FIAT["EUR"]
BACK = "http://localhost/i/x"
STRIPE_FEE = 25 + 1_250 * 15 // 1000


@dataclass
class Desk:
    world: World
    place: Place

    def issue(self, units: int = 1_250, **options: Any) -> Invoice:
        self.world.publish(later_market((self.world.now - NOW).total_seconds()))
        return self.world.issue(units, **options)

    def page(self, invoice: Invoice, *, reached: Callable[[str], None] | None = None) -> str:
        with passing(reached):
            return card_page(invoice_id=invoice.id, back=BACK, now=self.place.now)

    def tender(self, invoice: Invoice) -> CardTender:
        return CardTender.objects.filter(invoice_id=invoice.id).latest("created_at")

    def carry(self, *, seconds: float = 61, reached: Callable[[str], None] | None = None) -> int:
        """Time passes, and what is due is carried on."""
        self.world.clock.advance(seconds=seconds)
        with passing(reached):
            done = cards_carry(now=self.place.now)
        relay.drain(limit=1000)
        return done

    def types_in(self, invoice: Invoice) -> None:
        """The shopper types a card in at the ramp's page, and its bank says yes."""
        checkout_sessions.pays(self.place.fake.state, self.tender(invoice).remote_session)

    def authorised(self, invoice: Invoice) -> None:
        self.page(invoice)
        self.types_in(invoice)

    def paid(self, units: int = 1_250) -> Invoice:
        """An invoice that a card paid."""
        invoice = self.issue(units)
        self.authorised(invoice)
        self.carry()
        assert self.status(invoice) == ("paid", "paid")
        return invoice

    def settles(self, invoice: Invoice) -> None:
        payment_intents.settles(self.place.fake.state, self.tender(invoice).remote_intent)
        self.carry(seconds=3_700)

    def status(self, invoice: Invoice) -> tuple[str, str]:
        """Of the invoice, and of its card payment."""
        return self.world.again(invoice).status, self.tender(invoice).status

    def charged(self) -> list[str]:
        """The statuses of payments at the ramp."""
        found = self.place.fake.state.objects["payment_intent"].values()
        return [row["status"] for row in found]

    def units(self, account: AccountName) -> int:
        return balance(account=account, asset=EUR).units

    @property
    def shop(self) -> int:
        return shop_balance(shop_id=self.world.shop_id, asset="EUR").available

    def books(self) -> dict[str, int]:
        return {
            "shop": self.shop,
            "fees": -self.units(fees()),
            "receivable": self.units(receivable(RAMP)),
            "bank": self.units(bank(RAMP)),
            "ramp_fees": self.units(ramp_fees()),
        }

    def adds_up(self) -> None:
        """Books in order; what lies at the ramp is what they say; nobody was credited twice."""
        assert ledger_checks() == []
        assert self.place.fake.state.money["", "eur"] == self.units(bank(RAMP))
        for tender in CardTender.objects.filter(status="paid"):
            assert not Payment.objects.filter(
                invoice_id=tender.invoice_id, reversed_at=None
            ).exists()
        rows = [
            row["metadata"].get("tillway_row")
            for row in self.place.fake.state.objects["payment_intent"].values()
        ]
        assert len(rows) == len(set(rows))

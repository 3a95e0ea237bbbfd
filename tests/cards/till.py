"""A shop with a card reader at its till, for tests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.cards import at_reader
from gateway.cards.carrying_readers import readers_carry
from gateway.cards.models import CardTender, Reader
from gateway.cards.readers import Address, reader_add
from gateway.invoices.models import Invoice
from tests.cards.kit import Desk


@dataclass
class Till:
    """A shop with a reader at its till."""

    desk: Desk
    reader: Reader

    @property
    def state(self) -> Any:
        return self.desk.place.fake.state

    @property
    def device(self) -> str:
        return self.reader.remote_id

    @property
    def action(self) -> Any:
        return self.state.objects["terminal.reader"][self.device]["action"]

    def asks(self, invoice: Invoice, **how: Any) -> CardTender:
        """The cashier has the reader ask for a card."""
        wanted = {"shop_id": invoice.shop_id, "reader_id": self.reader.id, **how}
        return at_reader.reader_start(invoice_id=invoice.id, now=self.desk.place.now, **wanted)

    def waiting(self) -> Invoice:
        """A sale whose card the reader asks for."""
        invoice = self.desk.issue()
        self.asks(invoice)
        self.carry()
        assert self.turn(invoice) == "waiting"
        return invoice

    def carry(self, *, seconds: float = 6, reached: Callable[[str], None] | None = None) -> None:
        self.desk.carry(seconds=seconds, reached=reached)

    def turn(self, invoice: Invoice) -> str:
        return self.desk.tender(invoice).turn

    def paid_once(self, invoice: Invoice) -> None:
        assert self.desk.status(invoice) == ("paid", "paid")
        assert self.desk.charged() == ["succeeded"]
        assert self.desk.books()["receivable"] == 1_250

    def never_paid(self, invoice: Invoice) -> None:
        assert "succeeded" not in self.desk.charged()
        assert not any(self.desk.books().values())


def registered(desk: Desk, *, code: str, label: str) -> Reader:
    row = reader_add(
        shop_id=desk.world.shop_id,
        mode="test",
        shop_name="Café",
        label=label,
        code=code,
        by="user:x",
        now=desk.place.now,
        address=Address("Gasse 1", "Berlin", "10115"),
    )
    desk.world.clock.advance(seconds=1)
    readers_carry(now=desk.place.now)
    row.refresh_from_db()
    assert row.status == "ready"
    return row

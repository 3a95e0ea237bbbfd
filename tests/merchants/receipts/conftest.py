"""A shop that sells, what it sold, and a printer of its own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from gateway.chains.models import Deposit
from gateway.invoices.models import Invoice
from gateway.outside import printers
from merchants.receipts.issuing import receipt_for_invoice
from merchants.receipts.models import Document, Printer
from merchants.receipts.printing import NewPrinter, printer_add
from merchants.tickets import services
from merchants.tickets.models import Ticket
from merchants.tickets.pricing import Discount, TaxClass
from merchants.tickets.services import Tap
from tests.faces import open_shop, staff
from tests.invoices.conftest import World, _forget_the_market, chain, world
from tests.merchants.tills.tablets import tablet, till

__all__ = ["_forget_the_market", "chain", "open_shop", "staff", "tablet", "till", "world"]

VAT = TaxClass(200_000, True)
REDUCED = TaxClass(100_000, True)


class Counter:
    """Sales that are paid, each by one line of a test."""

    def __init__(self, world: World) -> None:
        self.world = world

    def tap(self) -> Tap:
        return Tap(by="user:ann", key=str(uuid4()), now=timezone.now())

    def sale(self, units: int = 1_250, **options: Any) -> Invoice:
        """An invoice that tokens paid."""
        invoice = self.world.issue(units, **options)
        self.world.confirmed(invoice)
        return self.world.again(invoice)

    def receipt(self, invoice: Invoice | None = None) -> Document:
        return receipt_for_invoice(invoice=invoice or self.sale(), now=timezone.now())

    def ticket(self, *units: int, discount: Discount | None = None) -> UUID:
        """A ticket of amounts, the first at 20 %, the others at 10 %, ready to be paid."""
        ticket_id = uuid4()
        named = {"shop_id": self.world.shop_id, "ticket_id": ticket_id}
        services.ticket_open(shop=self.world.view, ticket_id=ticket_id, tap=self.tap())
        for at, each in enumerate(units or (1_250,)):
            services.amount_add(
                **named,
                line_id=uuid4(),
                price_units=each,
                tax=VAT if at == 0 else REDUCED,
                name=f"Thing {at}",
                tap=self.tap(),
            )
        if discount is not None:
            services.ticket_discount(**named, discount=discount, tap=self.tap())
        services.ticket_split(**named, tap=self.tap())
        return ticket_id

    def cash(self, ticket_id: UUID, given: int, **more: Any) -> Ticket:
        ticket, _cash = services.cash_take(
            shop_id=self.world.shop_id,
            ticket_id=ticket_id,
            part=1,
            given_units=given,
            tap=self.tap(),
            **more,
        )
        return ticket


def deposit_of(invoice: Invoice) -> Deposit:
    """The one that came last for an invoice."""
    return Deposit.objects.filter(invoice_id=invoice.id).latest("id")


@pytest.fixture
def counter(open_shop: World) -> Counter:
    return Counter(open_shop)


class FakePrinter:
    """A printer on loopback: takes what comes, and answers as it is told to.

    Attributes:
        taken: the bytes of each connection.
        state, paper: what it answers to DLE EOT 1 and 4; empty: nothing, as cheap ones do.
        printed: what it answers to GS r 1.
    """

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.state, self.paper, self.printed = b"\x12", b"\x12", b"\x00"
        self.behave: Callable[[socket.socket], None] = self._print
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._lines: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _from = self._server.accept()
                self._lines.append(line)
                threading.Thread(target=self._behave, args=(line,), daemon=True).start()

    def _behave(self, line: socket.socket) -> None:
        with suppress(OSError):
            self.behave(line)

    def _print(self, line: socket.socket) -> None:
        answers = {b"\x10\x04\x01": self.state, b"\x10\x04\x04": self.paper}
        data = b""
        while received := line.recv(65_536):
            data += received
            for question, answer in answers.items():
                if data.startswith(question):
                    data = data[len(question) :]
                    line.sendall(answer)
            if data.endswith(b"\x1dr\x01"):
                line.sendall(self.printed)
        self.taken.append(data)

    def is_silent(self) -> None:
        """It prints, and says nothing."""
        self.state = self.paper = self.printed = b""

    def hangs(self) -> None:
        """It takes the connection, reads nothing and says nothing."""
        self.behave = lambda line: None

    def stops_in_the_middle(self) -> None:
        """It says that it is ready, reads a little and breaks off."""

        def behave(line: socket.socket) -> None:
            line.recv(3)
            line.sendall(b"\x12")
            line.recv(3)
            line.sendall(b"\x12")
            line.recv(16)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            line.close()

        self.behave = behave

    def half_closes(self) -> None:
        """It says nothing from the beginning on, and reads all the same."""

        def behave(line: socket.socket) -> None:
            line.shutdown(socket.SHUT_WR)
            data = b""
            while received := line.recv(65_536):
                data += received
            self.taken.append(data)

        self.behave = behave

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # wakes whoever waits in accept
        self._server.close()
        for line in self._lines:
            line.close()


@pytest.fixture
def paper_printer(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePrinter]:
    monkeypatch.setattr(printers, "PORTS", range(1_024, 2**16))  # whichever is free
    made = FakePrinter()
    yield made
    made.close()


@pytest.fixture
def printer(open_shop: World, paper_printer: FakePrinter, settings: Any) -> Printer:
    """The fake one, as the shop's owner added it."""
    settings.PRINTER_NETWORKS = "127.0.0.0/8"
    return added(open_shop, paper_printer.port)


def added(world: World, port: int, name: str = "Counter") -> Printer:
    wanted = NewPrinter(name=name, host="127.0.0.1", port=port)
    return printer_add(shop_id=world.shop_id, wanted=wanted, by=uuid4(), now=timezone.now())

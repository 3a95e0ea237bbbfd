"""Tickets: lines, parking, splitting, charging. A program does what a cashier does at a till."""

from collections.abc import Callable
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.events.ids import uuid7
from gateway.money.amounts import parse_amount, parse_positive_amount
from gateway.money.assets import FIAT, Asset
from merchants.accounts.errors import ScopeMissing
from merchants.api import docs, ticket_answers, ticket_inputs
from merchants.api.contract import KeyActs, fault, of_field, page_as_dict
from merchants.api.idempotency import Answer
from merchants.api.problems import InputRefused
from merchants.api.serializers import Nothing
from merchants.catalogue.selectors import item_get
from merchants.catalogue.words import tax_ppm_from
from merchants.tickets import selectors, services
from merchants.tickets.life import STATES
from merchants.tickets.models import Ticket
from merchants.tickets.pricing import TaxClass
from merchants.tickets.services import Tap

_QUANTITY: Final = Asset("QUANTITY", 3)
"""A quantity as people write it has at most three decimals: a thousandth each."""
_OF_AN_ITEM: Final = ("version", "choices")
_OF_AN_AMOUNT: Final = ("name", "tax", "tax_included")
MARKS_PAID: Final = "invoices:mark"
"""Cash by a program is a ticket called paid by its word alone, as an invoice that is marked."""


class TicketActs(KeyActs):
    # No docstring: it would stand in the description of every endpoint that has none.

    @property
    def tap(self) -> Tap:
        """A new one each time: what was answered to an Idempotency-Key is answered again, so that
        a request that comes twice never gets as far as this."""
        return Tap(by=self.person.who, key=f"api:{uuid7()}", now=timezone.now())

    def named(self, ticket_id: UUID) -> dict[str, Any]:
        return {"shop_id": self.shop.id, "ticket_id": ticket_id, "tap": self.tap}

    def done(self, ticket_id: UUID, verb: Callable[[Ticket], object]) -> HttpResponse:
        """Do ``verb`` to the shop's ticket, and show it as it is then."""

        def work(key: str) -> Answer:
            verb(selectors.ticket_get(shop_id=self.shop.id, ticket_id=ticket_id))
            ticket = selectors.ticket_get(shop_id=self.shop.id, ticket_id=ticket_id)
            return Answer(200, selectors.ticket_as_dict(ticket))

        return self.write(work)

    def put(self, ticket_id: UUID, line: dict[str, Any]) -> None:
        """A line that a request names: an item, or an amount.

        Raises:
            InputRefused, TillwayError, MoneyError
        """
        with of_field("quantity"):
            quantity = parse_positive_amount(line["quantity"], _QUANTITY).units
        named = {**self.named(ticket_id), "line_id": uuid7(), "quantity": quantity}
        if "item_id" in line:
            _refuse(line, _OF_AN_AMOUNT, "An item has its own.")
            item = item_get(shop_id=self.shop.id, item_id=line["item_id"])
            choices = [(str(one["group_id"]), one["modifier"]) for one in line.get("choices", ())]
            services.item_add(
                **named,
                item_id=item.id,
                version=line.get("version", item.version),
                choices=choices,
            )
            return
        _refuse(line, _OF_AN_ITEM, "An amount has none.")
        with of_field("amount"):
            price = parse_positive_amount(line["amount"], self.currency).units
        tax = TaxClass(tax_ppm_from(line.get("tax", "0")), line.get("tax_included", True))
        name = line.get("name", "")
        services.amount_add(**named, price_units=price, tax=tax, name=name)

    @property
    def currency(self) -> Asset:
        return FIAT[self.shop.pricing_currency]


class TicketsView(TicketActs):
    scopes: ClassVar = {"GET": "invoices:read", "POST": "invoices:write"}

    @extend_schema(
        operation_id="tickets_list",
        summary="List tickets, newest first",
        parameters=[
            docs.CURSOR,
            docs.LIMIT,
            docs.parameter("state", "Only tickets in this state.", enum=STATES),
        ],
        responses=docs.answers_with(ticket_answers.TicketList),
    )
    def get(self, request: Request) -> HttpResponse:
        query, cursor, size = self.page_query("state")
        state = self.choice(query, "state", STATES)
        states = (state,) if state else ()
        page = selectors.tickets_page(shop_id=self.shop.id, states=states, cursor=cursor, size=size)
        return self.read(page_as_dict(page, selectors.ticket_head))

    @extend_schema(
        operation_id="ticket_open",
        summary="Open a ticket, with lines if there are some already",
        request=ticket_inputs.NewTicket,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(ticket_answers.Ticket, status=201),
    )
    def post(self, request: Request) -> HttpResponse:
        def opened(key: str) -> Answer:
            said = self.checked(ticket_inputs.NewTicket)
            lines = [_line(line, f"lines.{at}.") for at, line in enumerate(said.get("lines", ()))]
            ticket_id = uuid7()
            services.ticket_open(
                shop=self.shop, ticket_id=ticket_id, tap=self.tap, label=said.get("label", "")
            )
            for line in lines:
                self.put(ticket_id, line)
            ticket = selectors.ticket_get(shop_id=self.shop.id, ticket_id=ticket_id)
            shown = selectors.ticket_as_dict(ticket)
            return Answer(201, shown, location=f"/v1/tickets/{ticket_id}")

        return self.write(opened)


class TicketView(TicketActs):
    scopes: ClassVar = {"GET": "invoices:read"}

    @extend_schema(
        operation_id="ticket_get",
        summary="Get a ticket with its lines and parts",
        responses=docs.answers_with(ticket_answers.Ticket),
    )
    def get(self, request: Request, ticket_id: UUID) -> HttpResponse:
        self.query()
        ticket = selectors.ticket_get(shop_id=self.shop.id, ticket_id=ticket_id)
        return self.read(selectors.ticket_as_dict(ticket))


class TicketLinesView(TicketActs):
    scopes: ClassVar = {"POST": "invoices:write"}

    @extend_schema(
        operation_id="ticket_line_add",
        summary="Put a line on an open ticket",
        description="An item of the catalogue, or an amount. The answer is the whole ticket.",
        request=ticket_inputs.NewLine,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(ticket_answers.Ticket),
    )
    def post(self, request: Request, ticket_id: UUID) -> HttpResponse:
        def put(ticket: Ticket) -> None:
            self.put(ticket.id, _line(self.checked(ticket_inputs.NewLine)))

        return self.done(ticket_id, put)


class TicketLineView(TicketActs):
    scopes: ClassVar = {"DELETE": "invoices:write"}

    @extend_schema(
        operation_id="ticket_line_remove",
        summary="Take a line off an open ticket",
        description="It is kept, with who did. The answer is the whole ticket.",
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(ticket_answers.Ticket),
    )
    def delete(self, request: Request, ticket_id: UUID, line_id: UUID) -> HttpResponse:
        def remove(ticket: Ticket) -> None:
            services.line_remove(**self.named(ticket.id), line_id=line_id)

        return self.done(ticket_id, remove)


class TicketParkView(TicketActs):
    scopes: ClassVar = {"POST": "invoices:write"}

    @extend_schema(
        operation_id="ticket_park",
        summary="Put an open ticket aside",
        request=ticket_inputs.Parking,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(ticket_answers.Ticket),
    )
    def post(self, request: Request, ticket_id: UUID) -> HttpResponse:
        def park(ticket: Ticket) -> None:
            label = self.checked(ticket_inputs.Parking).get("label", "")
            services.ticket_park(**self.named(ticket.id), label=label)

        return self.done(ticket_id, park)


class TicketRecallView(TicketActs):
    scopes: ClassVar = {"POST": "invoices:write"}

    @extend_schema(
        operation_id="ticket_recall",
        summary="Go on with a parked ticket",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(ticket_answers.Ticket),
    )
    def post(self, request: Request, ticket_id: UUID) -> HttpResponse:
        def recall(ticket: Ticket) -> None:
            self.checked(Nothing)
            services.ticket_recall(**self.named(ticket.id))

        return self.done(ticket_id, recall)


class TicketVoidView(TicketActs):
    scopes: ClassVar = {"POST": "invoices:write"}

    @extend_schema(
        operation_id="ticket_void",
        summary="Call a ticket off on which no money is",
        request=ticket_inputs.Voiding,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(ticket_answers.Ticket),
    )
    def post(self, request: Request, ticket_id: UUID) -> HttpResponse:
        def void(ticket: Ticket) -> None:
            reason = self.checked(ticket_inputs.Voiding)["reason"]
            services.ticket_void(**self.named(ticket.id), reason=reason)

        return self.done(ticket_id, void)


class TicketSplitView(TicketActs):
    scopes: ClassVar = {"POST": "invoices:write"}

    @extend_schema(
        operation_id="ticket_split",
        summary="Have a ticket paid, in one part or in several",
        description="From here on nothing on it changes. Again while no money is on it: anew.",
        request=ticket_inputs.Split,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(ticket_answers.Ticket),
    )
    def post(self, request: Request, ticket_id: UUID) -> HttpResponse:
        def split(ticket: Ticket) -> None:
            said = self.checked(ticket_inputs.Split)
            payers = {one["line_id"]: one["parts"] for one in said.get("payers", ())}
            named = max((part for parts in payers.values() for part in parts), default=1)
            parts = said.get("parts", named)
            services.ticket_split(**self.named(ticket.id), parts=parts, payers=payers or None)

        return self.done(ticket_id, split)


class TicketChargeView(TicketActs):
    scopes: ClassVar = {"POST": "invoices:write"}

    @extend_schema(
        operation_id="ticket_charge",
        summary="Charge a part of a ticket: by tokens, or in cash",
        description=(
            "Tokens are asked for by an invoice, the part's last demand: show its checkout_url. An"
            " open ticket is paid in one part then. Cash is written down as given, which needs the"
            " scope invoices:mark besides; it is in no shift's drawer, which is a paired till's."
        ),
        request=ticket_inputs.Charge,
        parameters=[docs.IDEMPOTENCY_KEY_REQUIRED],
        responses=docs.answers_with(ticket_answers.Ticket),
    )
    def post(self, request: Request, ticket_id: UUID) -> HttpResponse:
        def charge(key: str) -> Answer:
            ticket = selectors.ticket_get(shop_id=self.shop.id, ticket_id=ticket_id)
            self._charge(ticket, self.checked(ticket_inputs.Charge))
            ticket = selectors.ticket_get(shop_id=self.shop.id, ticket_id=ticket_id)
            return Answer(200, selectors.ticket_as_dict(ticket))

        selectors.ticket_get(shop_id=self.shop.id, ticket_id=ticket_id)  # else 404, key or not
        return self.write(charge, key_required=True)

    def _charge(self, ticket: Ticket, said: dict[str, Any]) -> None:
        part, tender = said.get("part", 1), said.get("tender", "tokens")
        if tender == "tokens":
            _refuse(said, ("given", "keep_change"), "Only cash is given.")
        elif "given" not in said:
            raise InputRefused([fault("given", "field_required", "Say what was given.")])
        elif MARKS_PAID not in self.caller.scopes:
            raise ScopeMissing(MARKS_PAID)
        if ticket.state == "open":
            services.ticket_split(**self.named(ticket.id))
        if tender == "tokens":
            services.ticket_ask(shop=self.shop, ticket_id=ticket.id, part=part, tap=self.tap)
            return
        with of_field("given"):
            given = parse_amount(said["given"], FIAT[ticket.currency]).units
        services.cash_take(
            **self.named(ticket.id),
            part=part,
            given_units=given,
            keep_change=said.get("keep_change", False),
        )


def _line(line: dict[str, Any], path: str = "") -> dict[str, Any]:
    """A line that names an item or an amount, not both, with its quantity.

    Raises:
        InputRefused
    """
    if ("item_id" in line) == ("amount" in line):
        raise InputRefused(
            [fault(f"{path}item_id", "line_invalid", "A line is an item or an amount.")]
        )
    return {"quantity": "1", **line}


def _refuse(said: dict[str, Any], names: tuple[str, ...], why: str) -> None:
    faults = [fault(name, "unknown_field", why) for name in names if name in said]
    if faults:
        raise InputRefused(faults)

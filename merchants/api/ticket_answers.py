"""What tickets look like in answers."""

from rest_framework import serializers as s

from merchants.api.answers import Cursored, Decimal, Shape
from merchants.tickets.life import STATES


class TicketHead(Shape):
    id = s.UUIDField()
    shop_id = s.UUIDField()
    mode = s.ChoiceField(("test", "live"))
    state = s.ChoiceField(STATES)
    label = s.CharField()  # type: ignore[assignment]
    currency = s.CharField()
    opened_at = s.DateTimeField()
    opened_by = s.CharField()
    ended_at = s.DateTimeField(allow_null=True)
    void_reason = s.CharField()
    goods = Decimal(help_text="Lines, discounts and taxes; no tip.")
    tip = Decimal()
    due = Decimal()
    paid = Decimal()


class TicketDiscount(Shape):
    kind = s.ChoiceField(("percent", "amount"))
    value = Decimal()


class LineModifier(Shape):
    name = s.CharField()
    price = Decimal()


class TicketLine(Shape):
    id = s.UUIDField()
    item_id = s.UUIDField(allow_null=True)
    item_version = s.IntegerField(allow_null=True)
    name = s.CharField()
    price = Decimal()
    quantity_thousandths = s.IntegerField()
    modifiers = LineModifier(many=True)
    tax_ppm = s.IntegerField(help_text="Parts of a million.")
    tax_included = s.BooleanField()
    discount = TicketDiscount(allow_null=True)
    full = Decimal(help_text="As listed, for all of it.")
    off = Decimal(help_text="What its own discount takes off.")
    due = Decimal(help_text="With its tax, and its share of the ticket's discount.")


class TaxClass(Shape):
    tax_ppm = s.IntegerField()
    tax_included = s.BooleanField()
    net = Decimal()
    tax = Decimal()
    due = Decimal()


class PartDemand(Shape):
    invoice_id = s.UUIDField()
    amount = Decimal()
    status = s.CharField(help_text="The invoice's.")
    tender = s.ChoiceField(("tokens", "card"), allow_null=True)
    paid = Decimal()
    coming = s.BooleanField(help_text="Money was seen that isn't credited yet.")


class PartCash(Shape):
    given = Decimal()
    counted = Decimal()
    rounding = Decimal()
    tip = Decimal(help_text="Left of the change.")
    change = Decimal()
    taken_by = s.CharField()
    taken_at = s.DateTimeField()


class TicketPart(Shape):
    part = s.IntegerField()
    goods = Decimal()
    tip = Decimal()
    due = Decimal()
    paid = Decimal()
    left = Decimal()
    over = Decimal()
    demands = PartDemand(many=True)
    cash = PartCash(many=True)


class Ticket(TicketHead):
    discount = TicketDiscount(allow_null=True)
    lines = TicketLine(many=True)
    full = Decimal(help_text="List prices of all lines.")
    line_discounts = Decimal()
    ticket_discount = Decimal()
    taxes = TaxClass(many=True)
    parts = TicketPart(many=True)


class TicketList(Cursored):
    data = TicketHead(many=True)  # type: ignore[assignment]

"""What requests about tickets may hold."""

from rest_framework import serializers

from merchants.api.fields import AmountText, Strict, Switch, Text, Whole
from merchants.catalogue.words import MAX_NAME
from merchants.tickets.changing import MAX_LABEL
from merchants.tickets.paying import MAX_REASON
from merchants.tickets.splitting import MOST_PARTS

MOST_LINES_AT_ONCE = 50
MOST_CHOICES = 50
TENDERS = ("tokens", "cash")


class Choice(Strict):
    group_id = serializers.UUIDField(help_text="A group of modifiers that the item asks for.")
    modifier = Text(max_length=MAX_NAME, help_text="Its name.")


class NewLine(Strict):
    item_id = serializers.UUIDField(
        required=False, help_text="Something of the catalogue; or an amount in its place."
    )
    version = Whole(
        required=False,
        min_value=1,
        help_text="Of the item's words, as you showed them; today's if unset.",
    )
    choices = Choice(many=True, required=False, max_length=MOST_CHOICES)  # type: ignore[call-arg]
    amount = AmountText(
        required=False, help_text="Of one, in the shop's currency, where no item is named."
    )
    name = Text(required=False, allow_blank=True, max_length=MAX_NAME, help_text="Of an amount.")
    tax = AmountText(required=False, help_text="Of an amount: percent as text; 0 if unset.")
    tax_included = Switch(
        required=False, help_text="Whether an amount holds its tax; true if unset."
    )
    quantity = AmountText(
        required=False,
        help_text="At most three decimals: 0.350 is 350 g of a kilo; 1 if unset.",
    )


class NewTicket(Strict):
    label = Text(  # type: ignore[assignment]
        required=False, allow_blank=True, max_length=MAX_LABEL, help_text="A table, a name."
    )
    lines = NewLine(many=True, required=False, max_length=MOST_LINES_AT_ONCE)  # type: ignore[call-arg]


class Parking(Strict):
    label = Text(  # type: ignore[assignment]
        required=False, allow_blank=True, max_length=MAX_LABEL
    )


class Voiding(Strict):
    reason = Text(max_length=MAX_REASON)


class Payer(Strict):
    line_id = serializers.UUIDField()
    parts = serializers.ListField(
        child=Whole(min_value=1, max_value=MOST_PARTS),
        min_length=1,
        max_length=MOST_PARTS,
        help_text="Who shares this line, the larger share first.",
    )


class Split(Strict):
    parts = Whole(
        required=False,
        min_value=1,
        max_value=MOST_PARTS,
        help_text="In how many; with payers as many as they name, if unset.",
    )
    payers = Payer(
        many=True, required=False, help_text="Who pays which line, each of them; evenly if unset."
    )


class Charge(Strict):
    part = Whole(required=False, min_value=1, max_value=MOST_PARTS, help_text="1 if unset.")
    tender = serializers.ChoiceField(
        TENDERS,
        required=False,
        help_text="tokens (if unset): by an invoice, which a card may pay too. cash: it was given.",
    )
    given = AmountText(required=False, help_text="Of cash: what was given.")
    keep_change = Switch(required=False, help_text="Of cash: what is over is a tip.")

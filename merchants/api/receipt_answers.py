"""What answers about receipts hold: for the OpenAPI description."""

from rest_framework import serializers as s

from merchants.api.answers import Decimal, Shape
from merchants.receipts.papers import KINDS


class ReceiptShop(Shape):
    name = s.CharField()
    legal_name = s.CharField()
    address = s.ListField(child=s.CharField())
    tax_number = s.CharField()


class ReceiptModifier(Shape):
    name = s.CharField()
    price = Decimal()


class ReceiptLine(Shape):
    name = s.CharField()
    price = Decimal()
    quantity = Decimal()
    full = Decimal(help_text="As listed, for all of it.")
    discount = Decimal(help_text="What its own discount took off.")
    modifiers = ReceiptModifier(many=True)


class ReceiptTax(Shape):
    """What a class of tax comes to: net + tax = due."""

    kind = s.ChoiceField(choices=["goods", "tip", "rest"])
    percent = Decimal(allow_null=True, help_text="Null where nobody said a rate.")
    included = s.BooleanField()
    net = Decimal()
    tax = Decimal()
    due = Decimal()


class ReceiptTender(Shape):
    kind = s.ChoiceField(choices=["tokens", "card", "cash", "marked"])
    amount = Decimal()
    at = s.DateTimeField(allow_null=True)
    token = s.CharField(allow_null=True)
    token_amount = Decimal(allow_null=True)
    chain = s.CharField(allow_null=True)
    tx_hash = s.CharField(allow_null=True)
    rate = Decimal(allow_null=True, help_text="Of the receipt's currency for one token.")
    given = Decimal(allow_null=True)
    change = Decimal(allow_null=True)


class Paper(Shape):
    id = s.UUIDField()
    kind = s.ChoiceField(choices=KINDS)
    number = s.CharField()
    of = s.CharField(allow_null=True, help_text="Of a credit note: its receipt's number.")
    mode = s.ChoiceField(choices=["test", "live"])
    issued_at = s.DateTimeField()
    sold_at = s.DateTimeField()
    time_zone = s.CharField()
    url = s.CharField(help_text="Its page, for whoever has the address.")
    pdf_url = s.CharField(help_text="The same as PDF.")
    shop = ReceiptShop()
    order_id = s.CharField()
    cashier_id = s.UUIDField(allow_null=True)
    till = s.CharField()
    cause = s.ChoiceField(
        choices=["refund", "taken_back", "marked_invalid"],
        allow_null=True,
        help_text=(
            "Of a credit note: a refund, a chain that took the payment back, or a shop that marked"
            " as invalid what it had marked as paid."
        ),
    )
    reason = s.CharField()
    currency = s.CharField()
    lines = ReceiptLine(many=True)
    discount = Decimal()
    tip = Decimal()
    total = Decimal()
    taxes = ReceiptTax(many=True)
    tenders = ReceiptTender(many=True)


class EarlierReceipt(Paper):
    credit_notes = Paper(many=True)


class Receipt(Paper):
    credit_notes = Paper(many=True)
    earlier = EarlierReceipt(
        many=True,
        help_text="Receipts that were taken back before the sale was paid again, oldest first.",
    )

"""What answers to cash registers hold: for the OpenAPI description."""

from rest_framework import serializers as s

from merchants.api.answers import Decimal, Shape
from merchants.ecr.results import RESULTS


class EcrPaidWith(Shape):
    asset = s.CharField()
    amount = Decimal()
    tx_hash = s.CharField()


class EcrTransaction(Shape):
    transaction = s.CharField(help_text="The register's number.")
    till_id = s.UUIDField()
    till = s.CharField()
    result = s.ChoiceField(RESULTS, help_text="Hand over on paid alone.")
    release_goods = s.ChoiceField(["yes", "wait", "no"])
    reason = s.CharField(help_text="Of a declined one: cancelled, expired or invalid; else empty.")
    amount = Decimal()
    currency = s.CharField()
    tender = s.ChoiceField(["tokens", "card"], allow_null=True)
    paid_with = EcrPaidWith(many=True)
    invoice_id = s.UUIDField()
    checkout_url = s.CharField(help_text="What the till's QR code says.")
    live_url = s.CharField(help_text="Server-sent events of this sale.")
    code_word = s.CharField(help_text="The till and the customer's phone show it.")
    started_at = s.DateTimeField()
    poll_after_ms = s.IntegerField(help_text="When to ask again; 0 once it isn't waiting.")
    receipt = s.ListField(child=s.CharField(), help_text="Lines of at most 42 characters.")


class EcrMoney(Shape):
    amount = Decimal()
    units = s.CharField()


class EcrTender(Shape):
    tender = s.CharField(help_text="tokens or card")
    currency = s.CharField()
    payments = s.IntegerField()
    refunds = s.IntegerField()
    paid = EcrMoney()
    refunded = EcrMoney()
    net = EcrMoney()
    tax = EcrMoney()
    tip = EcrMoney()


class EcrCredited(Shape):
    asset = s.CharField()
    credited = EcrMoney()
    fee = EcrMoney()


class EcrToken(Shape):
    token = s.CharField()
    paid = EcrMoney()


class EcrDay(Shape):
    day = s.DateField()
    time_zone = s.CharField()
    till_id = s.UUIDField()
    till = s.CharField()
    currency = s.CharField()
    tenders = EcrTender(many=True)
    assets = EcrCredited(many=True)
    tokens = EcrToken(many=True)
    shift_closed = s.BooleanField()
    z_number = s.IntegerField(allow_null=True)
    drawer = s.DictField(allow_null=True, help_text="Of the shift that was closed.")

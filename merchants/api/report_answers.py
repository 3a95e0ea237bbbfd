"""What reports and fees look like in answers."""

from rest_framework import serializers as s

from merchants.api.answers import Cursored, Decimal, Shape


class ReportDay(Shape):
    day = s.DateField(allow_null=True, help_text="Null in the totals.")
    asset = s.CharField()
    payments = s.IntegerField(help_text="Credited, less those taken back.")
    opening = Decimal(help_text="What the shop is owed, payouts under way included.")
    sales = Decimal(help_text="Before the fee.")
    taken_back = Decimal(help_text="By a reorganisation or a dispute, the fee taken off.")
    fees = Decimal(help_text="The gateway's; negative.")
    refunds = Decimal()
    paid_out = Decimal()
    converted = Decimal(help_text="Into another asset, for a payout.")
    other = Decimal(help_text="What the house made good, and corrections.")
    closing = Decimal(help_text="The opening and all of these added up.")


class FeeVersion(Shape):
    version = s.IntegerField()
    fee_bps = s.IntegerField()
    in_force_from = s.DateTimeField()
    set_by = s.ChoiceField(choices=("opened", "carried_over", "house"))
    reason = s.CharField()


class FeeExample(Shape):
    amount = Decimal()
    fee = Decimal()
    gets = Decimal(help_text="What the shop is credited of the amount.")
    currency = s.CharField()


class FeeSchedule(Shape):
    version = s.IntegerField(help_text="In force now; an invoice keeps the one of its day.")
    fee_bps = s.IntegerField()
    example = FeeExample()
    versions = FeeVersion(many=True, help_text="Newest first.")


class RateParts(Shape):
    spread = Decimal(help_text="Of the token, by the quote; the shopper paid it.")
    lock_premium = Decimal()
    fill = Decimal(help_text="The venue's fee and impact.")
    gas = Decimal(help_text="For collecting and swapping it, by the quote.")


class PaymentCosts(Shape):
    payment_id = s.UUIDField()
    token = s.CharField()
    settlement_asset = s.CharField()
    gross = Decimal(help_text="What the token was credited as, the fee included.")
    fee = Decimal(help_text="The gateway's, as booked.")
    rate = RateParts(allow_null=True, help_text="Null for a payment at its day's rate.")
    taken_back = s.BooleanField()


class PayoutCosts(Shape):
    payout_id = s.UUIDField()
    balance_asset = s.CharField()
    asset = s.CharField()
    units = s.CharField(help_text="Base units of the balance, of this invoice in the payout.")
    chain_id = s.IntegerField(allow_null=True)
    gas_wei = s.CharField(help_text="This invoice's share; the house pays it.")
    ramp_fee = Decimal(help_text="This invoice's share.")
    ramp_fee_bearer = s.CharField(help_text="house, shop, or empty on a chain.")


class InvoiceCosts(Shape):
    fee_version = s.IntegerField(help_text="0: issued before the fee had versions.")
    fee_bps = s.IntegerField()
    payments = PaymentCosts(many=True)
    payouts = PayoutCosts(many=True)


class FeeInvoiceLine(Shape):
    day = s.DateField()
    asset = s.CharField()
    payments = s.IntegerField(help_text="Credited, less those taken back.")
    fee = Decimal()
    currency = s.CharField(allow_null=True)
    value = Decimal(allow_null=True, help_text="At each payment's own rate; null without one.")


class FeeInvoiceFee(Shape):
    asset = s.CharField()
    amount = Decimal()


class FeeInvoiceValue(Shape):
    currency = s.CharField()
    amount = Decimal()


class FeeInvoice(Shape):
    id = s.UUIDField()
    number = s.CharField(help_text="Of a series without gaps: TW-000012.")
    kind = s.ChoiceField(choices=("invoice", "credit_note"))
    month = s.CharField(help_text="2026-11, by the shop's clock.")
    time_zone = s.CharField()
    shop_name = s.CharField()
    corrects = s.UUIDField(allow_null=True, help_text="Of a credit note: the invoice it undoes.")
    reason = s.CharField()
    issued_at = s.DateTimeField()
    lines = FeeInvoiceLine(many=True)
    fees = FeeInvoiceFee(many=True)
    values = FeeInvoiceValue(many=True)


class FeeInvoiceList(Cursored):
    data = FeeInvoice(many=True)  # type: ignore[assignment]


class ReportCurrency(Shape):
    day = s.DateField()
    currency = s.CharField()
    payments = s.IntegerField()
    value = Decimal(help_text="What the day's payments were worth at their own rates.")
    tax = Decimal(help_text='Of it, as "tax" of the invoices\' metadata says.')
    tip = Decimal(help_text='Of it, as "tip" of the invoices\' metadata says.')


class PayoutCostDay(Shape):
    day = s.DateField(help_text="On which the payouts were completed.")
    payouts = s.IntegerField()
    chain_id = s.IntegerField(allow_null=True)
    asset = s.CharField()
    gas_wei = s.CharField(help_text="Of the chain's native coin; the house pays it.")
    ramp_fee = Decimal()
    ramp_fee_bearer = s.CharField(help_text="house, shop, or empty on a chain.")


class PaymentCostDay(Shape):
    day = s.DateField()
    token = s.CharField()
    settlement_asset = s.CharField()
    payments = s.IntegerField(help_text="Less those that were taken back.")
    gross = Decimal(help_text="What they were credited as, the fee included.")
    fee = Decimal(help_text="As booked.")
    rate = RateParts(help_text="What of the token the rates held, summed.")
    untold = s.IntegerField(help_text="Payments of whose rate's parts nothing is told.")


class DailyReport(Shape):
    first = s.DateField()
    last = s.DateField()
    time_zone = s.CharField()
    days = ReportDay(many=True)
    totals = ReportDay(many=True)
    currencies = ReportCurrency(many=True)
    payout_costs = PayoutCostDay(many=True)
    payment_costs = PaymentCostDay(many=True)

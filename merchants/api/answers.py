"""What answers hold: for the OpenAPI description. The presenters of each room write them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as s

from gateway.shops.policies import SCHEDULES


class Shape(s.Serializer[Any]):  # no docstring: it would describe every part
    pass


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "12.50"})
class Decimal(s.CharField):
    """A plain decimal as text."""


class Fault(Shape):
    field = s.CharField()
    code = s.CharField()
    message = s.CharField()
    hint = s.CharField(required=False)


class Problem(Shape):
    """RFC 9457; programs branch on ``code``, which never changes."""

    type = s.CharField()
    title = s.CharField()
    status = s.IntegerField()
    detail = s.CharField()
    code = s.CharField()
    hint = s.CharField(required=False)
    field = s.CharField(required=False)
    errors = Fault(many=True, required=False)  # type: ignore[assignment]
    reasons = s.DictField(child=s.CharField(), required=False)
    request_id = s.CharField(required=False)


class Cursored(Shape):
    next_cursor = s.CharField(allow_null=True)


class QuoteParts(Shape):
    fair = s.CharField()
    spread_bps = s.CharField(help_text="The clamped sum of the seven that follow.")
    base_bps = s.CharField()
    skew_bps = s.CharField()
    age_bps = s.CharField()
    flow_bps = s.CharField()
    toxicity_bps = s.CharField()
    deviation_bps = s.CharField()
    widened_bps = s.CharField()
    lock_premium_bps = s.CharField()
    fill_bps = s.CharField()
    gas_units = s.CharField()
    fee_bps = s.IntegerField()


class PriceSource(Shape):
    name = s.CharField()
    age_ms = s.IntegerField()
    simulated = s.BooleanField()


class Due(Shape):
    """What one asset has to pay, and how the amount came about."""

    asset = s.CharField()
    symbol = s.CharField()
    decimals = s.IntegerField()
    chain_id = s.IntegerField()
    chain_name = s.CharField()
    token = s.CharField(allow_null=True, help_text="Contract; null for the native coin.")
    amount = Decimal()
    units = s.CharField()
    quoted_units = s.CharField()
    address = s.CharField()
    uri = s.CharField(help_text="ERC-681; empty once nothing is due.")
    rate = s.CharField()
    settlement_rate = s.CharField()
    credit = Decimal(help_text="What the shop gets for the whole amount, after the fee.")
    parts = QuoteParts()
    sources = PriceSource(many=True)
    min = Decimal(allow_null=True)
    max = Decimal(allow_null=True)


class Received(Shape):
    deposit_id = s.UUIDField()
    asset = s.CharField()
    symbol = s.CharField()
    chain_id = s.IntegerField()
    chain_name = s.CharField()
    amount = Decimal()
    units = s.CharField()
    tx_hash = s.CharField()
    state = s.ChoiceField(["seen", "confirmed", "final", "orphaned"])
    credited = s.BooleanField()
    confirmations = s.IntegerField()
    needed = s.IntegerField()
    first_block_time = s.DateTimeField()


class Credited(Shape):
    asset = s.CharField()
    amount = Decimal()
    units = s.CharField()


class InvoiceRefund(Shape):
    """A refund as its invoice tells it; see the refund itself for the rest."""

    id = s.UUIDField()
    status = s.CharField()
    kind = s.CharField()
    worth = s.CharField(help_text="In the pricing currency; empty: nobody could say.")
    currency = s.CharField()
    asset = s.CharField(help_text="As chosen by the shopper; empty before.")
    amount = s.CharField(help_text="Of the asset, once it is fixed; empty before.")


class Invoice(Shape):
    id = s.UUIDField()
    shop_id = s.UUIDField()
    shop_name = s.CharField()
    mode = s.ChoiceField(["test", "live"])
    status = s.ChoiceField(
        ["waiting", "partial", "processing", "paid", "expired", "cancelled", "invalid"]
    )
    exceptions = s.ListField(child=s.CharField())
    release_goods = s.ChoiceField(
        ["yes", "wait", "no"], help_text="Whether to hand over the goods: go by this."
    )
    tender = s.ChoiceField(
        ["card", "tokens"],
        allow_null=True,
        help_text="What pays it: a card for the whole, or tokens; null before any money.",
    )
    amount = Decimal()
    currency = s.CharField()
    credited = Credited()
    refunds = InvoiceRefund(many=True, help_text="What goes back of it, oldest first.")
    address = s.CharField()
    lock_end = s.DateTimeField()
    monitoring_end = s.DateTimeField()
    created_at = s.DateTimeField()
    order_id = s.CharField()
    metadata = s.DictField()
    created_by = s.CharField()
    qr_kind = s.ChoiceField(["url", "erc681"])
    checkout_url = s.CharField()
    code_word = s.CharField()
    due = Due(many=True)
    refused = s.DictField(
        child=s.CharField(), help_text="Assets that are not offered, with the code of the reason."
    )
    received = Received(many=True)


class PaidIn(Shape):
    payout_id = s.UUIDField()
    asset = s.CharField()
    amount = Decimal(help_text="What of this invoice is in that payout.")
    units = s.CharField()


class InvoiceWithPayouts(Invoice):
    payouts = PaidIn(
        many=True,
        allow_null=True,
        help_text="The payouts that it went into, oldest first; null without payouts:read.",
    )


class InvoiceList(Cursored):
    data = Invoice(many=True)  # type: ignore[assignment]


class Quote(Shape):
    asset = s.CharField()
    symbol = s.CharField()
    decimals = s.IntegerField()
    chain_id = s.IntegerField()
    amount = Decimal()
    units = s.CharField()
    rate = s.CharField()
    credit = Decimal(help_text="What the shop would get, after the fee.")
    fee = Decimal()
    parts = QuoteParts()
    sources = PriceSource(many=True)
    min = Decimal(allow_null=True)
    max = Decimal(allow_null=True)


class QuotePreview(Shape):
    """Nothing is promised: an invoice locks its own quotes."""

    amount = Decimal()
    currency = s.CharField()
    settlement_asset = s.CharField()
    drawn_at = s.DateTimeField()
    data = Quote(many=True)  # type: ignore[assignment]
    refused = s.DictField(child=s.CharField())


class AssetInfo(Shape):
    code = s.CharField()
    symbol = s.CharField()
    decimals = s.IntegerField()
    chain_id = s.IntegerField()
    chain_name = s.CharField()
    token = s.CharField(allow_null=True)
    native = s.BooleanField()
    accepted = s.BooleanField(help_text="Whether the shop's terms accept it.")
    settlement = s.BooleanField(help_text="Whether the shop is credited in it.")


class AssetList(Cursored):
    data = AssetInfo(many=True)  # type: ignore[assignment]


class Balance(Shape):
    asset = s.CharField()
    symbol = s.CharField()
    available = Decimal()
    available_units = s.CharField()
    reserved = Decimal()
    reserved_units = s.CharField()
    payable = Decimal(help_text="What may be paid out now.")
    payable_units = s.CharField()
    not_final = Decimal(help_text="What a chain could still take back.")
    not_final_units = s.CharField()
    withheld = Decimal(help_text="What stays here while its payments are being checked.")
    withheld_units = s.CharField()
    reserve = Decimal(help_text="What stays for its days; see the settlement policy.")
    reserve_units = s.CharField()


class Balances(Shape):
    balances = Balance(many=True)


class ConversionParts(Shape):
    fair = Decimal(help_text="Whole units paid for a whole unit taken, before any part below.")
    fair_amount = Decimal()
    spread_bps = Decimal()
    promise_bps = Decimal(help_text="For the time that the quote is promised.")
    fill_bps = Decimal(help_text="For the venue where what is paid can be bought.")
    gas_amount = Decimal()
    sources = s.ListField(child=s.CharField(), help_text="Who said what it is worth.")
    simulated = s.BooleanField(help_text="Made-up prices of a demo.")
    priced_at = s.DateTimeField()


class ChainLooked(Shape):
    asset = s.CharField()
    chain_id = s.IntegerField()
    cost = Decimal(allow_null=True, help_text="In the asset: what is kept, and the gas.")
    has_float = s.BooleanField(help_text="Whether the house holds enough there.")
    refusal = s.CharField(allow_null=True)


class ChainChoice(Shape):
    reason = s.ChoiceField(["cheapest", "only_float", "only_way", "none_has_float"])
    considered = ChainLooked(many=True)


class PayoutFailure(Shape):
    code = s.CharField()
    reason = s.CharField()


class Payout(Shape):
    id = s.UUIDField()
    shop_id = s.UUIDField()
    mode = s.ChoiceField(["test", "live"])
    status = s.CharField()
    waiting_reason = s.ChoiceField(
        choices=[
            "float_short",
            "signer_limit",
            "payment_check",
            "shop_suspended",
            "books_differ",
            *("float_short", "signer_limit", "payment_check", "shop_suspended", "ramp_account"),
        ],
        allow_null=True,
        help_text="Why it is awaiting_funds; it goes on by itself.",
    )
    waiting_for = s.ChoiceField(
        choices=["approval"],
        allow_null=True,
        help_text="A requested payout above a limit waits until two people have agreed.",
    )
    asset = s.CharField()
    symbol = s.CharField()
    ramp = s.CharField(allow_null=True, help_text="Through which it reaches a bank.")
    chain_id = s.IntegerField(allow_null=True, help_text="null: paid to a bank.")
    amount = Decimal()
    units = s.CharField()
    taken_asset = s.CharField(help_text="Of the balance that it was taken from.")
    taken_amount = Decimal()
    taken_units = s.CharField()
    conversion = ConversionParts(allow_null=True, help_text="null: paid in the balance's asset.")
    chain_choice = ChainChoice(allow_null=True, help_text="Why this chain; null: it was named.")
    run_id = s.UUIDField(allow_null=True, help_text="Payouts of one run of the policy share it.")
    destination = s.CharField(allow_null=True, help_text="null: the shop's bank.")
    trigger = s.CharField()
    transaction_id = s.UUIDField(allow_null=True)
    tx_hash = s.CharField(allow_null=True)
    failure = PayoutFailure(allow_null=True)
    requested_at = s.DateTimeField()
    approved_at = s.DateTimeField(allow_null=True)
    sent_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)


class PayoutQuote(Shape):
    id = s.UUIDField()
    taken_asset = s.CharField()
    taken_amount = Decimal()
    taken_units = s.CharField()
    asset = s.CharField()
    symbol = s.CharField()
    ramp = s.CharField(allow_null=True)
    chain_id = s.IntegerField(allow_null=True)
    amount = Decimal(help_text="What arrives.")
    units = s.CharField()
    conversion = ConversionParts(allow_null=True)
    chain_choice = ChainChoice(allow_null=True)
    drawn_at = s.DateTimeField()
    expires_at = s.DateTimeField()


class BankRequirements(Shape):
    due = s.ListField(child=s.CharField(), help_text="As the provider names them.")
    past_due = s.ListField(child=s.CharField())
    pending = s.ListField(child=s.CharField(), help_text="Told, and being looked at.")
    deadline = s.DateTimeField(allow_null=True, help_text="When payouts stop unless it is told.")
    disabled_reason = s.CharField(allow_null=True)


class BankAccount(Shape):
    ramp = s.CharField()
    mode = s.ChoiceField(["test", "live"])
    status = s.ChoiceField(["none", "incomplete", "checking", "restricted", "due_soon", "ready"])
    payouts_enabled = s.BooleanField()
    details_submitted = s.BooleanField()
    capabilities = s.DictField(child=s.CharField())
    currencies = s.ListField(child=s.CharField(), help_text="Of its bank accounts.")
    requirements = BankRequirements()
    told_at = s.DateTimeField(allow_null=True, help_text="When the provider said all this.")


class BankOffer(Shape):
    ramp = s.CharField()
    currencies = s.ListField(child=s.CharField())


class BankAccountList(Shape):
    offered = BankOffer(many=True)
    accounts = BankAccount(many=True)


class PolicyShare(Shape):
    asset = s.CharField()
    bps = s.IntegerField()


class ReserveRelease(Shape):
    at = s.DateTimeField()
    amount = Decimal()


class Reserve(Shape):
    bps = s.IntegerField(help_text="Of each credit; the house's condition.")
    days = s.IntegerField()
    asset = s.CharField()
    held = Decimal()
    released = ReserveRelease(many=True)


class PartRefusal(Shape):
    code = s.CharField()
    detail = s.CharField()
    hint = s.CharField()


class NextPart(Shape):
    taken_amount = Decimal()
    asset = s.CharField()
    chain_id = s.IntegerField(allow_null=True)
    amount = Decimal(allow_null=True)
    conversion = ConversionParts(allow_null=True)
    chain_choice = ChainChoice(allow_null=True)
    refusal = PartRefusal(allow_null=True, help_text="Why it can't be paid now.")


class NextRun(Shape):
    state = s.ChoiceField(["due", "nothing", "below_threshold", "below_minimum"])
    at = s.DateTimeField(allow_null=True, help_text="When the shop closes next, for `daily`.")
    payable = Decimal()
    parts = NextPart(many=True, help_text="What it would pay now.")


class SettlementPolicy(Shape):
    version = s.IntegerField()
    decided_at = s.DateTimeField(allow_null=True)
    split = PolicyShare(many=True)
    schedule = s.ChoiceField(SCHEDULES)
    threshold = Decimal(allow_null=True)
    closes_at = s.CharField(allow_null=True)
    time_zone = s.CharField()
    minimum = Decimal()
    chains = s.ListField(child=s.IntegerField())
    destination = s.CharField(allow_null=True)
    reserve = Reserve()
    next = NextRun()


class PayoutList(Cursored):
    data = Payout(many=True)  # type: ignore[assignment]


class Approval(Shape):
    id = s.UUIDField()
    kind = s.CharField(help_text="payout, payout_destination, shop_limits.")
    subject = s.CharField(help_text="What it is about: payout:<id> or shop:<id>.")
    shop_id = s.UUIDField()
    mode = s.ChoiceField(["test", "live"])
    state = s.ChoiceField(
        ["proposed", "approved", "carried_out", "cancelled", "rejected", "expired", "failed"]
    )
    decider = s.ChoiceField(["shop", "house"], help_text="Whose person must be the second.")
    payload = s.DictField(help_text="What two people agree to; by kind.")
    payload_hash = s.CharField(help_text="SHA-256, in hex.")
    origin = s.CharField(help_text="person, key:<id> or schedule.")
    reason = s.CharField()
    maker = s.UUIDField(allow_null=True)
    checker = s.UUIDField(allow_null=True)
    ended_by = s.UUIDField(allow_null=True)
    end_reason = s.CharField(allow_null=True)
    proposed_at = s.DateTimeField()
    decided_at = s.DateTimeField(allow_null=True)
    not_before = s.DateTimeField(allow_null=True, help_text="When its delay is over.")
    expires_at = s.DateTimeField()
    ended_at = s.DateTimeField(allow_null=True)


class ApprovalList(Cursored):
    data = Approval(many=True)  # type: ignore[assignment]


class PayoutInvoice(Shape):
    invoice_id = s.UUIDField(allow_null=True)
    deposit_id = s.UUIDField()
    asset = s.CharField()
    amount = Decimal(help_text="What of the payment is in this payout.")
    units = s.CharField()
    credited_units = s.CharField(help_text="All that the payment brought.")
    credited_at = s.DateTimeField()


class PayoutInvoiceList(Cursored):
    data = PayoutInvoice(many=True)  # type: ignore[assignment]
    asset = s.CharField(help_text="Of the balance that the payout was taken from.")
    taken = Decimal()
    taken_units = s.CharField()
    not_from_payments = Decimal(
        help_text="What comes from no payment: one was taken back, or its credit is still coming."
    )
    not_from_payments_units = s.CharField()


class TokenAmount(Shape):
    asset = s.CharField()
    amount = Decimal()
    units = s.CharField()


class Refund(Shape):
    id = s.UUIDField()
    invoice_id = s.UUIDField()
    shop_id = s.UUIDField()
    mode = s.ChoiceField(["test", "live"])
    status = s.CharField(
        help_text="requested, claimed, approved, sending, completed, expired or rejected."
    )
    waiting_reason = s.CharField(
        allow_null=True,
        help_text=(
            "Why an approved one is not on its way: not_final, check, shop_balance, price, "
            "books_differ, float_short or signer_limit. It goes on by itself."
        ),
    )
    kind = s.CharField(
        help_text="payment: the shop's own money; else why it is owed: surplus, late, …"
    )
    claim_id = s.UUIDField(allow_null=True)
    rate = s.ChoiceField(["paid", "today"])
    reason = s.CharField()
    currency = s.CharField()
    worth = Decimal(allow_null=True, help_text="At the rate paid; null: nobody could say.")
    taken = TokenAmount(help_text="Set aside from the shop's balance.")
    paid_with = TokenAmount(help_text="The token that was paid, at the rate paid.")
    offered = s.ListField(child=s.CharField(), help_text="What the shopper may choose from.")
    asset = s.CharField(allow_null=True, help_text="As chosen by the shopper.")
    chain_id = s.IntegerField(allow_null=True)
    amount = Decimal(allow_null=True, help_text="Of the asset, once it is fixed.")
    units = s.CharField(allow_null=True)
    destination = s.CharField(allow_null=True)
    payer_proved = s.CharField(
        allow_null=True, help_text="The address that paid, which who claimed has shown to hold."
    )
    cost = Decimal(allow_null=True, help_text="What the token cost the shop, where it was bought.")
    requested_by = s.CharField()
    requested_via = s.ChoiceField(["till", "dashboard", "api"])
    session = s.CharField()
    needs_second_person = s.BooleanField()
    approved_by = s.CharField(allow_null=True)
    rejected_by = s.CharField(allow_null=True)
    end_reason = s.CharField(allow_null=True)
    tx_hash = s.CharField(allow_null=True)
    failure_code = s.CharField(allow_null=True)
    linked_by = s.CharField(help_text="Who made the claim link that holds now.")
    link_expires_at = s.DateTimeField()
    requested_at = s.DateTimeField()
    claimed_at = s.DateTimeField(allow_null=True)
    approved_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)


class RefundWithLink(Refund):
    claim_url = s.CharField(help_text="For the shopper; told in this answer only.")


class RefundList(Cursored):
    data = Refund(many=True)  # type: ignore[assignment]


class OwedMoney(TokenAmount):
    claim_id = s.UUIDField()
    reason = s.CharField()


class Refundable(Shape):
    currency = s.CharField()
    left = Decimal(help_text="Of the shop's own, in the pricing currency at the rate paid.")
    owed = OwedMoney(many=True, help_text="What is the payer's already.")


class Endpoint(Shape):
    id = s.UUIDField()
    url = s.CharField()
    description = s.CharField()
    events = s.ListField(child=s.CharField())
    enabled = s.BooleanField()
    disabled_reason = s.ChoiceField(["asked", "gone", "failing"], allow_null=True)
    failing_since = s.DateTimeField(allow_null=True)
    created_at = s.DateTimeField()


class EndpointWithSecret(Endpoint):
    secret = s.CharField(help_text="whsec_…, for the libraries of Standard Webhooks.")


class EndpointList(Cursored):
    data = Endpoint(many=True)  # type: ignore[assignment]


class EventQueued(Shape):
    event_id = s.UUIDField()
    type = s.CharField()


class Attempt(Shape):
    number = s.IntegerField()
    started_at = s.DateTimeField()
    milliseconds = s.IntegerField(allow_null=True)
    status = s.IntegerField(allow_null=True)
    error = s.CharField()
    excerpt = s.CharField()


class Delivery(Shape):
    event_id = s.UUIDField(help_text="Also the webhook-id.")
    webhook_endpoint_id = s.UUIDField()
    type = s.CharField()
    subject = s.CharField()
    sequence = s.IntegerField()
    state = s.ChoiceField(["pending", "succeeded", "failed", "cancelled"])
    attempts = s.IntegerField()
    next_attempt_at = s.DateTimeField(allow_null=True)
    created_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)


class DeliveryWithAttempts(Delivery):
    log = Attempt(many=True)


class DeliveryList(Cursored):
    data = Delivery(many=True)  # type: ignore[assignment]


class Event(Shape):
    id = s.UUIDField()
    type = s.CharField()
    timestamp = s.DateTimeField()
    mode = s.ChoiceField(["test", "live"])
    subject = s.CharField()
    sequence = s.IntegerField(help_text="1, 2, 3 … per subject.")
    data = s.DictField()  # type: ignore[assignment]


class EventList(Cursored):
    data = Event(many=True)  # type: ignore[assignment]


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

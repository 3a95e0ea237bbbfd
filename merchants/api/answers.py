"""What answers hold: for the OpenAPI description. The presenters of each room write them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as s

from gateway.trying.life import STATUSES as STATUSES_OF_PROVOCATIONS
from gateway.trying.life import WHATS
from merchants.links.life import KINDS, STATES


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
    address = s.CharField(help_text="Empty while `payer_needed`.")
    uri = s.CharField(help_text="ERC-681; empty once nothing is due, and while `payer_needed`.")
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
    address = s.CharField(help_text="Empty while `payer_needed`.")
    payer_needed = s.BooleanField(
        help_text="The shopper must say who pays first: send them to `checkout_url`."
    )
    lock_end = s.DateTimeField()
    monitoring_end = s.DateTimeField()
    created_at = s.DateTimeField()
    order_id = s.CharField()
    metadata = s.DictField()
    created_by = s.CharField()
    qr_kind = s.ChoiceField(["url", "erc681"])
    checkout_url = s.CharField()
    return_url = s.CharField(help_text="Where the shopper goes back to; empty: nobody said.")
    code_word = s.CharField()
    due = Due(many=True)
    refused = s.DictField(
        child=s.CharField(), help_text="Assets that are not offered, with the code of the reason."
    )
    received = Received(many=True)
    exchange_lock = s.ChoiceField(
        ["", "offered", "taken"],
        help_text="The longer lock for who pays from an exchange: may be chosen, or is in force.",
    )
    watched = s.ListField(
        child=s.CharField(), help_text="Networks on which the address is watched."
    )


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
            "books_differ, float_short, signer_limit, receiver_check or address_proof. It goes on "
            "by itself, but for address_proof: then reject it and ask for another."
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


class CardRefund(Shape):
    id = s.UUIDField()
    invoice_id = s.UUIDField()
    card_id = s.UUIDField()
    shop_id = s.UUIDField()
    mode = s.ChoiceField(["test", "live"])
    status = s.CharField(
        help_text=(
            "requested, approved, asked, left, completed, failed, rejected, or unclear: nobody can "
            "tell yet whether the card's provider heard of it."
        )
    )
    reason = s.CharField()
    currency = s.CharField()
    amount = Decimal(help_text="What the card gets back; no fee comes back to the shop.")
    units = s.CharField()
    requested_by = s.CharField()
    requested_via = s.ChoiceField(["till", "dashboard", "api"])
    session = s.CharField()
    needs_second_person = s.BooleanField()
    approved_by = s.CharField(allow_null=True)
    ended_by = s.CharField(allow_null=True)
    requested_at = s.DateTimeField()
    approved_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)


class CardRefundList(Cursored):
    data = CardRefund(many=True)  # type: ignore[assignment]


class CardReader(Shape):
    id = s.UUIDField()
    label = s.CharField()  # type: ignore[assignment]
    mode = s.ChoiceField(["test", "live"])
    status = s.ChoiceField(["planned", "asked", "ready", "removing", "refused"])
    online = s.BooleanField(help_text="When it was last looked at.")
    told_at = s.DateTimeField(allow_null=True, help_text="When it was last looked at.")
    device = s.CharField(allow_null=True)
    serial = s.CharField(allow_null=True)
    problem = s.CharField(allow_null=True, help_text="Why it was refused.")
    created_at = s.DateTimeField()


class CardReaders(Shape):
    data = CardReader(many=True)  # type: ignore[assignment]


class CardTurn(Shape):
    card_id = s.UUIDField()
    invoice_id = s.UUIDField()
    reader_id = s.UUIDField()
    turn = s.CharField(
        help_text=(
            "asking, waiting (for a card), done, charging or ending; without a card it ended: "
            "declined, stopped, failed, offline or busy. Whether it paid, the invoice says."
        )
    )
    may_try_again = s.BooleanField()
    may_cancel = s.BooleanField()
    asks_until = s.DateTimeField()


class OwedMoney(TokenAmount):
    claim_id = s.UUIDField()
    reason = s.CharField()


class Refundable(Shape):
    currency = s.CharField()
    left = Decimal(help_text="Of the shop's own, in the pricing currency at the rate paid.")
    owed = OwedMoney(many=True, help_text="What is the payer's already.")


class ProvocationProblem(Shape):
    code = s.CharField()
    message = s.CharField()


class Provocation(Shape):
    id = s.UUIDField()
    invoice_id = s.UUIDField()
    what = s.ChoiceField(WHATS)
    status = s.ChoiceField(
        STATUSES_OF_PROVOCATIONS,
        help_text=(
            "waiting: for its time or a block; sent: mined, and the reorganisation is to come;"
            " done: it happened on the chain, and the invoice tells what it made of it."
        ),
    )
    asset = s.CharField(allow_null=True)
    units = s.CharField(allow_null=True, help_text="Base units that are paid.")
    not_before = s.DateTimeField(allow_null=True, help_text="The chain's time, of a late payment.")
    tx_hash = s.CharField(allow_null=True)
    refund_id = s.UUIDField(allow_null=True)
    problem = ProvocationProblem(allow_null=True)
    asked_at = s.DateTimeField()
    ended_at = s.DateTimeField(allow_null=True)


class Provocations(Shape):
    data = Provocation(many=True)  # type: ignore[assignment]


class PaymentLink(Shape):
    id = s.UUIDField()
    shop_id = s.UUIDField()
    mode = s.ChoiceField(["test", "live"])
    state = s.ChoiceField(STATES)
    kind = s.ChoiceField(KINDS)
    title = s.CharField()
    note = s.CharField()
    currency = s.CharField()
    amount = Decimal(allow_null=True, help_text="null: the payer chooses.")
    minimum = Decimal(allow_null=True)
    maximum = Decimal(allow_null=True)
    ends_at = s.DateTimeField(allow_null=True)
    sales_limit = s.IntegerField(allow_null=True)
    sales = s.IntegerField(
        help_text="Paid sales. Who drew an invoice before the last may still pay."
    )
    takings = Decimal(help_text="What those ask for together.")
    url = s.CharField(help_text="For payers.")
    created_by = s.CharField()
    created_at = s.DateTimeField()
    closed_at = s.DateTimeField(allow_null=True)


class PaymentLinkList(Cursored):
    data = PaymentLink(many=True)  # type: ignore[assignment]

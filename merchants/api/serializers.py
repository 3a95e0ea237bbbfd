"""What requests may hold. Answers are described in ``answers.py``."""

from rest_framework import serializers

from gateway.invoices.issuing import MAX_LOCK_SECONDS, MIN_LOCK_SECONDS
from gateway.shops.policies import BPS, SCHEDULES
from gateway.trying.life import WHATS
from merchants.api.fields import (
    AmountText,
    JsonObject,
    Moment,
    Strict,
    Switch,
    Text,
    WebAddress,
    Whole,
)
from merchants.customers.said import MAX_EMAIL, MAX_TEXT
from merchants.links.life import KINDS, MAX_NOTE, MAX_SALES, MAX_TITLE
from merchants.webhooks.catalogue import FILTERS


class NewCustomer(Strict):
    email = Text(required=False, allow_blank=True, max_length=MAX_EMAIL)
    name = Text(required=False, allow_blank=True, max_length=MAX_TEXT)
    reference = Text(
        required=False,
        allow_blank=True,
        max_length=MAX_TEXT,
        help_text="Your own name for them: they stay the same whatever their email becomes.",
    )


class NewInvoice(Strict):
    amount = AmountText()
    currency = Text(
        required=False, max_length=8, help_text="ISO 4217; the shop's pricing currency if unset."
    )
    order_id = Text(
        required=False, allow_blank=True, max_length=200, help_text="Your name for the sale."
    )
    metadata = JsonObject(
        required=False,
        help_text=(
            "Any JSON object of yours, up to 8 kB; it comes back as it is. Numbers in it from"
            " -(2^53 - 1) to 2^53 - 1, larger ones as text."
        ),
    )
    lock_seconds = Whole(
        required=False,
        help_text=(
            "How long the quotes hold. If unset, the shop's terms, or less while the market is "
            "rough; asked for longer than that, a token is not offered (lock_too_long)."
        ),
    )
    return_url = WebAddress(
        required=False,
        max_length=2_000,
        help_text=(
            "Where the checkout page leads back to. {InvoiceId} and {OrderId} in it stand for this"
            " invoice's."
        ),
    )
    customer = NewCustomer(
        required=False,
        help_text=(
            "Who buys: an email or a reference. Your dashboard's list of customers goes by it; no "
            "answer and no event repeats it, and you can have it forgotten there."
        ),
    )


class Requote(Strict):
    lock_seconds = Whole(
        required=False,
        min_value=MIN_LOCK_SECONDS,
        max_value=MAX_LOCK_SECONDS,
        help_text="How long the new quotes hold; as for a new invoice if unset.",
    )


class NewProvocation(Strict):
    what = serializers.ChoiceField(
        WHATS,
        help_text=(
            "paid: as asked; under: half of it; over: a quarter more; late: after the lock;"
            " wrong_asset: a token that it doesn't ask for; held: of a payer who is on a list;"
            " reorg: the chain takes the payment back, which is paid first if there is none;"
            " refund: half of what is left is asked back and claimed."
        ),
    )
    asset = Text(
        required=False,
        max_length=60,
        help_text="Code of what is paid, such as USDC@31337; chosen for you if unset.",
    )


class Nothing(Strict):
    """An empty body, or none."""


class NewPayout(Strict):
    amount = AmountText(
        required=False,
        help_text="In the asset, as text; everything that may be paid out if unset.",
    )
    asset = Text(
        required=False, max_length=64, help_text="Asset code; the settlement asset if unset."
    )

    into = Text(
        required=False,
        max_length=64,
        help_text="Asset code of what is received, if it is another: a quoted conversion.",
    )
    cheapest = Switch(
        required=False,
        help_text="Pay it on whichever of the policy's chains costs the least.",
    )
    quote_id = serializers.UUIDField(
        required=False, help_text="A payout quote: it says all of the above, which is left out."
    )


class NewPayoutQuote(Strict):
    amount = AmountText(
        required=False,
        help_text="In the asset, as text; everything that may be paid out if unset.",
    )
    asset = Text(
        required=False, max_length=64, help_text="Asset code; the settlement asset if unset."
    )
    into = Text(
        required=False,
        max_length=64,
        help_text="Asset code of what is received; the same if unset.",
    )
    cheapest = Switch(
        required=False,
        help_text="Pay it on whichever of the policy's chains costs the least.",
    )


class PolicyShare(Strict):
    asset = Text(max_length=64, help_text="Asset code, such as USDC@8453.")
    bps = Whole(min_value=1, max_value=BPS, help_text="Hundredths of a percent of each payout.")


class PolicyChange(Strict):
    split = PolicyShare(many=True, help_text="Adds up to 10000 bps.")
    schedule = serializers.ChoiceField(
        SCHEDULES,
        required=False,
        help_text="on_demand if unset; daily pays when the shop closes, by its own clock.",
    )
    threshold = AmountText(
        required=False, help_text="In the settlement asset: from here on `threshold` pays."
    )
    closes_at = Text(required=False, max_length=5, help_text="22:30; for `daily`.")
    minimum = AmountText(
        required=False, help_text="In the settlement asset: a part below it keeps a run waiting."
    )
    chains = serializers.ListField(
        child=Whole(min_value=1),
        required=False,
        max_length=20,
        help_text="Where the payout address can receive: the cheapest is used. None: each share's.",
    )


class NewRefund(Strict):
    invoice_id = serializers.UUIDField()
    amount = AmountText(
        required=False, help_text="At the rate paid, as text; all that is left if unset."
    )
    asset = Text(
        required=False,
        max_length=64,
        help_text=(
            "What the amount is in: the pricing currency if unset, the token that was paid, or the "
            "settlement asset."
        ),
    )
    claim_id = serializers.UUIDField(
        required=False,
        help_text=(
            "Money owed to the payer (`owed` of the invoice's refundable): all of it goes back, "
            "and amount, asset and rate stay unset."
        ),
    )
    rate = serializers.ChoiceField(
        ["paid", "today"],
        required=False,
        help_text="The rate that was paid, or today's; the shop's usual one if unset.",
    )
    assets = serializers.ListField(
        child=Text(max_length=64),
        required=False,
        max_length=2,
        help_text="What the shopper may choose from: the token paid and the settlement asset.",
    )
    reason = Text(required=False, allow_blank=True, max_length=200, help_text="Why.")


class NewCardRefund(Strict):
    invoice_id = serializers.UUIDField()
    amount = AmountText(
        required=False, help_text="In the invoice's currency, as text; all that is left if unset."
    )
    reason = Text(required=False, allow_blank=True, max_length=200, help_text="Why.")


class AtReader(Strict):
    reader_id = serializers.UUIDField(help_text="A reader of the shop that is ready.")


class NewEndpoint(Strict):
    url = Text(max_length=2_000, help_text="Called byte for byte as it is written here.")
    events = serializers.ListField(
        child=Text(max_length=80),
        required=False,
        max_length=len(FILTERS),
        help_text='Event types or groups ("invoice.*"); all ("*") if unset.',
    )
    description = Text(required=False, allow_blank=True, max_length=200)


class EndpointChange(NewEndpoint):
    url = Text(required=False, max_length=2_000)
    enabled = Switch(required=False)


class NewReplay(Strict):
    since = Moment(help_text="Since then, that moment included; 100 days back at most.")
    until = Moment(
        required=False, help_text="Until then, that moment not included; until now if unset."
    )
    events = serializers.ListField(
        child=Text(max_length=80),
        required=False,
        max_length=len(FILTERS),
        help_text="Of what the endpoint hears, only these; all of it if unset.",
    )


class NewPaymentLink(Strict):
    title = Text(max_length=MAX_TITLE, help_text="What it is for; payers read it.")
    kind = serializers.ChoiceField(
        KINDS, required=False, help_text="The words differ: pay, or donate. link if unset."
    )
    note = Text(
        required=False, allow_blank=True, max_length=MAX_NOTE, help_text="Plain text below it."
    )
    amount = AmountText(
        required=False, help_text="In the shop's pricing currency; unset where the payer chooses."
    )
    minimum = AmountText(required=False, help_text="The least that a payer may choose.")
    maximum = AmountText(required=False, help_text="The most.")
    ends_at = Moment(required=False, help_text="From then on it takes nothing more.")
    sales_limit = Whole(
        required=False,
        min_value=1,
        max_value=MAX_SALES,
        help_text="Paid sales after which it is sold out.",
    )


class PaymentLinkChange(Strict):
    title = Text(required=False, max_length=MAX_TITLE)
    note = Text(required=False, allow_blank=True, max_length=MAX_NOTE)
    ends_at = Moment(required=False, allow_null=True, help_text="null: until it is closed.")
    paused = Switch(required=False)


class NewEcrTransaction(Strict):
    transaction = Text(
        max_length=40,
        help_text="Your register's number of it: letters, digits, points, hyphens, underscores.",
    )
    amount = AmountText()
    currency = Text(
        required=False, max_length=8, help_text="ISO 4217; the shop's pricing currency if unset."
    )
    order_id = Text(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="Your name for the sale; the transaction's number if unset.",
    )


class EcrDayEnd(Strict):
    counted = AmountText(
        required=False, help_text="Cash in the drawer: needed where a shift is open."
    )

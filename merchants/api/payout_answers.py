"""What balances, payouts, policies and approvals look like in answers."""

from rest_framework import serializers as s

from gateway.shops.policies import SCHEDULES
from merchants.api.answers import Cursored, Decimal, Shape


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
            *("ramp_account", "address_proof", "receiver_check"),
        ],
        allow_null=True,
        help_text=(
            "Why it is awaiting_funds; it goes on by itself, but for address_proof: the shop says "
            "on its dashboard whose wallet it is."
        ),
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

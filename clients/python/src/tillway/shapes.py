"""What the API answers, and the parts of what is sent.

Amounts are decimals as text and units whole numbers as text: no money is ever a float. A word that
this version doesn't know yet comes as it is.

Written by ``python -m clients.generating``: change the API, not this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

ApprovalStateEnum: TypeAlias = Literal[
    "proposed",
    "approved",
    "carried_out",
    "cancelled",
    "rejected",
    "expired",
    "failed",
]

BankAccountStatus: TypeAlias = Literal[
    "none",
    "incomplete",
    "checking",
    "restricted",
    "due_soon",
    "ready",
]

BlankEnum: TypeAlias = Literal[""]

CardReaderStatusEnum: TypeAlias = Literal["planned", "asked", "ready", "removing", "refused"]

CardRefundsListStatus: TypeAlias = Literal[
    "approved",
    "asked",
    "completed",
    "failed",
    "left",
    "rejected",
    "requested",
    "unclear",
]

CauseEnum: TypeAlias = Literal["refund", "taken_back", "marked_invalid"]

ChargeTenderEnum: TypeAlias = Literal["tokens", "cash"]

ColourEnum: TypeAlias = Literal[
    "grey",
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
]

DeciderEnum: TypeAlias = Literal["shop", "house"]

DeliveryState: TypeAlias = Literal["pending", "succeeded", "failed", "cancelled"]

DepositState: TypeAlias = Literal["seen", "confirmed", "final", "orphaned"]

DisabledReasonEnum: TypeAlias = Literal["asked", "gone", "failing"]

EndpointStyle: TypeAlias = Literal["standard", "btcpay"]

EventsListType: TypeAlias = Literal[
    "card.dispute_lost",
    "card.dispute_won",
    "card.disputed",
    "card.ended",
    "card.paid",
    "card.refund_failed",
    "card.refund_rejected",
    "card.refund_requested",
    "card.refunded",
    "card.settled",
    "fee_invoice.credited",
    "fee_invoice.issued",
    "invoice.cancelled",
    "invoice.created",
    "invoice.expired",
    "invoice.held",
    "invoice.invalidated",
    "invoice.marked",
    "invoice.order_settled",
    "invoice.overpaid",
    "invoice.paid",
    "invoice.paid_late",
    "invoice.partial",
    "invoice.payer_told",
    "invoice.payment_confirmed",
    "invoice.payment_seen",
    "invoice.processing",
    "invoice.release_changed",
    "invoice.released",
    "invoice.requoted",
    "invoice.returned",
    "invoice.reverted",
    "payout.approved",
    "payout.cancelled",
    "payout.completed",
    "payout.failed",
    "payout.requested",
    "payout.returned",
    "payout.sent",
    "refund.approved",
    "refund.claimed",
    "refund.completed",
    "refund.expired",
    "refund.failed",
    "refund.rejected",
    "refund.requested",
    "shop.requirements_changed",
    "ticket.cash_given_back",
    "ticket.cash_taken",
    "ticket.paid",
    "ticket.unpaid",
    "ticket.voided",
]

ExchangeLockEnum: TypeAlias = Literal["offered", "taken"]

FeeInvoiceKindEnum: TypeAlias = Literal["invoice", "credit_note"]

InvoiceStatus: TypeAlias = Literal[
    "waiting",
    "partial",
    "processing",
    "paid",
    "expired",
    "cancelled",
    "invalid",
]

InvoicesListStatus: TypeAlias = Literal[
    "cancelled",
    "expired",
    "invalid",
    "paid",
    "partial",
    "processing",
    "waiting",
]

ItemsListArchived: TypeAlias = Literal["no", "yes"]

Mode: TypeAlias = Literal["test", "live"]

NextRunStateEnum: TypeAlias = Literal["due", "nothing", "below_threshold", "below_minimum"]

PaperKind: TypeAlias = Literal["receipt", "credit_note"]

PaymentLinkKind: TypeAlias = Literal["link", "donation"]

PaymentLinkState: TypeAlias = Literal["open", "paused", "ended", "sold_out", "closed"]

PayoutsListStatus: TypeAlias = Literal[
    "approved",
    "awaiting_funds",
    "cancelled",
    "completed",
    "failed",
    "requested",
    "returned",
    "sending",
    "sent",
]

ProvocationStatusEnum: TypeAlias = Literal["waiting", "sent", "done", "failed"]

QrKindEnum: TypeAlias = Literal["url", "erc681"]

RateEnum: TypeAlias = Literal["paid", "today"]

ReasonEnum: TypeAlias = Literal["cheapest", "only_float", "only_way", "none_has_float"]

ReceiptTaxKind: TypeAlias = Literal["goods", "tip", "rest"]

ReceiptTenderKind: TypeAlias = Literal["tokens", "card", "cash", "marked"]

RefundsListStatus: TypeAlias = Literal[
    "approved",
    "claimed",
    "completed",
    "expired",
    "rejected",
    "requested",
    "sending",
]

ReleaseGoodsEnum: TypeAlias = Literal["yes", "wait", "no"]

ReplayStateEnum: TypeAlias = Literal["open", "done", "failed"]

ReportBooksProgram: TypeAlias = Literal["datev", "plain", "quickbooks", "xero"]

RequestedViaEnum: TypeAlias = Literal["till", "dashboard", "api"]

ResultEnum: TypeAlias = Literal["paid", "declined", "waiting", "held"]

ScheduleEnum: TypeAlias = Literal["on_demand", "instant", "threshold", "daily"]

SetByEnum: TypeAlias = Literal["opened", "carried_over", "house"]

TenderEnum: TypeAlias = Literal["tokens", "card"]

TicketDiscountKindEnum: TypeAlias = Literal["percent", "amount"]

TicketState: TypeAlias = Literal["open", "parked", "paying", "paid", "void"]

TicketsListState: TypeAlias = Literal["open", "paid", "parked", "paying", "void"]

WaitingForEnum: TypeAlias = Literal["approval"]

WaitingReasonEnum: TypeAlias = Literal[
    "float_short",
    "signer_limit",
    "payment_check",
    "shop_suspended",
    "books_differ",
    "ramp_account",
    "address_proof",
    "receiver_check",
]

WebhookDeliveriesListState: TypeAlias = Literal["cancelled", "failed", "pending", "succeeded"]

WhatEnum: TypeAlias = Literal[
    "paid",
    "under",
    "over",
    "late",
    "wrong_asset",
    "held",
    "reorg",
    "refund",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    checker: str | None
    decided_at: datetime | None
    decider: DeciderEnum
    """Whose person must be the second."""
    end_reason: str | None
    ended_at: datetime | None
    ended_by: str | None
    expires_at: datetime
    id: str
    kind: str
    """payout, payout_destination, shop_limits."""
    maker: str | None
    mode: Mode
    not_before: datetime | None
    """When its delay is over."""
    origin: str
    """person, key:<id> or schedule."""
    payload: dict[str, Any]
    """What two people agree to; by kind."""
    payload_hash: str
    """SHA-256, in hex."""
    proposed_at: datetime
    reason: str
    shop_id: str
    state: ApprovalStateEnum
    subject: str
    """What it is about: payout:<id> or shop:<id>."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetInfo:
    accepted: bool
    """Whether the shop's terms accept it."""
    chain_id: int
    chain_name: str
    code: str
    decimals: int
    native: bool
    settlement: bool
    """Whether the shop is credited in it."""
    symbol: str
    token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    error: str
    excerpt: str
    milliseconds: int | None
    number: int
    started_at: datetime
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    asset: str
    available: str
    available_units: str
    not_final: str
    """What a chain could still take back."""
    not_final_units: str
    payable: str
    """What may be paid out now."""
    payable_units: str
    reserve: str
    """What stays for its days; see the settlement policy."""
    reserve_units: str
    reserved: str
    reserved_units: str
    symbol: str
    withheld: str
    """What stays here while its payments are being checked."""
    withheld_units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    balances: list[Balance]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    capabilities: dict[str, str]
    currencies: list[str]
    """Of its bank accounts."""
    details_submitted: bool
    mode: Mode
    payouts_enabled: bool
    ramp: str
    requirements: BankRequirements
    status: BankAccountStatus
    told_at: datetime | None
    """When the provider said all this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccountList:
    accounts: list[BankAccount]
    offered: list[BankOffer]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankOffer:
    currencies: list[str]
    ramp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankRequirements:
    deadline: datetime | None
    """When payouts stop unless it is told."""
    disabled_reason: str | None
    due: list[str]
    """As the provider names them."""
    past_due: list[str]
    pending: list[str]
    """Told, and being looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReader:
    created_at: datetime
    device: str | None
    id: str
    label: str
    mode: Mode
    online: bool
    """When it was last looked at."""
    problem: str | None
    """Why it was refused."""
    serial: str | None
    status: CardReaderStatusEnum
    told_at: datetime | None
    """When it was last looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReaders:
    data: list[CardReader]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRefund:
    amount: str
    """What the card gets back; no fee comes back to the shop."""
    approved_at: datetime | None
    approved_by: str | None
    card_id: str
    currency: str
    ended_at: datetime | None
    ended_by: str | None
    id: str
    invoice_id: str
    mode: Mode
    needs_second_person: bool
    reason: str
    requested_at: datetime
    requested_by: str
    requested_via: RequestedViaEnum
    session: str
    shop_id: str
    status: str
    """requested, approved, asked, left, completed, failed, rejected, or unclear: nobody can tell
    yet whether the card's provider heard of it.
    """
    units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTurn:
    asks_until: datetime
    card_id: str
    invoice_id: str
    may_cancel: bool
    may_try_again: bool
    reader_id: str
    turn: str
    """asking, waiting (for a card), done, charging or ending; without a card it ended: declined,
    stopped, failed, offline or busy. Whether it paid, the invoice says.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainChoice:
    considered: list[ChainLooked]
    reason: ReasonEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLooked:
    asset: str
    chain_id: int
    cost: str | None
    """In the asset: what is kept, and the gas."""
    has_float: bool
    """Whether the house holds enough there."""
    refusal: str | None


class ChoiceRequest(TypedDict):
    group_id: str
    """A group of modifiers that the item asks for."""
    modifier: str
    """Its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionParts:
    fair: str
    """Whole units paid for a whole unit taken, before any part below."""
    fair_amount: str
    fill_bps: str
    """For the venue where what is paid can be bought."""
    gas_amount: str
    priced_at: datetime
    promise_bps: str
    """For the time that the quote is promised."""
    simulated: bool
    """Made-up prices of a demo."""
    sources: list[str]
    """Who said what it is worth."""
    spread_bps: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    amount: str
    asset: str
    units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyReport:
    currencies: list[ReportCurrency]
    days: list[ReportDay]
    first: date
    last: date
    payment_costs: list[PaymentCostDay]
    payout_costs: list[PayoutCostDay]
    time_zone: str
    totals: list[ReportDay]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    attempts: int
    created_at: datetime
    event_id: str
    """Also the webhook-id."""
    finished_at: datetime | None
    next_attempt_at: datetime | None
    replay_id: str | None
    """The last replay that sent it."""
    sequence: int
    state: DeliveryState
    subject: str
    type: str
    webhook_endpoint_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryWithAttempts:
    attempts: int
    created_at: datetime
    event_id: str
    """Also the webhook-id."""
    finished_at: datetime | None
    log: list[Attempt]
    next_attempt_at: datetime | None
    replay_id: str | None
    """The last replay that sent it."""
    sequence: int
    state: DeliveryState
    subject: str
    type: str
    webhook_endpoint_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What one asset has to pay, and how the amount came about."""

    address: str
    """Empty while `payer_needed`."""
    amount: str
    asset: str
    chain_id: int
    chain_name: str
    credit: str
    """What the shop gets for the whole amount, after the fee."""
    decimals: int
    max: str | None
    min: str | None
    parts: QuoteParts
    quoted_units: str
    rate: str
    settlement_rate: str
    sources: list[PriceSource]
    symbol: str
    token: str | None
    """Contract; null for the native coin."""
    units: str
    uri: str
    """ERC-681; empty once nothing is due, and while `payer_needed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierReceipt:
    cashier_id: str | None
    cause: CauseEnum | None
    """Of a credit note: a refund, a chain that took the payment back, or a shop that marked as
    invalid what it had marked as paid.
    """
    credit_notes: list[Paper]
    currency: str
    discount: str
    id: str
    issued_at: datetime
    kind: PaperKind
    lines: list[ReceiptLine]
    mode: Mode
    number: str
    of: str | None
    """Of a credit note: its receipt's number."""
    order_id: str
    pdf_url: str
    """The same as PDF."""
    reason: str
    shop: ReceiptShop
    sold_at: datetime
    taxes: list[ReceiptTax]
    tenders: list[ReceiptTender]
    till: str
    time_zone: str
    tip: str
    total: str
    url: str
    """Its page, for whoever has the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EcrCredited:
    asset: str
    credited: EcrMoney
    fee: EcrMoney


@dataclass(frozen=True, slots=True, kw_only=True)
class EcrDay:
    assets: list[EcrCredited]
    currency: str
    day: date
    drawer: dict[str, Any] | None
    """Of the shift that was closed."""
    shift_closed: bool
    tenders: list[EcrTender]
    till: str
    till_id: str
    time_zone: str
    tokens: list[EcrToken]
    z_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EcrMoney:
    amount: str
    units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EcrPaidWith:
    amount: str
    asset: str
    tx_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EcrTender:
    currency: str
    net: EcrMoney
    paid: EcrMoney
    payments: int
    refunded: EcrMoney
    refunds: int
    tax: EcrMoney
    tender: str
    """tokens or card"""
    tip: EcrMoney


@dataclass(frozen=True, slots=True, kw_only=True)
class EcrToken:
    paid: EcrMoney
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EcrTransaction:
    amount: str
    checkout_url: str
    """What the till's QR code says."""
    code_word: str
    """The till and the customer's phone show it."""
    currency: str
    invoice_id: str
    live_url: str
    """Server-sent events of this sale."""
    paid_with: list[EcrPaidWith]
    poll_after_ms: int
    """When to ask again; 0 once it isn't waiting."""
    reason: str
    """Of a declined one: cancelled, expired or invalid; else empty."""
    receipt: list[str]
    """Lines of at most 42 characters."""
    release_goods: ReleaseGoodsEnum
    result: ResultEnum
    """Hand over on paid alone."""
    started_at: datetime
    tender: TenderEnum | None
    till: str
    till_id: str
    transaction: str
    """The register's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    created_at: datetime
    description: str
    disabled_reason: DisabledReasonEnum | None
    enabled: bool
    events: list[str]
    failing_since: datetime | None
    id: str
    off_since: datetime | None
    """What happened since was not queued: see its replay."""
    style: EndpointStyle
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointWithSecret:
    created_at: datetime
    description: str
    disabled_reason: DisabledReasonEnum | None
    enabled: bool
    events: list[str]
    failing_since: datetime | None
    id: str
    off_since: datetime | None
    """What happened since was not queued: see its replay."""
    secret: str
    """whsec_…, for the libraries of Standard Webhooks."""
    style: EndpointStyle
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    data: dict[str, Any]
    id: str
    mode: Mode
    sequence: int
    """1, 2, 3 … per subject."""
    subject: str
    timestamp: datetime
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQueued:
    event_id: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsLive:
    ends_at: datetime
    url: str
    """Carries its ticket: keep it out of logs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    code: str
    field: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeExample:
    amount: str
    currency: str
    fee: str
    gets: str
    """What the shop is credited of the amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeInvoice:
    corrects: str | None
    """Of a credit note: the invoice it undoes."""
    fees: list[FeeInvoiceFee]
    id: str
    issued_at: datetime
    kind: FeeInvoiceKindEnum
    lines: list[FeeInvoiceLine]
    month: str
    """2026-11, by the shop's clock."""
    number: str
    """Of a series without gaps: TW-000012."""
    reason: str
    shop_name: str
    time_zone: str
    values: list[FeeInvoiceValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeInvoiceFee:
    amount: str
    asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeInvoiceLine:
    asset: str
    currency: str | None
    day: date
    fee: str
    payments: int
    """Credited, less those taken back."""
    value: str | None
    """At each payment's own rate; null without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeInvoiceValue:
    amount: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSchedule:
    example: FeeExample
    fee_bps: int
    version: int
    """In force now; an invoice keeps the one of its day."""
    versions: list[FeeVersion]
    """Newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeVersion:
    fee_bps: int
    in_force_from: datetime
    reason: str
    set_by: SetByEnum
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    address: str
    """Empty while `payer_needed`."""
    amount: str
    checkout_url: str
    code_word: str
    created_at: datetime
    created_by: str
    credited: Credited
    currency: str
    due: list[Due]
    exceptions: list[str]
    exchange_lock: ExchangeLockEnum | BlankEnum
    """The longer lock for who pays from an exchange: may be chosen, or is in force."""
    id: str
    lock_end: datetime
    metadata: dict[str, Any]
    mode: Mode
    monitoring_end: datetime
    order_id: str
    payer_needed: bool
    """The shopper must say who pays first: send them to `checkout_url`."""
    qr_kind: QrKindEnum
    received: list[Received]
    refunds: list[InvoiceRefund]
    """What goes back of it, oldest first."""
    refused: dict[str, str]
    """Assets that are not offered, with the code of the reason."""
    release_goods: ReleaseGoodsEnum
    """Whether to hand over the goods: go by this."""
    return_url: str
    """Where the shopper goes back to; empty: nobody said."""
    shop_id: str
    shop_name: str
    status: InvoiceStatus
    tender: TenderEnum | None
    """What pays it: a card for the whole, or tokens; null before any money."""
    watched: list[str]
    """Networks on which the address is watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCosts:
    fee_bps: int
    fee_version: int
    """0: issued before the fee had versions."""
    payments: list[PaymentCosts]
    payouts: list[PayoutCosts]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRefund:
    """A refund as its invoice tells it; see the refund itself for the rest."""

    amount: str
    """Of the asset, once it is fixed; empty before."""
    asset: str
    """As chosen by the shopper; empty before."""
    currency: str
    id: str
    kind: str
    status: str
    worth: str
    """In the pricing currency; empty: nobody could say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceWithPayouts:
    address: str
    """Empty while `payer_needed`."""
    amount: str
    checkout_url: str
    code_word: str
    created_at: datetime
    created_by: str
    credited: Credited
    currency: str
    due: list[Due]
    exceptions: list[str]
    exchange_lock: ExchangeLockEnum | BlankEnum
    """The longer lock for who pays from an exchange: may be chosen, or is in force."""
    id: str
    lock_end: datetime
    metadata: dict[str, Any]
    mode: Mode
    monitoring_end: datetime
    order_id: str
    payer_needed: bool
    """The shopper must say who pays first: send them to `checkout_url`."""
    payouts: list[PaidIn] | None
    """The payouts that it went into, oldest first; null without payouts:read."""
    qr_kind: QrKindEnum
    received: list[Received]
    refunds: list[InvoiceRefund]
    """What goes back of it, oldest first."""
    refused: dict[str, str]
    """Assets that are not offered, with the code of the reason."""
    release_goods: ReleaseGoodsEnum
    """Whether to hand over the goods: go by this."""
    return_url: str
    """Where the shopper goes back to; empty: nobody said."""
    shop_id: str
    shop_name: str
    status: InvoiceStatus
    tender: TenderEnum | None
    """What pays it: a card for the whole, or tokens; null before any money."""
    watched: list[str]
    """Networks on which the address is watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    archived: bool
    barcode: str
    category: str
    changed_at: datetime
    colour: str
    created_at: datetime
    currency: str
    groups: list[str]
    id: str
    name: str
    position: int
    price: str
    sku: str
    sold_out: bool
    tax: str
    """Percent, with at most four decimals."""
    tax_included: bool
    """Whether the price holds the tax."""
    tile: str
    version: int
    """1, 2, 3 …: each change of its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineModifier:
    name: str
    price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    name: str
    price: str
    """What it adds to the price of one; may be negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifierGroup:
    id: str
    least: int
    modifiers: list[Modifier]
    most: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifierGroupList:
    data: list[ModifierGroup]


class NewCustomerRequest(TypedDict):
    email: NotRequired[str]
    name: NotRequired[str]
    reference: NotRequired[str]
    """Your own name for them: they stay the same whatever their email becomes."""


class NewLineRequest(TypedDict):
    amount: NotRequired[str]
    """Of one, in the shop's currency, where no item is named."""
    choices: NotRequired[list[ChoiceRequest]]
    item_id: NotRequired[str]
    """Something of the catalogue; or an amount in its place."""
    name: NotRequired[str]
    """Of an amount."""
    quantity: NotRequired[str]
    """At most three decimals: 0.350 is 350 g of a kilo; 1 if unset."""
    tax: NotRequired[str]
    """Of an amount: percent as text; 0 if unset."""
    tax_included: NotRequired[bool]
    """Whether an amount holds its tax; true if unset."""
    version: NotRequired[int]
    """Of the item's words, as you showed them; today's if unset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPart:
    amount: str | None
    asset: str
    chain_choice: ChainChoice | None
    chain_id: int | None
    conversion: ConversionParts | None
    refusal: PartRefusal | None
    """Why it can't be paid now."""
    taken_amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRun:
    at: datetime | None
    """When the shop closes next, for `daily`."""
    parts: list[NextPart]
    """What it would pay now."""
    payable: str
    state: NextRunStateEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedMoney:
    amount: str
    asset: str
    claim_id: str
    reason: str
    units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidIn:
    amount: str
    """What of this invoice is in that payout."""
    asset: str
    payout_id: str
    units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    cashier_id: str | None
    cause: CauseEnum | None
    """Of a credit note: a refund, a chain that took the payment back, or a shop that marked as
    invalid what it had marked as paid.
    """
    currency: str
    discount: str
    id: str
    issued_at: datetime
    kind: PaperKind
    lines: list[ReceiptLine]
    mode: Mode
    number: str
    of: str | None
    """Of a credit note: its receipt's number."""
    order_id: str
    pdf_url: str
    """The same as PDF."""
    reason: str
    shop: ReceiptShop
    sold_at: datetime
    taxes: list[ReceiptTax]
    tenders: list[ReceiptTender]
    till: str
    time_zone: str
    tip: str
    total: str
    url: str
    """Its page, for whoever has the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCash:
    change: str
    counted: str
    given: str
    rounding: str
    taken_at: datetime
    taken_by: str
    tip: str
    """Left of the change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDemand:
    amount: str
    coming: bool
    """Money was seen that isn't credited yet."""
    invoice_id: str
    paid: str
    status: str
    """The invoice's."""
    tender: TenderEnum | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRefusal:
    code: str
    detail: str
    hint: str


class PayerRequest(TypedDict):
    line_id: str
    parts: list[int]
    """Who shares this line, the larger share first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCostDay:
    day: date
    fee: str
    """As booked."""
    gross: str
    """What they were credited as, the fee included."""
    payments: int
    """Less those that were taken back."""
    rate: RateParts
    """What of the token the rates held, summed."""
    settlement_asset: str
    token: str
    untold: int
    """Payments of whose rate's parts nothing is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCosts:
    fee: str
    """The gateway's, as booked."""
    gross: str
    """What the token was credited as, the fee included."""
    payment_id: str
    rate: RateParts | None
    """Null for a payment at its day's rate."""
    settlement_asset: str
    taken_back: bool
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLink:
    amount: str | None
    """null: the payer chooses."""
    closed_at: datetime | None
    created_at: datetime
    created_by: str
    currency: str
    ends_at: datetime | None
    id: str
    kind: PaymentLinkKind
    maximum: str | None
    minimum: str | None
    mode: Mode
    note: str
    sales: int
    """Paid sales. Who drew an invoice before the last may still pay."""
    sales_limit: int | None
    shop_id: str
    state: PaymentLinkState
    takings: str
    """What those ask for together."""
    title: str
    url: str
    """For payers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    amount: str
    approved_at: datetime | None
    asset: str
    chain_choice: ChainChoice | None
    """Why this chain; null: it was named."""
    chain_id: int | None
    """null: paid to a bank."""
    conversion: ConversionParts | None
    """null: paid in the balance's asset."""
    destination: str | None
    """null: the shop's bank."""
    ended_at: datetime | None
    failure: PayoutFailure | None
    id: str
    mode: Mode
    ramp: str | None
    """Through which it reaches a bank."""
    requested_at: datetime
    run_id: str | None
    """Payouts of one run of the policy share it."""
    sent_at: datetime | None
    shop_id: str
    status: str
    symbol: str
    taken_amount: str
    taken_asset: str
    """Of the balance that it was taken from."""
    taken_units: str
    transaction_id: str | None
    trigger: str
    tx_hash: str | None
    units: str
    waiting_for: WaitingForEnum | None
    """A requested payout above a limit waits until two people have agreed."""
    waiting_reason: WaitingReasonEnum | None
    """Why it is awaiting_funds; it goes on by itself, but for address_proof: the shop says on
    its dashboard whose wallet it is.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutCostDay:
    asset: str
    chain_id: int | None
    day: date
    """On which the payouts were completed."""
    gas_wei: str
    """Of the chain's native coin; the house pays it."""
    payouts: int
    ramp_fee: str
    ramp_fee_bearer: str
    """house, shop, or empty on a chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutCosts:
    asset: str
    balance_asset: str
    chain_id: int | None
    gas_wei: str
    """This invoice's share; the house pays it."""
    payout_id: str
    ramp_fee: str
    """This invoice's share."""
    ramp_fee_bearer: str
    """house, shop, or empty on a chain."""
    units: str
    """Base units of the balance, of this invoice in the payout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFailure:
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutInvoice:
    amount: str
    """What of the payment is in this payout."""
    asset: str
    credited_at: datetime
    credited_units: str
    """All that the payment brought."""
    deposit_id: str
    invoice_id: str | None
    units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutInvoiceList:
    asset: str
    """Of the balance that the payout was taken from."""
    data: list[PayoutInvoice]
    next_cursor: str | None
    not_from_payments: str
    """What comes from no payment: one was taken back, or its credit is still coming."""
    not_from_payments_units: str
    taken: str
    taken_units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutQuote:
    amount: str
    """What arrives."""
    asset: str
    chain_choice: ChainChoice | None
    chain_id: int | None
    conversion: ConversionParts | None
    drawn_at: datetime
    expires_at: datetime
    id: str
    ramp: str | None
    symbol: str
    taken_amount: str
    taken_asset: str
    taken_units: str
    units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyShare:
    asset: str
    bps: int


class PolicyShareRequest(TypedDict):
    asset: str
    """Asset code, such as USDC@8453."""
    bps: int
    """Hundredths of a percent of each payout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSource:
    age_ms: int
    name: str
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """RFC 9457; programs branch on ``code``, which never changes."""

    code: str
    detail: str
    status: int
    title: str
    type: str
    errors: list[Fault] | None = None
    field: str | None = None
    hint: str | None = None
    reasons: dict[str, str] | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provocation:
    asked_at: datetime
    asset: str | None
    ended_at: datetime | None
    id: str
    invoice_id: str
    not_before: datetime | None
    """The chain's time, of a late payment."""
    problem: ProvocationProblem | None
    refund_id: str | None
    status: ProvocationStatusEnum
    """waiting: for its time or a block; sent: mined, and the reorganisation is to come; done: it
    happened on the chain, and the invoice tells what it made of it.
    """
    tx_hash: str | None
    units: str | None
    """Base units that are paid."""
    what: WhatEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvocationProblem:
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provocations:
    data: list[Provocation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    amount: str
    asset: str
    chain_id: int
    credit: str
    """What the shop would get, after the fee."""
    decimals: int
    fee: str
    max: str | None
    min: str | None
    parts: QuoteParts
    rate: str
    sources: list[PriceSource]
    symbol: str
    units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteParts:
    age_bps: str
    base_bps: str
    deviation_bps: str
    fair: str
    fee_bps: int
    fill_bps: str
    flow_bps: str
    gas_units: str
    lock_premium_bps: str
    skew_bps: str
    spread_bps: str
    """The clamped sum of the seven that follow."""
    toxicity_bps: str
    widened_bps: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotePreview:
    """Nothing is promised: an invoice locks its own quotes."""

    amount: str
    currency: str
    data: list[Quote]
    drawn_at: datetime
    refused: dict[str, str]
    settlement_asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RateParts:
    fill: str
    """The venue's fee and impact."""
    gas: str
    """For collecting and swapping it, by the quote."""
    lock_premium: str
    spread: str
    """Of the token, by the quote; the shopper paid it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    cashier_id: str | None
    cause: CauseEnum | None
    """Of a credit note: a refund, a chain that took the payment back, or a shop that marked as
    invalid what it had marked as paid.
    """
    credit_notes: list[Paper]
    currency: str
    discount: str
    earlier: list[EarlierReceipt]
    """Receipts that were taken back before the sale was paid again, oldest first."""
    id: str
    issued_at: datetime
    kind: PaperKind
    lines: list[ReceiptLine]
    mode: Mode
    number: str
    of: str | None
    """Of a credit note: its receipt's number."""
    order_id: str
    pdf_url: str
    """The same as PDF."""
    reason: str
    shop: ReceiptShop
    sold_at: datetime
    taxes: list[ReceiptTax]
    tenders: list[ReceiptTender]
    till: str
    time_zone: str
    tip: str
    total: str
    url: str
    """Its page, for whoever has the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    discount: str
    """What its own discount took off."""
    full: str
    """As listed, for all of it."""
    modifiers: list[ReceiptModifier]
    name: str
    price: str
    quantity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptModifier:
    name: str
    price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptShop:
    address: list[str]
    legal_name: str
    name: str
    tax_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTax:
    """What a class of tax comes to: net + tax = due."""

    due: str
    included: bool
    kind: ReceiptTaxKind
    net: str
    percent: str | None
    """Null where nobody said a rate."""
    tax: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTender:
    amount: str
    at: datetime | None
    chain: str | None
    change: str | None
    given: str | None
    kind: ReceiptTenderKind
    rate: str | None
    """Of the receipt's currency for one token."""
    token: str | None
    token_amount: str | None
    tx_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    amount: str
    asset: str
    chain_id: int
    chain_name: str
    confirmations: int
    credited: bool
    deposit_id: str
    first_block_time: datetime
    needed: int
    state: DepositState
    symbol: str
    tx_hash: str
    units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    amount: str | None
    """Of the asset, once it is fixed."""
    approved_at: datetime | None
    approved_by: str | None
    asset: str | None
    """As chosen by the shopper."""
    chain_id: int | None
    claim_id: str | None
    claimed_at: datetime | None
    cost: str | None
    """What the token cost the shop, where it was bought."""
    currency: str
    destination: str | None
    end_reason: str | None
    ended_at: datetime | None
    failure_code: str | None
    id: str
    invoice_id: str
    kind: str
    """payment: the shop's own money; else why it is owed: surplus, late, …"""
    link_expires_at: datetime
    linked_by: str
    """Who made the claim link that holds now."""
    mode: Mode
    needs_second_person: bool
    offered: list[str]
    """What the shopper may choose from."""
    paid_with: TokenAmount
    """The token that was paid, at the rate paid."""
    payer_proved: str | None
    """The address that paid, which who claimed has shown to hold."""
    rate: RateEnum
    reason: str
    rejected_by: str | None
    requested_at: datetime
    requested_by: str
    requested_via: RequestedViaEnum
    session: str
    shop_id: str
    status: str
    """requested, claimed, approved, sending, completed, expired or rejected."""
    taken: TokenAmount
    """Set aside from the shop's balance."""
    tx_hash: str | None
    units: str | None
    waiting_reason: str | None
    """Why an approved one is not on its way: not_final, check, shop_balance, price,
    books_differ, float_short, signer_limit, receiver_check or address_proof. It goes on by
    itself, but for address_proof: then reject it and ask for another.
    """
    worth: str | None
    """At the rate paid; null: nobody could say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWithLink:
    amount: str | None
    """Of the asset, once it is fixed."""
    approved_at: datetime | None
    approved_by: str | None
    asset: str | None
    """As chosen by the shopper."""
    chain_id: int | None
    claim_id: str | None
    claim_url: str
    """For the shopper; told in this answer only."""
    claimed_at: datetime | None
    cost: str | None
    """What the token cost the shop, where it was bought."""
    currency: str
    destination: str | None
    end_reason: str | None
    ended_at: datetime | None
    failure_code: str | None
    id: str
    invoice_id: str
    kind: str
    """payment: the shop's own money; else why it is owed: surplus, late, …"""
    link_expires_at: datetime
    linked_by: str
    """Who made the claim link that holds now."""
    mode: Mode
    needs_second_person: bool
    offered: list[str]
    """What the shopper may choose from."""
    paid_with: TokenAmount
    """The token that was paid, at the rate paid."""
    payer_proved: str | None
    """The address that paid, which who claimed has shown to hold."""
    rate: RateEnum
    reason: str
    rejected_by: str | None
    requested_at: datetime
    requested_by: str
    requested_via: RequestedViaEnum
    session: str
    shop_id: str
    status: str
    """requested, claimed, approved, sending, completed, expired or rejected."""
    taken: TokenAmount
    """Set aside from the shop's balance."""
    tx_hash: str | None
    units: str | None
    waiting_reason: str | None
    """Why an approved one is not on its way: not_final, check, shop_balance, price,
    books_differ, float_short, signer_limit, receiver_check or address_proof. It goes on by
    itself, but for address_proof: then reject it and ask for another.
    """
    worth: str | None
    """At the rate paid; null: nobody could say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refundable:
    currency: str
    left: str
    """Of the shop's own, in the pricing currency at the rate paid."""
    owed: list[OwedMoney]
    """What is the payer's already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    created_at: datetime
    deliveries: int
    """How many it is, counted when it was asked for."""
    events: list[str]
    """Empty: all that the endpoint hears."""
    finished_at: datetime | None
    id: str
    queued: int
    """How many of them are queued so far."""
    since: datetime
    state: ReplayStateEnum
    """done: every delivery is queued. failed: given up; begin another for the rest."""
    until: datetime
    webhook_endpoint_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCurrency:
    currency: str
    day: date
    payments: int
    tax: str
    """Of it, as "tax" of the invoices' metadata says."""
    tip: str
    """Of it, as "tip" of the invoices' metadata says."""
    value: str
    """What the day's payments were worth at their own rates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDay:
    asset: str
    closing: str
    """The opening and all of these added up."""
    converted: str
    """Into another asset, for a payout."""
    day: date | None
    """Null in the totals."""
    fees: str
    """The gateway's; negative."""
    opening: str
    """What the shop is owed, payouts under way included."""
    other: str
    """What the house made good, and corrections."""
    paid_out: str
    payments: int
    """Credited, less those taken back."""
    refunds: str
    sales: str
    """Before the fee."""
    taken_back: str
    """By a reorganisation or a dispute, the fee taken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    asset: str
    bps: int
    """Of each credit; the house's condition."""
    days: int
    held: str
    released: list[ReserveRelease]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveRelease:
    amount: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementPolicy:
    chains: list[int]
    closes_at: str | None
    decided_at: datetime | None
    destination: str | None
    minimum: str
    next: NextRun
    reserve: Reserve
    schedule: ScheduleEnum
    split: list[PolicyShare]
    threshold: str | None
    time_zone: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxClass:
    due: str
    net: str
    tax: str
    tax_included: bool
    tax_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    currency: str
    discount: TicketDiscount | None
    due: str
    ended_at: datetime | None
    full: str
    """List prices of all lines."""
    goods: str
    """Lines, discounts and taxes; no tip."""
    id: str
    label: str
    line_discounts: str
    lines: list[TicketLine]
    mode: Mode
    opened_at: datetime
    opened_by: str
    paid: str
    parts: list[TicketPart]
    shop_id: str
    state: TicketState
    taxes: list[TaxClass]
    ticket_discount: str
    tip: str
    void_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDiscount:
    kind: TicketDiscountKindEnum
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketHead:
    currency: str
    due: str
    ended_at: datetime | None
    goods: str
    """Lines, discounts and taxes; no tip."""
    id: str
    label: str
    mode: Mode
    opened_at: datetime
    opened_by: str
    paid: str
    shop_id: str
    state: TicketState
    tip: str
    void_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLine:
    discount: TicketDiscount | None
    due: str
    """With its tax, and its share of the ticket's discount."""
    full: str
    """As listed, for all of it."""
    id: str
    item_id: str | None
    item_version: int | None
    modifiers: list[LineModifier]
    name: str
    off: str
    """What its own discount takes off."""
    price: str
    quantity_thousandths: int
    tax_included: bool
    tax_ppm: int
    """Parts of a million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPart:
    cash: list[PartCash]
    demands: list[PartDemand]
    due: str
    goods: str
    left: str
    over: str
    paid: str
    part: int
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAmount:
    amount: str
    asset: str
    units: str

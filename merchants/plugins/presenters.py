"""Invoices, stores, webhooks and refunds as plugins read them: the one source for API and messages.

Types are strict, since plugins' getters are: money and rates are texts, times whole Unix seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from gateway.chains.addresses import checksum
from gateway.invoices.changing import marks_open
from gateway.invoices.models import Invoice
from gateway.invoices.payers import payer_needed
from gateway.invoices.presenters import due_of, remaining_share, return_url_of
from gateway.invoices.quotebook import Book, quote_for
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.refunds.life import UNDONE
from gateway.refunds.models import Refund
from gateway.shops.selectors import ShopView
from merchants.plugins.inputs import percent_of
from merchants.plugins.messages import PAYOUT_STATES
from merchants.plugins.methods import Methods
from merchants.plugins.selectors import Said
from merchants.plugins.statuses import Shown, markable, shown
from merchants.webhooks.models import Attempt, Endpoint

RATE_PLACES: Final = 8
SPEED_OF: Final = {"seen": "HighSpeed", "confirmed": "MediumSpeed", "final": "LowSpeed"}
PAYMENT_STATUSES: Final = {
    "seen": "Processing",
    "confirmed": "Settled",
    "final": "Settled",
    "orphaned": "Invalid",
}


NO_SETTINGS: Final[Mapping[str, Any]] = {
    "supportUrl": None,
    "anyoneCanCreateInvoice": False,
    "requiresRefundEmail": False,
    "lightningDescriptionTemplate": None,
    "lightningAmountInSatoshi": False,
    "lightningPrivateRouteHints": False,
    "onChainWithLnInvoiceFallback": False,
    "redirectAutomatically": False,
    "showRecommendedFee": False,
    "recommendedFeeBlockTarget": 1,
    "defaultLang": "en",
    "htmlTitle": None,
    "networkFeeMode": "Never",
    "payJoinEnabled": False,
    "lazyPaymentMethods": False,
    "defaultPaymentMethod": "",
}
"""What the protocol says of every store and nobody can set here, as it is. The PHP library's
getters take no null where its server has none (``StoreBaseData`` of btcpayserver 2.4.1)."""


def unix(moment: datetime | str) -> int:
    """Whole seconds since 1970; of a moment as RFC 3339 too."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return int(moment.timestamp())


def standing_of(invoice: Invoice) -> Shown:
    return shown(
        status=invoice.status,
        exceptions=invoice.exceptions,
        release_goods=invoice.release_goods,
    )


def invoice_data(invoice: Invoice, *, said: Said, methods: Methods) -> dict[str, Any]:
    """An invoice, with what a plugin said of it. No query."""
    book, standing = invoice.promises, standing_of(invoice)
    currency = FIAT[invoice.currency]
    monitoring = unix(invoice.monitoring_end)
    return {
        "id": str(invoice.id),
        "storeId": str(invoice.shop_id),
        "amount": format_amount(Amount(int(invoice.amount_units), currency)),
        "paidAmount": format_amount(Amount(_paid_units(invoice), currency)),
        "currency": invoice.currency,
        "type": "Standard",
        "checkoutLink": f"{settings.PUBLIC_URL}/i/{invoice.id}",
        "createdTime": unix(invoice.created_at),
        "expirationTime": unix(invoice.lock_end),
        "monitoringExpiration": monitoring,
        "monitoringTime": monitoring,
        "status": standing.status,
        "additionalStatus": standing.additional,
        "availableStatusesForManualMarking": markable(standing, open_marks=marks_open(invoice)),
        "archived": False,
        "metadata": {**invoice.metadata, **said.buyer},
        "checkout": _checkout(invoice, book, asked=said.options, methods=methods),
        "receipt": {"enabled": True, "showQR": False, "showPayments": True},
    }


def _checkout(
    invoice: Invoice, book: Book, *, asked: Mapping[str, Any], methods: Methods
) -> dict[str, Any]:
    """As it was asked for, where plugins compare; what was not asked for, as it is in force."""
    offered = [methods.name_of(quote.asset) for quote in book.latest.quotes]
    terms = book.terms
    monitoring, tolerance = asked.get("monitoringMinutes"), asked.get("paymentTolerance")
    return {
        "speedPolicy": asked.get("speedPolicy") or SPEED_OF[terms.release_at],
        "paymentMethods": asked.get("paymentMethods") or offered,
        "defaultPaymentMethod": asked.get("defaultPaymentMethod"),
        "lazyPaymentMethods": False,
        "expirationMinutes": max(1, round(terms.lock_seconds / 60)),
        "monitoringMinutes": (
            round(terms.monitoring_seconds / 60) if monitoring is None else monitoring
        ),
        "paymentTolerance": (
            percent_of(terms.underpay_tolerance_bps) if tolerance is None else tolerance
        ),
        "redirectURL": return_url_of(invoice, book) or None,
        "redirectAutomatically": bool(asked.get("redirectAutomatically")),
        "defaultLanguage": asked.get("defaultLanguage"),
    }


def _paid_units(invoice: Invoice) -> int:
    """Minor units that what is seen pays, at the rates it was quoted, rounded down."""
    if invoice.card == "paid":
        return int(invoice.amount_units)
    share = _seen_share(invoice)
    return int(invoice.amount_units) * share.numerator // share.denominator


def _seen_share(invoice: Invoice) -> Fraction:
    return sum((Fraction(entry["share"]) for entry in invoice.received), Fraction(0))


def payment_methods(
    invoice: Invoice, *, methods: Methods, only_accounted: bool = True, only_paid: bool = False
) -> list[dict[str, Any]]:
    """What each token of an invoice asks for and brought. No query.

    Args:
        only_accounted: without payments that a network took back.
        only_paid: without tokens that nothing came in.
    """
    book = invoice.promises
    due = {entry["asset"]: entry for entry in due_of(invoice)}
    paid: dict[str, list[Mapping[str, Any]]] = {}
    for entry in invoice.received:
        if entry["state"] != "orphaned" or not only_accounted:
            paid.setdefault(entry["asset"], []).append(entry)
    names = list(paid) if only_paid else list(dict.fromkeys((*due, *paid)))
    address = "" if payer_needed(invoice) else checksum(bytes(invoice.address))
    return [
        _method(
            asset,
            invoice=invoice,
            book=book,
            due=due.get(asset),
            payments=paid.get(asset, ()),
            address=address,
            methods=methods,
        )
        for asset in names
    ]


def _method(
    asset: str,
    *,
    invoice: Invoice,
    book: Book,
    due: Mapping[str, Any] | None,
    payments: Sequence[Mapping[str, Any]],
    address: str,
    methods: Methods,
) -> dict[str, Any]:
    """One token's line. One that came without being quoted has no rate and asks for nothing. The
    older names beside the newer are the only ones that libraries before 2.7 know."""
    quote = quote_for(book.latest, asset)
    token = Asset(asset, book.tokens[asset].decimals if asset in book.tokens else 0)
    whole = quote.units if quote else 0
    share = _seen_share(invoice)
    return {
        "paymentMethodId": methods.name_of(asset),
        "paymentMethod": methods.name_of(asset),
        "currency": asset.partition("@")[0],
        "cryptoCode": asset.partition("@")[0],
        "activated": True,
        "destination": address,
        "paymentLink": due["uri"] if due else "",
        "rate": due["rate"] if due else "0",
        "paymentMethodPaid": _sum_text(
            entry["amount"] for entry in payments if entry["state"] != "orphaned"
        ),
        "totalPaid": _text(whole * share.numerator // share.denominator, token),
        "due": due["amount"] if due and remaining_share(invoice) else "0",
        "amount": _text(whole, token),
        "paymentMethodFee": "0",
        "networkFee": "0",
        "additionalData": {},
        "payments": [payment(entry, address=address) for entry in payments],
    }


def payment(
    entry: Mapping[str, Any], *, address: str, at: datetime | None = None
) -> dict[str, Any]:
    """A deposit. Its transaction stands before the first ``-`` of its id.

    Args:
        entry: of an invoice's ``received``, or of an event's body, which doesn't say when: then
            ``at`` does.
    """
    return {
        "id": f"{entry['tx_hash']}-{entry['deposit_id']}",
        "receivedDate": unix(at if at is not None else entry["first_block_time"]),
        "value": entry["amount"],
        "fee": "0",
        "status": PAYMENT_STATUSES[entry["state"]],
        "destination": address,
    }


def _text(units: int, asset: Asset) -> str:
    return format_amount(Amount(units, asset), trim=True)


def _sum_text(amounts: Iterable[str]) -> str:
    """The sum of plain decimals, exactly."""
    listed = list(amounts)
    places = max((len(text.partition(".")[2]) for text in listed), default=0)
    total = sum(
        int(whole + fraction.ljust(places, "0"))
        for whole, _, fraction in (text.partition(".") for text in listed)
    )
    digits = str(total).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else digits


def store_data(shop: ShopView) -> dict[str, Any]:
    """A shop. No query."""
    terms = shop.terms
    return {
        "id": str(shop.id),
        "name": shop.name,
        "website": None,
        "archived": False,
        "defaultCurrency": shop.pricing_currency,
        "speedPolicy": SPEED_OF[terms.release_rules[-1].at],
        "invoiceExpiration": terms.lock_seconds,
        "monitoringExpiration": terms.monitoring_seconds,
        "paymentTolerance": percent_of(terms.underpay_tolerance_bps),
        **NO_SETTINGS,
    }


def webhook_data(endpoint: Endpoint, *, secret: str | None = None) -> dict[str, Any]:
    """A webhook; its secret only where it was just made."""
    everything = "*" in endpoint.events
    data = {
        "id": str(endpoint.id),
        "enabled": endpoint.enabled,
        "automaticRedelivery": endpoint.retries,
        "url": endpoint.url,
        "authorizedEvents": {
            "everything": everything,
            "specificEvents": [] if everything else list(endpoint.events),
        },
    }
    return data if secret is None else data | {"secret": secret}


def delivery_data(attempt: Attempt) -> dict[str, Any]:
    """One request that was made to a webhook."""
    answered = attempt.status is not None
    made_at = unix(attempt.started_at)
    return {
        "id": delivery_id(attempt.event_id, attempt.number),
        "timestamp": made_at,
        "deliveryTime": made_at,
        "httpCode": attempt.status,
        "errorMessage": attempt.error or None,
        "status": (
            "Failed"
            if not answered
            else "HttpSuccess"
            if 200 <= (attempt.status or 0) < 300
            else "HttpError"
        ),
    }


def delivery_id(event_id: UUID, number: int) -> str:
    """The name of one attempt: its event and its number."""
    return f"{event_id}-{number}"


def pull_payment_data(
    refund: Refund, *, link: str, name: str, description: str, amount: Amount
) -> dict[str, Any]:
    """A refund as it is asked for: the only time that its ``link`` can be told. Later it is empty,
    since nobody here knows it any more."""
    return {
        "id": str(refund.id),
        "name": name,
        "description": description,
        "currency": amount.asset.symbol,
        "amount": format_amount(amount, trim=not amount.asset.is_fiat),
        "period": None,
        "BOLT11Expiration": 0,
        "autoApproveClaims": bool(refund.approved_by),
        "archived": refund.status in UNDONE,
        "startsAt": unix(refund.requested_at),
        "expiresAt": unix(refund.link_expires_at),
        "viewLink": link,
    }


def payout_data(refund: Refund, *, methods: Methods) -> dict[str, Any]:
    """A refund that its shopper has claimed, on its way. No query."""
    asset = Asset(refund.asset, refund.decimals) if refund.asset else None
    currency = FIAT[refund.currency]
    worth = Amount(int(refund.worth_units or 0), currency)
    sent = (
        format_amount(Amount(int(refund.units), asset), trim=True)
        if asset and refund.units is not None
        else None
    )
    return {
        "id": str(refund.id),
        "revision": 0,
        "pullPaymentId": str(refund.id),
        "date": unix(refund.claimed_at or refund.requested_at),
        "destination": checksum(bytes(refund.destination)) if refund.destination else "",
        "originalCurrency": refund.currency,
        "originalAmount": format_amount(worth),
        "amount": format_amount(worth),
        "paymentMethod": methods.name_of(refund.asset) if refund.asset else "",
        "payoutMethodId": methods.name_of(refund.asset) if refund.asset else "",
        "cryptoCode": refund.asset.partition("@")[0],
        "paymentMethodAmount": sent,
        "payoutCurrency": refund.asset.partition("@")[0],
        "payoutAmount": sent,
        "paymentProof": _proof(refund),
        "metadata": {},
        "state": PAYOUT_STATES[refund.status],
    }


def _proof(refund: Refund) -> dict[str, str] | None:
    """The transaction that carries it, once there is one."""
    if refund.tx_hash is None:
        return None
    return {"proofType": "PayoutTransactionOnChainBlob", "id": f"0x{bytes(refund.tx_hash).hex()}"}

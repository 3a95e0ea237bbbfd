"""What BTCPay Server tells of its stores and invoices. Pure.

Greenfield API of BTCPay Server 2.4.1 (docs.btcpayserver.org/API/Greenfield/v1): ``StoreData``,
``WebhookData``, ``InvoiceData``, ``InvoicePaymentMethodDataModel``. Facts also in
docs/reference/greenfield.md.
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from merchants.moving.exact import bps_from_percent, currency_from
from merchants.moving.reading import Told, clean_of, key_text_of, sale_from, text_of
from merchants.moving.rows import MAX_ID, OldShop, OldWebhook, PastSale, Unread

MOST_WEBHOOKS: Final = 50
MOST_EVENTS: Final = 50
"""Types that a webhook asks for; the program has some twenty."""
MAX_EVENT: Final = 80
MAX_URL: Final = 2000
MOST_SECONDS: Final = 2_073_600
"""The most that the program takes for a span of its store's settings: 24 days."""
CONFIRMATIONS: Final = {"HighSpeed": 0, "MediumSpeed": 1, "LowMediumSpeed": 2, "LowSpeed": 6}


def shop_from(store: Mapping[str, Any], webhooks: list[Any] | None = None) -> OldShop:
    """``StoreData`` and the list of its ``WebhookData``."""
    return OldShop(
        id=key_text_of(store.get("id"), MAX_ID),
        name=clean_of(store.get("name"), 200),
        website=clean_of(store.get("website"), 500),
        currency=currency_from(store.get("defaultCurrency")),
        lock_seconds=_seconds(store.get("invoiceExpiration")),
        monitoring_seconds=_seconds(store.get("monitoringExpiration")),
        confirmations=CONFIRMATIONS.get(text_of(store.get("speedPolicy"))),
        tolerance_bps=bps_from_percent(store.get("paymentTolerance")),
        webhooks=tuple(
            _webhook(one) for one in (webhooks or [])[:MOST_WEBHOOKS] if isinstance(one, dict)
        ),
    )


def _webhook(told: Mapping[str, Any]) -> OldWebhook:
    chosen = told.get("authorizedEvents")
    events = chosen if isinstance(chosen, dict) else {}
    everything = events.get("everything") is True
    return OldWebhook(
        id=key_text_of(told.get("id"), MAX_ID),
        url=key_text_of(told.get("url"), MAX_URL),
        events=("*",) if everything else _events(events.get("specificEvents")),
        retries=told.get("automaticRedelivery") is not False,
    )


def _events(told: Any) -> tuple[str, ...]:
    names = told[:MOST_EVENTS] if isinstance(told, list) else []
    return tuple(dict.fromkeys(filter(None, (key_text_of(one, MAX_EVENT) for one in names))))


def _seconds(value: Any) -> int | None:
    """A ``TimeSpanSeconds``; newer versions write a number, older ones may write text."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:10])
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST_SECONDS else None


def invoice_from(told: Any, *, line: int, transactions: tuple[str, ...] = ()) -> PastSale | Unread:
    """One ``InvoiceData``; a top-up invoice without an amount is worth what was paid."""
    if not isinstance(told, dict):
        return Unread(line, "no_object")
    metadata = told.get("metadata")
    beside = metadata if isinstance(metadata, dict) else {}
    amount = told.get("amount")
    if told.get("type") == "TopUp" and amount in (None, "0", 0, ""):
        amount = told.get("paidAmount", amount)
    return sale_from(
        Told(
            source="btcpay",
            line=line,
            old_id=told.get("id"),
            order_id=beside.get("orderId"),
            amount=amount,
            currency=told.get("currency"),
            status=told.get("status"),
            exception=told.get("additionalStatus"),
            at=told.get("createdTime"),
            transactions=transactions,
            store_id=told.get("storeId"),
            email=beside.get("buyerEmail"),
        ),
        zone=UTC,
    )


def may_have_payments(told: Any) -> bool:
    """Whether it is worth asking how it was paid: of a new or merely expired one nothing is."""
    if not isinstance(told, dict):
        return False
    plain = told.get("additionalStatus") in (None, "None", "")
    return not (told.get("status") in ("New", "Expired") and plain)


def transactions_from(methods: Any) -> tuple[str, ...]:
    """The transactions of an invoice's payment methods: of a payment's id the text before its
    first ``-``."""
    found: dict[str, None] = {}
    for method in methods if isinstance(methods, list) else []:
        payments = method.get("payments") if isinstance(method, dict) else None
        for payment in payments if isinstance(payments, list) else []:
            if isinstance(payment, dict) and payment.get("status") != "Invalid":
                found[transaction_of(payment.get("id"))] = None
    return tuple(one for one in found if one)


def transaction_of(payment_id: Any) -> str:
    return text_of(payment_id).partition("-")[0]

"""Other programs' words for how an invoice stands, in ours. Pure.

BTCPay Server 2.4.1: ``InvoiceStatus`` and ``InvoiceExceptionStatus`` of BTCPayServer.Client, the
older ones of its legacy export. Bitcart 0.10: ``api/invoices.py``.
"""

from typing import Final

from merchants.moving.rows import Source, Status

_BTCPAY: Final[dict[str, Status]] = {
    "new": "waiting",
    "processing": "processing",
    "paid": "processing",
    "settled": "paid",
    "confirmed": "paid",
    "complete": "paid",
    "expired": "expired",
    "invalid": "invalid",
}
_BITCART: Final[dict[str, Status]] = {
    "pending": "waiting",
    "paid": "processing",
    "unconfirmed": "processing",
    "confirmed": "processing",
    "complete": "paid",
    "refunded": "paid",
    "expired": "expired",
    "invalid": "invalid",
}
_EXCEPTIONS: Final = {
    "paidover": "overpaid",
    "paidlate": "late",
    "marked": "marked",
    "paidpartial": "underpaid",
}


def standing_of(
    source: Source, status: str, exception: str
) -> tuple[Status, tuple[str, ...]] | None:
    """Our status and what was unusual, sorted; None for a word that is not known.

    What was paid late is paid, as with us. ``refunded`` stands among what was unusual.
    """
    word = status.strip().lower()
    ours = (_BTCPAY if source == "btcpay" else _BITCART).get(word)
    if ours is None:
        return None
    told = exception.strip().lower().replace("_", "").replace(" ", "")
    unusual = {_EXCEPTIONS[told]} if told in _EXCEPTIONS else set()
    if word == "refunded":
        unusual.add("refunded")
    if ours == "waiting" and "underpaid" in unusual:
        return "partial", ()
    if ours == "expired" and "late" in unusual:
        return "paid", tuple(sorted(unusual))
    return ours, tuple(sorted(unusual))

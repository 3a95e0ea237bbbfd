"""A row's parts, whichever program told them, put together or refused with a reason. Pure."""

import re
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from merchants.moving.exact import NotExact, currency_from, exact_from
from merchants.moving.moments import moment_from
from merchants.moving.rows import (
    MAX_ID,
    MAX_ORDER,
    MAX_TRANSACTION,
    MAX_TRANSACTIONS,
    PastSale,
    Source,
    Unread,
)
from merchants.moving.standings import standing_of

# What a database's text can't hold, or a page can't show.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}")


@dataclass(frozen=True, slots=True)
class Told:
    """What a program said of an invoice, as it stood there."""

    source: Source
    line: int
    old_id: Any
    order_id: Any
    amount: Any
    currency: Any
    status: Any
    exception: Any
    at: Any
    transactions: tuple[str, ...] = ()
    store_id: Any = ""
    email: Any = ""


def sale_from(told: Told, *, zone: tzinfo) -> PastSale | Unread:
    """The invoice, or the first reason why it is none.

    Args:
        zone: of moments that name none.
    """
    old_id = text_of(told.old_id)
    if not old_id:
        return Unread(told.line, "no_id")
    order_id = text_of(told.order_id)
    if any(map(_CONTROL.search, (old_id, order_id, *told.transactions))):
        return Unread(told.line, "broken", clean_of(old_id, MAX_ID))
    if len(old_id) > MAX_ID or len(order_id) > MAX_ORDER:
        return Unread(told.line, "too_long", old_id[:MAX_ID])
    currency = currency_from(told.currency)
    if not currency:
        return Unread(told.line, "no_currency", old_id)
    if told.amount in (None, ""):
        return Unread(told.line, "no_amount", old_id)
    try:
        units, decimals = exact_from(told.amount, currency)
    except NotExact:
        return Unread(told.line, "bad_amount", old_id)
    at = moment_from(told.at, zone=zone)
    if at is None:
        return Unread(told.line, "no_time", old_id)
    standing = standing_of(told.source, text_of(told.status), text_of(told.exception))
    if standing is None:
        return Unread(told.line, "no_status", old_id)
    if len(told.transactions) > MAX_TRANSACTIONS or any(
        len(one) > MAX_TRANSACTION for one in told.transactions
    ):
        return Unread(told.line, "too_long", old_id)
    email = text_of(told.email)
    return PastSale(
        line=told.line,
        old_id=old_id,
        order_id=order_id,
        units=units,
        decimals=decimals,
        currency=currency,
        status=standing[0],
        exceptions=standing[1],
        at=at,
        transactions=told.transactions,
        store_id=clean_of(told.store_id, MAX_ID),
        email=email if _EMAIL.fullmatch(email) and not _CONTROL.search(email) else "",
    )


def text_of(value: Any) -> str:
    """Text without blanks at its ends; of a whole number its digits; empty for all else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def clean_of(value: Any, most: int) -> str:
    """As ``text_of``, of so many characters, and none that a database's text can't hold."""
    return _CONTROL.sub("", text_of(value))[:most].strip()


def key_text_of(value: Any, most: int) -> str:
    """As ``text_of``; empty where ``clean_of`` would change it: a part of an id, or of an address,
    is another's."""
    text = text_of(value)
    return text if text == clean_of(text, most) else ""


def texts_of(value: Any) -> tuple[str, ...]:
    """The texts of a list, each once; of anything else none."""
    if not isinstance(value, list):
        return ()
    return tuple(dict.fromkeys(filter(None, map(text_of, value))))

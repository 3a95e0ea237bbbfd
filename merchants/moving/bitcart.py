"""What Bitcart tells of its stores, products and invoices. Pure.

REST API of Bitcart 0.10 (https://docs.bitcart.ai, ``api/schemas`` of github.com/bitcart/bitcart):
``DisplayStore``, ``DisplayProduct``, ``DisplayInvoice``; lists are pages
``{count, next, previous, result}``.
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from merchants.moving.exact import bps_from_percent, currency_from
from merchants.moving.reading import Told, clean_of, key_text_of, sale_from, texts_of
from merchants.moving.rows import MAX_ID, OldItem, OldShop, PastSale, Unread

MOST_MINUTES: Final = 60 * 24 * 24
MOST_BLOCKS: Final = 1000
MAX_NAME: Final = 1000
"""Of a product, or its category; the catalogue takes fewer, and says so."""


def shop_from(store: Mapping[str, Any]) -> OldShop:
    """``DisplayStore``. It has no webhooks: each invoice names its own ``notification_url``."""
    checkout = store.get("checkout_settings")
    rules = checkout if isinstance(checkout, dict) else {}
    minutes = _within(rules.get("expiration"), MOST_MINUTES)
    return OldShop(
        id=key_text_of(store.get("id"), MAX_ID),
        name=clean_of(store.get("name"), 200),
        currency=currency_from(store.get("default_currency")),
        lock_seconds=None if minutes is None else minutes * 60,
        confirmations=_within(rules.get("transaction_speed"), MOST_BLOCKS),
        tolerance_bps=bps_from_percent(rules.get("underpaid_percentage")),
    )


def _within(value: Any, most: int) -> int | None:
    """A whole number from 0 to ``most``; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= most else None


def item_from(told: Any, *, line: int) -> OldItem | Unread:
    """One ``DisplayProduct``; a quantity of 0 is sold out, -1 is without end."""
    if not isinstance(told, dict):
        return Unread(line, "no_object")
    name = " ".join(clean_of(told.get("name"), MAX_NAME).split())
    if not name:
        return Unread(line, "no_name", clean_of(told.get("id"), 80))
    category = clean_of(told.get("category"), MAX_NAME)
    price = told.get("price")
    return OldItem(
        line=line,
        name=name,
        price=price if isinstance(price, str) else str(price),
        category="" if category.lower() == "all" else category,
        sold_out=told.get("quantity") == 0,
    )


def invoice_from(told: Any, *, line: int) -> PastSale | Unread:
    """One ``DisplayInvoice``."""
    if not isinstance(told, dict):
        return Unread(line, "no_object")
    return sale_from(
        Told(
            source="bitcart",
            line=line,
            old_id=told.get("id"),
            order_id=told.get("order_id"),
            amount=told.get("price"),
            currency=told.get("currency"),
            status=told.get("status"),
            exception=told.get("exception_status"),
            at=told.get("created"),
            transactions=texts_of(told.get("tx_hashes")),
            store_id=told.get("store_id"),
            email=told.get("buyer_email"),
        ),
        zone=UTC,
    )

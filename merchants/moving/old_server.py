"""The old server, asked through the guarded client: public addresses only, no redirect followed."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.conf import settings

from gateway.outside.errors import OutsideFailed, OutsideRefused
from gateway.outside.http import Answer, request
from gateway.outside.targets import check_url
from merchants.moving import bitcart, btcpay
from merchants.moving.errors import (
    KeyMissing,
    KeyNoText,
    OldAnswerTooLarge,
    OldKeyLacks,
    OldKeyRefused,
    OldServerOther,
    OldStoreGone,
)
from merchants.moving.json_items import NoJson, exact_json
from merchants.moving.reading import clean_of, key_text_of, text_of
from merchants.moving.rows import MAX_ID, OldShop, PastSale, Source, Unread

TIMEOUT_SECONDS: Final = 8.0
MOST_BYTES: Final = 4 * 1024 * 1024
MAX_KEY: Final = 500
MOST_STORES: Final = 100
PAGE: Final = 50
PAGE_ASKING_EACH: Final = 5
"""Invoices of a page of which each is asked for how it was paid: so few that the page is read in a
task's time even where every answer is slow."""
BUSY: Final = frozenset({408, 425, 429})
OK, UNAUTHORIZED, FORBIDDEN, SERVER_ERROR = 200, 401, 403, 500
_KEY: Final = re.compile(r"[\x21-\x7e]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class OldPage:
    """Some rows of a list.

    Attributes:
        passed: how many places of the list they take; 0 at its end.
        first: what stands at its first place, by its id; empty where that can't be read.
        total: of the whole list, where the server tells it.
    """

    rows: list[Any]
    passed: int
    first: str = ""
    total: int | None = None


def address_from(typed: str) -> str:
    """The server's address without what stands behind it.

    Raises:
        OutsideRefused: it may not be called.
    """
    address = typed.strip().rstrip("/")
    address = address.removesuffix("/api/v1").rstrip("/")
    parts = check_url(address, allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK)
    if parts.query or parts.fragment:
        raise OutsideRefused("Type the server's own address, without a page of it.")
    return address


def key_from(typed: str) -> str:
    """Raises KeyMissing, KeyNoText."""
    key = typed.strip()
    if not key:
        raise KeyMissing
    if len(key) > MAX_KEY or not _KEY.fullmatch(key):
        raise KeyNoText
    return key


class OldServer:
    """Questions to an old server. Each may raise what ``_asked`` raises."""

    def __init__(self, *, source: Source, address: str, key: str) -> None:
        self._is_btcpay = source == "btcpay"
        self._root = f"{address}/api/v1" if self._is_btcpay else address
        self._key = f"{'token' if self._is_btcpay else 'Bearer'} {key}"

    def stores(self) -> dict[str, str]:
        """The names of the stores that the key may see, by id. One request."""
        told = self._asked("stores", {} if self._is_btcpay else {"limit": MOST_STORES})
        found = [one for one in self._list(told) if isinstance(one, dict)][:MOST_STORES]
        ids = (
            (key_text_of(one.get("id"), MAX_ID), clean_of(one.get("name"), 200)) for one in found
        )
        return {store_id: name for store_id, name in ids if store_id}

    def shop(self, store_id: str) -> OldShop:
        """A store's settings, and its webhooks where the key may see them. At most two requests.

        Raises:
            OldStoreGone: this key sees no such store.
        """
        try:
            store = self._asked(f"stores/{quote(store_id, safe='')}")
        except OldServerOther as error:
            raise OldStoreGone from error
        if not isinstance(store, dict):
            raise OldServerOther
        if not self._is_btcpay:
            return bitcart.shop_from(store)
        try:
            webhooks = self._asked(f"stores/{quote(store_id, safe='')}/webhooks")
        except (OldKeyLacks, OldServerOther):
            webhooks = None  # the settings are worth having without
        return btcpay.shop_from(store, webhooks if isinstance(webhooks, list) else None)

    def items(self, *, store_id: str, skip: int) -> OldPage:
        """A page of products, of Bitcart. One request."""
        query = {"limit": PAGE, "offset": skip, "store": store_id}
        told = self._asked("products", query)
        found = self._list(told)[:PAGE]
        rows = [
            bitcart.item_from(one, line=skip + number)
            for number, one in enumerate(found, 1)
            if _is_of(one, store_id)
        ]
        return OldPage(rows, len(found), _first(found), _count(told))

    def sales(
        self, *, store_id: str, skip: int, until: int, with_transactions: bool, ends: float
    ) -> OldPage:
        """A page of invoices, newest first. However many the server tells, no more are read than
        were asked for.

        Args:
            until: Unix seconds: later ones are left out, so that the list's places stay.
            with_transactions: ask how each was paid that may have been (of BTCPay Server: a
                request each).
            ends: by the monotonic clock: from then on no further one is asked for, and the page
                ends with those that were read, at least one.
        """
        if not self._is_btcpay:
            told = self._asked("invoices", {"limit": PAGE, "offset": skip})
            found = self._list(told)[:PAGE]
            rows = [
                bitcart.invoice_from(one, line=skip + number)
                for number, one in enumerate(found, 1)
                if _is_of(one, store_id)
            ]
            return OldPage(rows, len(found), _first(found), _count(told))
        take = PAGE_ASKING_EACH if with_transactions else PAGE
        query = {"skip": skip, "take": take, "endDate": until, "includeArchived": "true"}
        here = f"stores/{quote(store_id, safe='')}/invoices"
        found = self._list(self._asked(here, query))[:take]
        if with_transactions:
            paid = list(self._paid(here, found, skip, ends))
            return OldPage(paid, len(paid), _first(found))
        rows = [btcpay.invoice_from(one, line=line) for line, one in enumerate(found, skip + 1)]
        return OldPage(rows, len(found), _first(found))

    def _paid(
        self, here: str, found: list[Any], skip: int, ends: float
    ) -> Iterator[PastSale | Unread]:
        for line, one in enumerate(found, skip + 1):
            if line > skip + 1 and time.monotonic() > ends:
                return
            sale = btcpay.invoice_from(one, line=line)
            if isinstance(sale, PastSale) and btcpay.may_have_payments(one):
                path = f"{here}/{quote(sale.old_id, safe='')}/payment-methods"
                methods = self._asked(path, {"onlyAccountedPayments": "true"})
                transactions = btcpay.transactions_from(methods)
                sale = btcpay.invoice_from(one, line=line, transactions=transactions)
            yield sale

    def _asked(self, path: str, query: dict[str, Any] | None = None) -> Any:
        """Raises OutsideRefused, OutsideFailed, OldKeyRefused, OldKeyLacks, OldServerOther,
        OldAnswerTooLarge."""
        address = f"{self._root}/{path}" + (f"?{urlencode(query)}" if query else "")
        answer = request(
            method="GET",
            url=address,
            headers={
                "authorization": self._key,
                "accept": "application/json",
                "accept-encoding": "identity",
            },
            timeout_seconds=TIMEOUT_SECONDS,
            max_answer_bytes=MOST_BYTES,
            allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK,
        )
        return _read(answer)

    def _list(self, told: Any) -> list[Any]:
        rows = told if self._is_btcpay else told.get("result") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise OldServerOther
        return rows


def _read(answer: Answer) -> Any:
    if answer.status == UNAUTHORIZED:
        raise OldKeyRefused
    if answer.status == FORBIDDEN:
        raise OldKeyLacks
    if answer.status in BUSY or answer.status >= SERVER_ERROR:
        raise OutsideFailed("The old server is busy.", code="old_server_busy")
    if answer.status != OK or "json" not in answer.headers.get("content-type", ""):
        raise OldServerOther
    if answer.truncated:
        raise OldAnswerTooLarge
    try:
        return exact_json(answer.body)
    except NoJson as error:
        raise OutsideFailed("The old server broke off.", code="old_server_busy") from error


def _is_of(told: Any, store_id: str) -> bool:
    """Whether it is of the store; what does not say so is listed as unreadable, not passed over."""
    theirs = text_of(told.get("store_id")) if isinstance(told, dict) else ""
    return not theirs or theirs == store_id


def _first(found: list[Any]) -> str:
    one = found[0] if found else None
    return key_text_of(one.get("id"), MAX_ID) if isinstance(one, dict) else ""


def _count(told: Any) -> int | None:
    count = told.get("count") if isinstance(told, dict) else None
    return count if isinstance(count, int) and 0 <= count < 2**31 else None

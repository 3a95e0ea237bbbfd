"""Ask for money: quotes for every accepted token, an address, one statement."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from msgspec.structs import replace

from gateway.chains.create2 import SaltTerms, deposit_address, terms_salt
from gateway.chains.selectors import TokenView
from gateway.chains.services import POLL_SECONDS
from gateway.compliance.knowing.gate import taking_check
from gateway.compliance.selectors import STALE_AFTER_SECONDS
from gateway.events.ids import uuid7
from gateway.events.subscriptions import handlers_for
from gateway.events.waking import EVENTS, news_of, wake
from gateway.invoices.catalogue import Catalogue, catalogue
from gateway.invoices.errors import (
    BadLock,
    BadText,
    ExternalKeyConflict,
    NoQuote,
    ScreeningUnavailable,
    ShopHasNoPayoutAddress,
    WrongCurrency,
)
from gateway.invoices.exposure import (
    exposed_caps,
    exposed_units,
    invoice_id_of_thread,
    without,
)
from gateway.invoices.life import release_rule
from gateway.invoices.metadata import check_metadata
from gateway.invoices.models import Invoice
from gateway.invoices.payers import payer_asked_of
from gateway.invoices.presenters import event_body
from gateway.invoices.quotebook import (
    Book,
    QuoteSet,
    Terms,
    promise_of,
    quoted_tokens,
)
from gateway.market.errors import LockCapReached
from gateway.market.quotes import Quote, quote_assets
from gateway.market.services import exposure_shard
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount
from gateway.money.errors import NotPositive
from gateway.shops.errors import ShopNotActive
from gateway.shops.selectors import ShopView

MIN_LOCK_SECONDS = 30
MAX_LOCK_SECONDS = 3_600
MAX_TEXT = 200

# What a database or a terminal can't hold: control characters, and text that isn't Unicode.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

ISSUE_SQL = """
SELECT outcome, invoice_id, is_duplicate_order, full_assets FROM invoices_issue(%s::jsonb, %s, %s)
"""
# What goes along was made for an order that is, or is not, asked for a second time (the last %s).
ISSUE_ALONGSIDE_SQL = """
SELECT outcome, invoice_id, is_duplicate_order, full_assets, CASE WHEN outcome = 'issued' THEN
       CASE WHEN is_duplicate_order = %s THEN {call} ELSE invoices_issued_otherwise() END END
  FROM invoices_issue(%s::jsonb, %s, %s)
"""
ISSUED_OTHERWISE = "TL009"


@dataclass(frozen=True, slots=True)
class Alongside:
    """What a caller has written by the statement that issues an invoice: both stand, or neither.

    Attributes:
        call: a function's call in SQL, returning void, with a placeholder for each argument.
        arguments: of an invoice that is being issued. Asked for again if the order turns out to
            have another invoice.
    """

    call: str
    arguments: Callable[[Invoice], Sequence[Any]]


def invoice_issue(
    *,
    shop: ShopView,
    amount: Amount,
    now: datetime,
    order_id: str = "",
    metadata: Mapping[str, Any] | None = None,
    lock_seconds: int | None = None,
    created_by: str = "",
    external_key: str = "",
    alongside: Alongside | None = None,
    only: tuple[str, ...] = (),
    return_url: str = "",
) -> Invoice:
    """Ask for ``amount`` in the shop's currency, with a rate locked for each token it accepts.

    One statement, whatever is stored: screening, caps, invoice, address, exposure and event. Now
    and then, when a shard's share of an asset's cap is used up, two; a token whose cap leaves no
    room for it is not offered (``lock_cap_reached``), however many sell at once.

    Args:
        lock_seconds: how long the quotes hold; the shop's terms if unset, or less while the
            state of an offered token's market allows no more. Where so much is asked for by
            name, such a token is not offered (``lock_too_long``).
        external_key: the caller's name for this demand. Asked again with it, however often and
            at the same time, there is one invoice, and that one is returned.
        alongside: what to write with a new invoice; not together with ``external_key``, whose
            invoice may be there already.
        only: of the assets that the shop accepts, offer these alone, now and at each new price.
        return_url: where the shopper goes back to; ``{InvoiceId}`` and ``{OrderId}`` in it stand
            for this invoice's.

    Raises:
        ShopNotActive, ShopHasNoPayoutAddress, WrongCurrency, NotPositive, BadLock, BadText,
        BadNumber: refused as asked for.
        LevelLimitPassed: more than the shop may take while no more is known of it.
        NoQuote: no token can be offered; ``reasons`` says why for each.
        LockCapReached: the shop's cap of open locks would be passed.
        ScreeningUnavailable: the screening lists are missing or stale.
        ExternalKeyConflict: the key names an invoice for something else.
    """
    if alongside and external_key:
        raise ValueError("An invoice that may be there already takes nothing along.")
    seconds = _checked(shop=shop, amount=amount, lock_seconds=lock_seconds)
    taking_check(shop=shop, amount=amount, now=now)
    texts = {"order_id": order_id, "external_key": external_key, "created_by": created_by}
    for field, text in texts.items():
        check_text(text, field=field)
    check_metadata(metadata or {})

    offered = catalogue(shop.mode)
    drawn = draw_quotes(
        shop=shop,
        amount=amount,
        lock_seconds=seconds,
        shorten_lock=lock_seconds is None,
        only=only,
        now=now,
    )
    while True:
        book = Book(
            terms=replace(
                _terms(shop, amount=amount, lock_seconds=seconds, now=now),
                only=only,
                return_url=return_url,
            ),
            settlement_decimals=_settlement(shop, offered).decimals,
            chains=offered.offered_chains,
            tokens=quoted_tokens(drawn, offered.offered_tokens),
            sets=(drawn,),
        )
        invoice = _drafted(shop=shop, amount=amount, book=book, now=now)
        invoice.order_id, invoice.external_key = order_id, external_key
        invoice.created_by, invoice.metadata = created_by, dict(metadata or {})
        try:
            return _issued(invoice, book=book, shop=shop, offered=offered, alongside=alongside)
        except _AssetsFull as full:
            drawn = without(drawn, full.assets)


def draw_quotes(
    *,
    shop: ShopView,
    amount: Amount,
    lock_seconds: int,
    shorten_lock: bool,
    now: datetime,
    only: tuple[str, ...] = (),
    strategic_share_ppm: int | None = None,
) -> QuoteSet:
    """Quotes of now for every token the shop accepts, from the market's latest snapshot. Pure but
    for reading it.

    Args:
        shorten_lock: rather than refuse a token that may be promised for a shorter time only.
        only: of the tokens it accepts, these; none: all of them.
        strategic_share_ppm: of those who get such a lock; as estimated of the shop if unset.

    Raises:
        NoQuote: there is none.
    """
    accepted = shop.terms.accepted_assets
    codes = [
        code
        for code in catalogue(shop.mode).tokens
        if (accepted is None or code in accepted) and (not only or code in only)
    ]
    answers = quote_assets(
        snapshot=current_snapshot(),
        demand=amount,
        settlement_asset=shop.settlement_asset,
        assets=codes,
        lock_seconds=lock_seconds,
        fee_bps=shop.terms.fee_bps,
        now=now,
        strategic_share_ppm=(
            shop.strategic_share_ppm if strategic_share_ppm is None else strategic_share_ppm
        ),
        shorten_lock=shorten_lock,
    )
    quotes = tuple(answer for answer in answers if isinstance(answer, Quote))
    refused = {answer.asset: answer.code for answer in answers if not isinstance(answer, Quote)}
    if not quotes:
        raise NoQuote(refused)
    return QuoteSet(
        drawn_at=now,
        lock_end=quotes[0].lock_end,
        quotes=quotes,
        refused=refused,
    )


@dataclass(frozen=True, slots=True)
class _Reserved:
    salt: bytes
    address: bytes


def _checked(*, shop: ShopView, amount: Amount, lock_seconds: int | None) -> int:
    if not shop.is_active:
        raise ShopNotActive
    if shop.payout_address is None:
        raise ShopHasNoPayoutAddress
    if amount.asset.code != shop.pricing_currency:
        raise WrongCurrency(f"This shop prices in {shop.pricing_currency}.")
    if amount.units <= 0:
        raise NotPositive("The amount must be more than zero.", field="amount")
    return checked_lock(shop.terms.lock_seconds if lock_seconds is None else lock_seconds)


def checked_lock(seconds: int) -> int:
    """Raises BadLock unless a rate may be locked for so long. Pure."""
    if type(seconds) is not int or not MIN_LOCK_SECONDS <= seconds <= MAX_LOCK_SECONDS:
        raise BadLock
    return seconds


def check_text(text: str, *, field: str) -> None:
    """Raises BadText unless it can be kept as it is. Pure."""
    if len(text) > MAX_TEXT or _CONTROL.search(text):
        raise BadText(f"{field} must be at most {MAX_TEXT} printable characters.", field=field)


def _terms(shop: ShopView, *, amount: Amount, lock_seconds: int, now: datetime) -> Terms:
    return Terms(
        shop_name=shop.name,
        underpay_tolerance_bps=shop.terms.underpay_tolerance_bps,
        overpay_tolerance_bps=shop.terms.overpay_tolerance_bps,
        fee_bps=shop.terms.fee_bps,
        fee_version=shop.terms.fee_version,
        late_policy=shop.terms.late_policy,
        release_at=release_rule(shop.terms.release_rules, amount_units=amount.units),
        qr_kind=shop.terms.qr_kind,
        lock_seconds=lock_seconds,
        monitoring_seconds=shop.terms.monitoring_seconds,
        payer_asked=payer_asked_of(amount, mode=shop.mode, now=now),
        exchange_lock_seconds=exchange_lock_seconds(shop, lock_seconds=lock_seconds),
    )


def exchange_lock_seconds(shop: ShopView, *, lock_seconds: int) -> int:
    """How long a price may be held for who pays from an exchange; 0 where that is not offered, or
    no longer than the usual one. Pure but for the settings."""
    seconds = min(settings.EXCHANGE_LOCK_MINUTES * 60, MAX_LOCK_SECONDS)
    return seconds if shop.terms.exchange_lock and seconds > lock_seconds else 0


def _settlement(shop: ShopView, offered: Catalogue) -> TokenView:
    """The token the shop is settled in; without it nothing can be quoted."""
    token = offered.tokens.get(shop.settlement_asset)
    if token is None:
        raise NoQuote({shop.settlement_asset: "settlement_asset_unknown"})
    return token


def _drafted(*, shop: ShopView, amount: Amount, book: Book, now: datetime) -> Invoice:
    drawn = book.latest
    invoice = Invoice(
        id=invoice_id_of_thread(),
        shop_id=shop.id,
        mode=shop.mode,
        currency=amount.asset.code,
        amount_units=amount.units,
        settlement_asset=shop.settlement_asset,
        lock_end=drawn.lock_end,
        monitoring_end=drawn.lock_end + timedelta(seconds=book.terms.monitoring_seconds),
        judge_at=drawn.lock_end,
        created_at=now,
    )
    invoice.promises = book
    return invoice


def _reserved(invoice: Invoice, *, book: Book, shop: ShopView, offered: Catalogue) -> _Reserved:
    """The address that commits to what was promised: to whom, in what, how much, until when."""
    terms = SaltTerms(
        invoice_id=invoice.id,
        payee=shop.payout_address,
        settlement_token=offered.tokens[shop.settlement_asset].address,
        amount=min(promise_of(quote).credit_units for quote in book.latest.quotes),
        lock_end=int(invoice.lock_end.timestamp()),
    )
    salt = terms_salt(terms)
    return _Reserved(salt=salt, address=deposit_address(factory=offered.factory, salt=salt))


def _issued(
    invoice: Invoice,
    *,
    book: Book,
    shop: ShopView,
    offered: Catalogue,
    alongside: Alongside | None,
) -> Invoice:
    reserved = _reserved(invoice, book=book, shop=shop, offered=offered)
    invoice.address = reserved.address
    asked = orjson.dumps(
        {
            "id": invoice.id,
            "shop_id": invoice.shop_id,
            "mode": invoice.mode,
            "currency": invoice.currency,
            "amount_units": str(invoice.amount_units),
            "settlement_asset": invoice.settlement_asset,
            "address": _bytea(reserved.address),
            "asked_at": invoice.created_at,
            "lock_end": invoice.lock_end,
            "monitoring_end": invoice.monitoring_end,
            "poll_until": min(
                invoice.monitoring_end, invoice.created_at + timedelta(seconds=POLL_SECONDS)
            ),
            "order_id": invoice.order_id,
            "external_key": invoice.external_key,
            "metadata": invoice.metadata,
            "created_by": invoice.created_by,
            "salt": _bytea(reserved.salt),
            "factory_address": _bytea(offered.factory.address),
            "factory_version": offered.factory.version,
            **_exposure(invoice, book=book),
            "max_open_units": str(shop.terms.max_open_lock_units),
            "refused_feeds": feeds_refused(shop.mode),
            "feed_stale_seconds": STALE_AFTER_SECONDS,
            "event_id": uuid7(),
            "event_body": event_body(invoice),
            "event_handlers": handlers_for("invoice.created"),
        }
    ).decode()
    outcome, invoice_id, is_duplicate_order, full = _told(
        invoice, asked, share=False, alongside=alongside
    )
    if outcome == "share":
        outcome, invoice_id, is_duplicate_order, full = _told(
            invoice, asked, share=True, alongside=alongside
        )
    if outcome == "full":
        raise _AssetsFull(full)
    if outcome == "issued":
        wake(EVENTS, [f"invoice:{invoice.id}", news_of(invoice.shop_id)])
        _mark_order(invoice, is_duplicate=is_duplicate_order)
        invoice._state.adding = False
        return invoice
    if outcome == "exists":
        return _same(invoice, existing_id=invoice_id)
    raise _REFUSALS[outcome]


class _AssetsFull(Exception):
    """Open locks of these assets would pass their caps; nothing was written."""

    def __init__(self, assets: list[str]) -> None:
        super().__init__(assets)
        self.assets = assets


_Told = tuple[str, UUID, bool, list[str]]


def _mark_order(invoice: Invoice, *, is_duplicate: bool) -> None:
    """Whether its order has another invoice that may be paid."""
    invoice.duplicate_order = is_duplicate
    invoice.exceptions = ["duplicate_order"] if is_duplicate else []


def _told(invoice: Invoice, asked: str, *, share: bool, alongside: Alongside | None) -> _Told:
    """What the statement answers to what was asked."""
    parameters = [asked, invoice.book, share]
    if alongside is None:
        return _answered(ISSUE_SQL, parameters)
    sql = ISSUE_ALONGSIDE_SQL.format(call=alongside.call)
    _mark_order(invoice, is_duplicate=False)
    try:
        return _answered(sql, [False, *alongside.arguments(invoice), *parameters])
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) != ISSUED_OTHERWISE:
            raise
    _mark_order(invoice, is_duplicate=True)
    return _answered(sql, [True, *alongside.arguments(invoice), *parameters])


def _answered(sql: str, parameters: list[Any]) -> _Told:
    """A statement is a transaction of its own. Within another one a savepoint is put around it, so
    that its failure leaves that one usable."""
    one = transaction.atomic() if connection.in_atomic_block else nullcontext()
    with one, connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        told: _Told = cursor.fetchone()[:4]
    return told


def _bytea(value: bytes) -> str:
    return "\\x" + value.hex()


def _exposure(invoice: Invoice, *, book: Book) -> dict[str, Any]:
    exposed = exposed_units(invoice, drawn=book.latest)
    caps = exposed_caps(exposed, now=invoice.created_at)
    return {
        "exposed_assets": list(exposed),
        "exposed_units": [str(units) for units in exposed.values()],
        "exposed_caps": [str(caps[code]) for code in exposed],
        "shard": exposure_shard(invoice.id),
    }


_REFUSALS: Mapping[str, type[Exception]] = {
    "screening_unavailable": ScreeningUnavailable,
    "lock_cap_reached": LockCapReached,
}


def feeds_refused(mode: str) -> tuple[str, ...]:
    """States of the screening feeds in which no money is asked for.

    A stale feed refuses new invoices rather than holding everyone's coffee. A test shop may do
    without a list: then nothing of its is credited either.
    """
    if not settings.SCREENING_REQUIRED:
        return ()
    return ("stale", "missing") if mode == "live" else ("stale",)


def _same(asked: Invoice, *, existing_id: UUID) -> Invoice:
    existing = Invoice.objects.get(id=existing_id)
    if (existing.currency, existing.amount_units, existing.order_id) != (
        asked.currency,
        asked.amount_units,
        asked.order_id,
    ):
        raise ExternalKeyConflict
    return existing

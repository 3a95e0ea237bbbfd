"""A card payment as a row: each verb is one transaction, asks nobody, and may be called again."""

from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import structlog
from django.db import transaction

from gateway.cards import locks
from gateway.cards.disputing import disputes_told
from gateway.cards.errors import (
    CardAmountTooSmall,
    CardsNotTaken,
    InvoiceTakesNoCard,
    ReaderNotReady,
)
from gateway.cards.life import Act, Status, act_after, ended, unsettled
from gateway.cards.models import CardTender, Reader
from gateway.cards.selectors import card_account, open_tender
from gateway.cards.telling import tell
from gateway.compliance.knowing.jurisdictions import place_of
from gateway.compliance.knowing.shopper_places import shopper_is_served, shopper_place_note
from gateway.events.ids import uuid7
from gateway.events.points import point
from gateway.invoices.cards import invoice_card_dropped, invoice_card_paid, invoice_card_take
from gateway.invoices.locks import invoice_for_update
from gateway.invoices.models import Invoice
from gateway.ledger.cards import post_card_settled, post_card_tendered
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.ramps.card_terms import CardAsk, CardTold

log = structlog.get_logger(__name__)

BPS: Final = 10_000
LEAST_UNITS: Final = 50
"""0.50 of the usual currencies: Stripe charges no less."""
GOOD_FOR: Final = timedelta(minutes=40)
"""A page of Stripe's is good for half an hour at least; ours may be asked for again meanwhile."""
ASK_FOR: Final = timedelta(minutes=8)
"""So long a page whose answer never came is asked for again, under its key."""
QUIET: Final = timedelta(seconds=30)
LOOK_EACH: Final = timedelta(minutes=1)
READER_EACH: Final = timedelta(seconds=5)
"""Somebody stands at the till: an event that does not come must not keep them waiting."""
SETTLED_EACH: Final = timedelta(hours=1)
DISPUTES_EACH: Final = timedelta(days=1)
DISPUTES_FOR: Final = timedelta(days=180)
"""A card's owner has months to dispute; so long we look by ourselves, should no event come."""


@transaction.atomic
def tender_start(*, invoice_id: UUID, back: str, now: datetime) -> CardTender:
    """A card may pay an invoice: the row of the payment under way, a new one if there is none.

    Args:
        back: address of our page to which the ramp's leads.

    Raises:
        InvoiceNotFound
        CardsNotTaken: the shop takes no cards now.
        InvoiceTakesNoCard: it is not open, or tokens were paid to it.
        CardAmountTooSmall
    """
    invoice = invoice_for_update(invoice_id=invoice_id)
    known = open_tender(invoice_id=invoice_id)
    if known is not None and known.reader_id is not None:
        raise InvoiceTakesNoCard
    if known is not None and (known.status in ("taken", "letting_go") or now < known.ends_at):
        return known
    if known is not None or invoice.status != "waiting" or invoice.mark or invoice.card:
        raise InvoiceTakesNoCard
    return tender_new(invoice, back=back, good_for=GOOD_FOR, now=now)


def tender_new(
    invoice: Invoice,
    *,
    good_for: timedelta,
    now: datetime,
    back: str = "",
    reader: Reader | None = None,
) -> CardTender:
    """The row of a card that may pay an invoice, which the caller has locked.

    Raises:
        CardsNotTaken: the shop takes no cards now.
        ReaderNotReady: the reader is of another ramp than its cards.
        CardAmountTooSmall
    """
    account = card_account(shop_id=invoice.shop_id, mode=invoice.mode)
    if account is None:
        raise CardsNotTaken
    if reader is not None and reader.ramp != account.ramp:
        raise ReaderNotReady
    if invoice.amount_units < LEAST_UNITS:
        raise CardAmountTooSmall
    terms = invoice.promises.terms
    fee = invoice.amount_units * terms.fee_bps // BPS
    return CardTender.objects.create(
        id=uuid7(),
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
        mode=invoice.mode,
        ramp=account.ramp,
        account=account.remote_id,
        currency=invoice.currency,
        units=invoice.amount_units,
        to_shop_units=invoice.amount_units - fee,
        fee_units=fee,
        title=terms.shop_name or "Tillway",
        back=back,
        reader=reader,
        turn="asking" if reader is not None else "",
        due_at=now,
        created_at=now,
        ends_at=now + good_for,
    )


@transaction.atomic
def tender_ask(*, tender_id: UUID, now: datetime) -> CardAsk | None:
    """From here on the ramp may have heard of it. What to ask it; None where a page (or a reader's
    payment) is known, or was asked for too long ago: then it was shown to nobody, and nobody can
    pay on it."""
    row = locks.tender_for_update(tender_id)
    if row.status not in ("planned", "asked"):
        return None
    if now - row.created_at > ASK_FOR or now >= row.ends_at:
        row.asked_at = row.asked_at or now
        tender_end(row, "expired", now=now)
        return None
    row.status, row.asked_at = "asked", row.asked_at or now
    row.asks, row.due_at = row.asks + 1, now + QUIET
    row.save()
    return CardAsk(
        id=row.id,
        key=f"tillway:card:{row.id}",
        account=row.account,
        amount=Amount(row.units, FIAT[row.currency]),
        title=row.title,
        back=row.back,
        ends_at=row.ends_at,
    )


@transaction.atomic
def tender_try(*, tender_id: UUID, now: datetime) -> str:
    """A key for the next request that charges a card or lets it go: written down before it."""
    row = locks.tender_for_update(tender_id)
    row.asks, row.due_at = row.asks + 1, now + QUIET
    row.save(update_fields=["asks", "due_at"])
    return f"tillway:card:{row.id}:{row.asks}"


@transaction.atomic
def tender_told(*, tender_id: UUID, told: CardTold, now: datetime) -> tuple[CardTender, Act]:
    """Keep what the ramp says of it; with it, what is to be asked of the ramp next.

    Here the invoice is kept for the card, paid, or let go again, in this one transaction with the
    books.
    """
    row = locks.tender_for_update(tender_id)
    row.remote_session = row.remote_session or told.session
    row.remote_intent = row.remote_intent or told.intent
    row.url, row.last_error = told.url if row.status in ("asked", "open") else "", ""
    if row.status == "asked" and (row.remote_session or row.remote_intent):
        row.status = "open"
    act = act_after(
        status=cast(Status, row.status), told=told.state, holds_invoice=row.holds_invoice
    )
    if act in ("take", "paid") and (told.currency, told.units) != (row.currency, row.units):
        act = "unclear"
    if act == "take":
        act = _take(row, country=told.country, now=now)
    elif act == "paid":
        _paid(row, now=now)
    elif act == "gone":
        tender_end(row, ended(cast(Status, row.status)), now=now)
    elif act == "unclear":
        row.status, row.url = "unclear", ""
        log.error("card_unclear", tender=str(row.id), told=told.state.value, units=told.units)
        tell(row, "card.unclear", now=now)
    if row.status == "paid":
        _follow(row, told, now=now)
    row.due_at = _next_look(row, now=now)
    row.save()
    return row, act


@transaction.atomic
def tender_refused(*, tender_id: UUID, reason: str, now: datetime) -> CardTender:
    """The ramp won't do what was asked: a page is not made; what can't be charged is let go."""
    row = locks.tender_for_update(tender_id)
    row.last_error = reason[:300]
    if row.status == "asked":
        tender_end(row, "expired", now=now)
    elif row.status == "taken":
        row.status = "letting_go"
    row.save()
    return row


def note_trouble(*, tender_id: UUID, error: str, due_at: datetime) -> None:
    """Remember for people why nothing is known yet, and when to ask again. One statement."""
    CardTender.objects.filter(id=tender_id).update(last_error=error[:300], due_at=due_at)


# --- parts ---------------------------------------------------------------------------------------


def _take(row: CardTender, *, country: str, now: datetime) -> Act:
    if _is_served(row, country=country, now=now) and invoice_card_take(
        invoice_id=row.invoice_id, now=now
    ):
        point("card.taken")
        row.status, row.holds_invoice = "taken", True
        return "capture"
    row.status = "letting_go"
    return "let_go"


def _is_served(row: CardTender, *, country: str, now: datetime) -> bool:
    """Whether the house serves whoever holds this card, by all that is known of where they are.
    Test money is worth nothing."""
    if row.mode != "live":
        return True
    shopper_place_note(
        invoice_id=row.invoice_id,
        shop_id=row.shop_id,
        source="card",
        place=place_of(country),
        now=now,
    )
    is_served = shopper_is_served(invoice_id=row.invoice_id)
    if not is_served:
        log.warning("card_not_served", tender=str(row.id))
    return is_served


def _paid(row: CardTender, *, now: datetime) -> None:
    currency = FIAT[row.currency]
    post_card_tendered(
        tender_id=row.id,
        invoice_id=row.invoice_id,
        shop_id=row.shop_id,
        ramp=row.ramp,
        to_shop=Amount(row.to_shop_units, currency),
        fee=Amount(row.fee_units, currency),
        now=now,
    )
    point("card.posted")
    row.status, row.paid_at, row.ended_at = "paid", now, now
    row.unsettled_units = row.to_shop_units
    invoice_card_paid(invoice_id=row.invoice_id, now=now)
    tell(row, "card.paid", now=now)


def tender_end(row: CardTender, status: Status, *, now: datetime) -> None:
    """It came to nothing. In the caller's transaction, which locked the row."""
    row.status, row.url, row.ended_at, row.due_at = status, "", now, None
    if row.holds_invoice:
        row.holds_invoice = False
        invoice_card_dropped(invoice_id=row.invoice_id, now=now)
    row.save()
    tell(row, "card.ended", now=now)


def _follow(row: CardTender, told: CardTold, *, now: datetime) -> None:
    """What became of the money of a paid one: it came to the ramp; it was disputed."""
    came = told.settled
    if came is not None and row.settled_at is None:
        row.coming_units = came.net_units if came.currency == row.currency else None
        row.coming_reference = came.reference
        if (came.currency, came.units) != (row.currency, row.units):
            row.last_error = f"settled as {came.units} {came.currency}: a person must look"
            log.error("card_settled_otherwise", tender=str(row.id), detail=row.last_error)
        elif came.has_come:
            currency = FIAT[row.currency]
            post_card_settled(
                reference=came.reference,
                ramp=row.ramp,
                amount=Amount(came.units, currency),
                fee=Amount(came.fee_units, currency),
                now=now,
            )
            point("card.settled")
            row.settled_at, row.ramp_fee_units = now, came.fee_units
            tell(row, "card.settled", now=now)
    disputed = disputes_told(row, told.disputes, now=now)
    still = unsettled(
        to_shop=row.to_shop_units, disputed=disputed, refunded=int(row.refunded_units)
    )
    row.unsettled_units = 0 if row.settled_at else still


def _next_look(row: CardTender, *, now: datetime) -> datetime | None:
    if row.status in ("let_go", "expired"):
        return None
    if row.status == "unclear":
        return now + DISPUTES_EACH
    if row.status != "paid" or row.paid_at is None:
        return now + (LOOK_EACH if row.reader_id is None else READER_EACH)
    if row.settled_at is None:
        return now + SETTLED_EACH
    later = now + DISPUTES_EACH
    return later if later - row.paid_at <= DISPUTES_FOR else None

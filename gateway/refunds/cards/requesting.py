"""A shop gives a card payment, or a part of it, back: set aside at once, decided by role and limit.

The card gets the amount whole. It comes out of the shop's balance whole too: neither the house's
fee for the sale nor the ramp's comes back.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from gateway.cards import locks as card_locks
from gateway.cards.life import unsettled
from gateway.cards.models import CardTender
from gateway.events.ids import uuid7
from gateway.ledger import locks as ledger_locks
from gateway.ledger.refunds import post_refund_lapsed, post_refund_made
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.cards import locks
from gateway.refunds.cards.life import left_to_refund
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.cards.saying import tell
from gateway.refunds.errors import (
    ApprovalRefused,
    NothingToRefund,
    RefundConflict,
    RefundNotOpen,
    RefundTooLarge,
    RefundTooSmall,
    ShopBalanceShort,
)
from gateway.refunds.limits import Person, may_approve, needs_second
from gateway.settlement.selectors import withheld_units
from gateway.shops.selectors import shop_view

REASON_CHARACTERS = 200


def card_left(tender: CardTender) -> int:
    """Minor units of a card payment that may still go back. One query; a promise only under its
    lock."""
    if tender.status != "paid":
        return 0
    return left_to_refund(
        charged=int(tender.units),
        refunded=int(tender.refunded_units),
        disputed=_disputed(tender),
    )


@transaction.atomic
def card_refund_request(
    *,
    shop_id: UUID,
    invoice_id: UUID,
    by: Person,
    now: datetime,
    amount: Amount | None = None,
    reason: str = "",
    key: str = "",
) -> CardRefund:
    """Set aside what goes back to the card that paid an invoice; approved at once within the
    asker's own limit.

    Args:
        amount: of the invoice's currency; None for all that is left.
        key: the caller's name for this refund; the same is the same refund.

    Raises:
        NothingToRefund: no card paid it, or nothing is left.
        RefundTooLarge, RefundTooSmall: by the amount.
        ShopBalanceShort: the shop has less than that.
        RefundConflict: the key was used for another refund.
    """
    paid = CardTender.objects.filter(shop_id=shop_id, invoice_id=invoice_id, status="paid")
    tender_id = paid.values_list("id", flat=True).first()
    if tender_id is None:
        raise NothingToRefund
    tender = card_locks.tender_for_update(tender_id)
    known = CardRefund.objects.filter(shop_id=shop_id, external_key=key).first() if key else None
    if known is not None:
        if (known.invoice_id, known.requested_by) != (invoice_id, by.who):
            raise RefundConflict
        return known
    units = _units(tender, amount)
    terms = shop_view(shop_id=shop_id).terms
    refund = CardRefund(
        id=uuid7(),
        tender=tender,
        invoice_id=invoice_id,
        shop_id=shop_id,
        mode=tender.mode,
        ramp=tender.ramp,
        currency=tender.currency,
        units=units,
        reason=reason.strip()[:REASON_CHARACTERS],
        requested_by=by.who,
        requested_via=by.via,
        session=by.session,
        external_key=key,
        needs_second=needs_second(terms, units),
        requested_at=now,
    )
    if may_approve(terms, by, worth_units=units, requested_by=by.who):
        _approve(refund, by=by, now=now)
    refund.save(force_insert=True)
    _set_aside(refund, tender, now=now)
    tell(refund, "card.refund_requested", now=now)
    return refund


@transaction.atomic
def card_refund_approve(*, shop_id: UUID, refund_id: UUID, by: Person, now: datetime) -> CardRefund:
    """Let it go. Again is the same.

    Raises:
        RefundUnknown, RefundNotOpen
        ApprovalRefused: above what this person may approve, or they asked for it themselves where
            a second person is needed.
    """
    refund, _tender = locks.refund_with_tender(refund_id, shop_id=shop_id)
    if refund.approved_by:
        return refund
    if refund.status != "requested":
        raise RefundNotOpen
    worth = None if refund.needs_second else int(refund.units)
    terms = shop_view(shop_id=shop_id).terms
    if not may_approve(terms, by, worth_units=worth, requested_by=refund.requested_by):
        raise ApprovalRefused
    _approve(refund, by=by, now=now)
    refund.save()
    return refund


@transaction.atomic
def card_refund_reject(*, shop_id: UUID, refund_id: UUID, by: Person, now: datetime) -> CardRefund:
    """Call one off that nobody approved: it is the shop's again. Again is the same.

    Raises:
        RefundUnknown, RefundNotOpen
    """
    refund, tender = locks.refund_with_tender(refund_id, shop_id=shop_id)
    if refund.status == "rejected":
        return refund
    if refund.status != "requested":
        raise RefundNotOpen
    refund.status, refund.ended_by, refund.ended_at = "rejected", by.who, now
    refund.save()
    give_back(refund, tender, now=now)
    tell(refund, "card.refund_rejected", now=now)
    return refund


def give_back(refund: CardRefund, tender: CardTender, *, now: datetime) -> None:
    """What was set aside is the shop's again. In the caller's transaction, with both locked."""
    post_refund_lapsed(refund_id=refund.id, now=now)
    _refunded(tender, -int(refund.units))


# --- parts ---------------------------------------------------------------------------------------


def _units(tender: CardTender, amount: Amount | None) -> int:
    left = card_left(tender)
    if left <= 0:
        raise NothingToRefund
    if amount is None:
        return left
    if amount.units <= 0 or amount.asset.code != tender.currency:
        raise RefundTooSmall
    if amount.units > left:
        raise RefundTooLarge
    return amount.units


def _approve(refund: CardRefund, *, by: Person, now: datetime) -> None:
    refund.status, refund.due_at = "approved", now
    refund.approved_by, refund.approved_at = by.who, now


def _set_aside(refund: CardRefund, tender: CardTender, *, now: datetime) -> None:
    """Take it from the shop's balance, of which what is withheld must stay: but for what stands on
    this very payment, of which the less must stay the more goes back."""
    held = ledger_locks.shop_balance_for_update(shop_id=refund.shop_id, asset=refund.currency)
    _refunded(tender, int(refund.units))
    withheld = withheld_units(shop_id=refund.shop_id).get(refund.currency, 0)
    if held.available - withheld < refund.units:
        raise ShopBalanceShort
    post_refund_made(
        refund_id=refund.id,
        shop_id=refund.shop_id,
        taken=Amount(int(refund.units), FIAT[refund.currency]),
        now=now,
    )


def _refunded(tender: CardTender, units: int) -> None:
    tender.refunded_units = int(tender.refunded_units) + units
    if tender.settled_at is None:
        tender.unsettled_units = unsettled(
            to_shop=int(tender.to_shop_units),
            disputed=_disputed(tender),
            refunded=int(tender.refunded_units),
        )
    tender.save(update_fields=["refunded_units", "unsettled_units"])


def _disputed(tender: CardTender) -> int:
    sums = tender.disputes.aggregate(taken=Sum("units"), returned=Sum("returned_units"))
    return int(sums["taken"] or 0) - int(sums["returned"] or 0)

"""A shop decides about a refund: approve it, call it off, or have it claimed anew."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.refunds import locks
from gateway.refunds.errors import ApprovalRefused, RefundNotOpen
from gateway.refunds.life import UNSENT
from gateway.refunds.limits import Person, may_approve
from gateway.refunds.links import LINK_LASTS, token_hash, token_new
from gateway.refunds.models import Refund
from gateway.refunds.saying import become, give_up, tell
from gateway.shops.selectors import shop_view


@transaction.atomic
def refund_approve(*, shop_id: UUID, refund_id: UUID, by: Person, now: datetime) -> Refund:
    """Let a refund go, before or after it is claimed. Again is the same.

    Raises:
        RefundUnknown: the shop has no such refund.
        ApprovalRefused: it is above what this person may approve, or they asked for it
            themselves where a second person is needed.
        RefundNotOpen: it is over.
    """
    refund, invoice = locks.refund_with_invoice(refund_id=refund_id, shop_id=shop_id)
    if refund.approved_by:
        return refund
    if refund.status not in ("requested", "claimed"):
        raise RefundNotOpen
    terms = shop_view(shop_id=shop_id).terms
    worth = None if refund.needs_second else refund.worth_units
    if not may_approve(terms, by, worth_units=worth, requested_by=refund.requested_by):
        raise ApprovalRefused
    refund.approved_by, refund.approved_at = by.who, now
    if refund.status == "claimed":
        become(refund, "approved")
    refund.save(update_fields=["approved_by", "approved_at", "status", "waiting_reason"])
    tell(refund, "refund.approved", invoice=invoice, now=now)
    return refund


@transaction.atomic
def refund_reject(
    *, shop_id: UUID, refund_id: UUID, by: Person, now: datetime, reason: str = "shop"
) -> Refund:
    """Call a refund off that was not sent. What was set aside is the shop's again; what is owed
    stays owed. Again is the same.

    Raises:
        RefundUnknown: the shop has no such refund.
        RefundNotOpen: it is on its way, or over; or its token was bought for the shopper already.
    """
    refund, invoice = locks.refund_with_invoice(refund_id=refund_id, shop_id=shop_id)
    if refund.status == "rejected":
        return refund
    if refund.status not in UNSENT or refund.is_converted:
        raise RefundNotOpen
    give_up(refund, "rejected", invoice=invoice, reason=reason, now=now, by=by.who)
    return refund


@transaction.atomic
def refund_relink(
    *, shop_id: UUID, refund_id: UUID, by: Person, now: datetime
) -> tuple[Refund, str]:
    """A new claim link, for ninety days; the old one ends. Claimed and not approved, the refund can
    be claimed anew: the only way to correct an address.

    Returns:
        the refund, and the new link's token.

    Raises:
        RefundUnknown: the shop has no such refund.
        RefundNotOpen: its address is settled, or it is over.
    """
    refund, invoice = locks.refund_with_invoice(refund_id=refund_id, shop_id=shop_id)
    if refund.status not in ("requested", "claimed"):
        raise RefundNotOpen
    if refund.status == "claimed":
        become(refund, "requested")
        refund.destination = refund.claimed_at = refund.promised_until = None
        refund.promised_units = None
        refund.asset = refund.asset if refund.is_converted else ""
    token = token_new()
    refund.link_hash, refund.link_expires_at = token_hash(token), now + LINK_LASTS
    refund.linked_by = by.who
    refund.save()
    tell(refund, "refund.relinked", invoice=invoice, now=now)
    return refund, token

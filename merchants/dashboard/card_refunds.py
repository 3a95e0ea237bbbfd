"""Refunds to cards in the dashboard: asked for on an invoice's page, decided there too."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.events.errors import TillwayError
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.selectors import invoice_get
from gateway.money.errors import MoneyError
from gateway.refunds.cards.requesting import card_refund_approve, card_refund_reject
from gateway.refunds.cards.selectors import card_refund_get
from gateway.refunds.errors import RefundUnknown
from merchants.accounts.acting import person_acting
from merchants.accounts.guards import MemberRequest, require_action, step_first
from merchants.dashboard.auditing import write_down
from merchants.pos.card_refunds import card_refund_asked
from merchants.pos.refunds import refund_problem


@require_POST
@require_action("refund.request")
def ask(request: MemberRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Give a card payment, or a part of it, back; once per draft."""
    try:
        invoice = invoice_get(shop_id=shop_id, invoice_id=invoice_id)
    except InvoiceNotFound as error:
        raise Http404 from error
    if first := step_first(request, "refund.approve", back=_invoice(shop_id, invoice_id)):
        return first
    try:
        refund = card_refund_asked(
            request, invoice_id=invoice_id, currency=invoice.currency, via="dashboard"
        )
    except (TillwayError, MoneyError) as error:
        messages.error(request, refund_problem(error))
    else:
        messages.success(
            request,
            _("It goes back to the card.")
            if refund.approved_by
            else _("Somebody with a higher limit has to approve it."),
        )
    return _to_invoice(shop_id, invoice_id)


@require_POST
@require_action("refund.approve")
def decide(request: MemberRequest, shop_id: UUID, card_refund_id: UUID) -> HttpResponse:
    """Approve one, or call it off."""
    verbs = {"approve": card_refund_approve, "reject": card_refund_reject}
    verb = verbs.get(request.POST.get("action", ""))
    try:
        refund = card_refund_get(shop_id=shop_id, refund_id=card_refund_id)
    except RefundUnknown as error:
        raise Http404 from error
    if verb is None:
        raise Http404
    back = _invoice(shop_id, refund.invoice_id)
    if verb is card_refund_approve and (first := step_first(request, "refund.approve", back=back)):
        return first
    try:
        with transaction.atomic():
            refund = verb(
                shop_id=shop_id,
                refund_id=card_refund_id,
                by=person_acting(request, via="dashboard"),
                now=timezone.now(),
            )
            act = "refund.rejected" if refund.status == "rejected" else "refund.approved"
            write_down(request, act, subject=f"card_refund:{card_refund_id}")
    except TillwayError as error:
        messages.error(request, refund_problem(error))
    else:
        called_off = refund.status == "rejected"
        messages.success(
            request,
            _("The refund was called off.") if called_off else _("The refund is approved."),
        )
    return _to_invoice(shop_id, refund.invoice_id)


def _invoice(shop_id: UUID, invoice_id: UUID) -> str:
    return f"/dashboard/{shop_id}/invoices/{invoice_id}"


def _to_invoice(shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(f"{_invoice(shop_id, invoice_id)}#card-refunds")

"""A shop's refunds: the list, one with its decisions, and asking for one with a preview."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.checkout.claim_screens import refund_word
from gateway.checkout.wording import money_text
from gateway.events.errors import BadCursor, TillwayError
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.models import Invoice
from gateway.invoices.selectors import invoice_get
from gateway.money.errors import MoneyError
from gateway.refunds.cards.selectors import waiting_card_refunds
from gateway.refunds.deciding import refund_approve, refund_reject, refund_relink
from gateway.refunds.errors import RefundUnknown
from gateway.refunds.life import STATUSES
from gateway.refunds.links import link_of
from gateway.refunds.models import Refund
from gateway.refunds.presenters import refund_as_dict
from gateway.refunds.requesting import refund_preview
from gateway.refunds.selectors import ORDERS, refund_get, refunds_page, refunds_to_approve
from merchants.accounts.acting import person_acting
from merchants.accounts.guards import MemberRequest, may, require_action, step_first
from merchants.accounts.models import User
from merchants.dashboard.auditing import write_down
from merchants.dashboard.files import listed_file
from merchants.dashboard.frame import draw
from merchants.dashboard.lists import Listed, choice_in, listed
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import Sign
from merchants.pos.card_refunds import card_refund_row
from merchants.pos.refunds import asked_from, owed_word, refund_problem, wanted_from, worth_text

OPEN: Final = ("requested", "claimed")
COLUMNS: Final = (
    *("requested_at", "refund_id", "invoice_id", "status", "kind", "worth", "currency"),
    *("taken", "taken_asset", "sent", "sent_asset", "tx_hash", "ended_at"),
)


@never_cache
@require_GET
@require_action("refund.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Every refund; those that wait for approval are counted."""
    asked = _asked(request)
    try:
        found = refunds_page(
            shop_id=shop_id, statuses=_statuses(asked), order=asked.order, cursor=asked.cursor
        )
    except BadCursor as error:
        raise Http404 from error
    context = {
        "refunds": [refund_row(refund) for refund in found.items],
        "filters": asked.filters("status", STATUSES, word=refund_word),
        "file_href": asked.address(f"{asked.here}.csv"),
        "to_approve": refunds_to_approve(shop_id=shop_id),
        "card_refunds": [card_refund_row(row) for row in waiting_card_refunds(shop_id=shop_id)],
        **asked.pages(found),
    }
    return draw(request, "dashboard/refunds.html", context)


@require_GET
@require_action("refund.view")
def file(request: MemberRequest, shop_id: UUID) -> Any:
    """All that the same address lists, as CSV, streamed."""
    asked = _asked(request)
    return listed_file(
        request,
        asked,
        kind="refunds",
        page=partial(refunds_page, shop_id=shop_id, statuses=_statuses(asked)),
        columns=COLUMNS,
        lines=lambda refunds: map(_line, refunds),
    )


def _asked(request: MemberRequest) -> Listed:
    return listed(
        request.GET,
        f"/dashboard/{request.shop.id}/refunds",
        orders=ORDERS,
        query={"status": choice_in(request.GET, "status", STATUSES)},
    )


def _statuses(asked: Listed) -> tuple[str, ...]:
    """None for all."""
    return tuple(asked.query.values())


def _line(refund: Refund) -> tuple[str, ...]:
    shown = refund_as_dict(refund)
    return (
        shown["requested_at"],
        shown["id"],
        shown["invoice_id"],
        shown["status"],
        refund.kind,
        shown["worth"] or "",
        shown["currency"],
        shown["taken"]["amount"],
        shown["taken"]["asset"],
        shown["amount"] or "",
        shown["asset"] or "",
        shown["tx_hash"] or "",
        shown["ended_at"] or "",
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("refund.view")
def one(request: MemberRequest, shop_id: UUID, refund_id: UUID) -> HttpResponse:
    """One refund. POST: approve it, call it off, or make a new claim link, which is shown once."""
    try:
        refund = refund_get(shop_id=shop_id, refund_id=refund_id)
    except RefundUnknown as error:
        raise Http404 from error
    if request.method != "POST":
        return _draw_one(request, refund)
    action = request.POST.get("action", "")
    needed = "refund.request" if action == "link" else "refund.approve"
    if not may(request, needed):
        raise PermissionDenied(needed)
    # Calling one off sends nothing anywhere; a new link is as good as the money.
    if action != "reject" and (asked := step_first(request, "refund.approve", back=request.path)):
        return asked
    whose: dict[str, Any] = {
        "shop_id": shop_id,
        "refund_id": refund_id,
        "by": person_acting(request, via="dashboard"),
        "now": timezone.now(),
    }
    try:
        match action:
            case "approve":
                with transaction.atomic():
                    refund_approve(**whose)
                    write_down(request, "refund.approved", subject=f"refund:{refund_id}")
                messages.success(request, _("The refund is approved."))
            case "reject":
                with transaction.atomic():
                    refund_reject(**whose)
                    write_down(request, "refund.rejected", subject=f"refund:{refund_id}")
                messages.success(request, _("The refund was called off."))
            case "link":
                refund, token = refund_relink(**whose)
                return _draw_one(request, refund, link=link_of(token))
            case _:
                raise Http404
    except TillwayError as error:
        return _draw_one(request, refund, problem=refund_problem(error), status=error.status)
    return HttpResponseRedirect(f"/dashboard/{shop_id}/refunds/{refund_id}")


@never_cache
@require_POST
@require_action("refund.request")
def ask(request: MemberRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """A first POST shows what would go back; a second one asks for it, once per draft."""
    try:
        invoice = invoice_get(shop_id=shop_id, invoice_id=invoice_id)
    except InvoiceNotFound as error:
        raise Http404 from error
    back = f"/dashboard/{shop_id}/invoices/{invoice_id}"
    if first := step_first(request, "refund.approve", back=back):
        return first
    try:
        if request.POST.get("confirmed") != "yes":
            return _draw_preview(request, invoice)
        asked = asked_from(request, invoice, via="dashboard")
    except (TillwayError, MoneyError) as error:
        messages.error(request, refund_problem(error))
        return HttpResponseRedirect(back)
    if not may(request, "refund.view"):
        return HttpResponseRedirect(back)
    return _draw_one(request, asked.refund, link=link_of(asked.token))


def _draw_preview(request: MemberRequest, invoice: Invoice) -> HttpResponse:
    refund, is_alone = refund_preview(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        wanted=wanted_from(request, invoice),
        by=person_acting(request, via="dashboard"),
        now=timezone.now(),
    )
    context = {
        "invoice_id": invoice.id,
        "refund": refund_row(refund),
        "is_alone": is_alone,
        "posted": {
            name: request.POST.get(name, "")
            for name in ("amount", "claim_id", "rate", "reason", "draft")
        },
    }
    return draw(request, "dashboard/refund_preview.html", context)


def _draw_one(
    request: MemberRequest, refund: Refund, *, status: int = 200, **more: Any
) -> HttpResponse:
    shown = refund_row(refund)
    people = _names(
        [shown[name] for name in ("requested_by", "linked_by", "approved_by", "rejected_by")]
    )
    is_open = refund.status in OPEN
    context = {
        "refund": shown,
        "asked_by": people.get(shown["requested_by"], shown["requested_by"]),
        "linked_by": people.get(shown["linked_by"], shown["linked_by"]),
        "approved_by": people.get(shown["approved_by"], shown["approved_by"]),
        "rejected_by": people.get(shown["rejected_by"], shown["rejected_by"]),
        "can_approve": may(request, "refund.approve") and is_open and not refund.approved_by,
        "can_reject": may(request, "refund.approve")
        and refund.status in (*OPEN, "approved")
        and not refund.is_converted,
        "can_link": may(request, "refund.request") and is_open,
        **more,
    }
    return draw(request, "dashboard/refund.html", context, status=status)


def refund_row(refund: Refund) -> dict[str, Any]:
    """A refund as a page lists it. No query."""
    shown = refund_as_dict(refund)
    sign = refund_sign(refund.status)
    taken = shown["taken"]
    return {
        **shown,
        "amount_text": worth_text(shown),
        "sent_text": money_text(shown["amount"], shown["asset"]) if shown["amount"] else "",
        "taken_text": money_text(taken["amount"], taken["asset"]) if int(taken["units"]) else "",
        "token_text": money_text(shown["paid_with"]["amount"], shown["paid_with"]["asset"]),
        "cost_text": money_text(shown["cost"], taken["asset"]) if shown["cost"] else "",
        "kind_word": owed_word(refund.kind),
        "why": refund_why(shown["waiting_reason"], failed=bool(refund.failure_code)),
        "at_text": time_text(shown["requested_at"]),
        "ended_text": time_text(shown["ended_at"]) if shown["ended_at"] else "",
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
    }


def refund_sign(status: str) -> Sign:
    """A refund's state."""
    tone, icon = {
        "requested": ("wait", "wallet"),
        "claimed": ("wait", "hourglass"),
        "approved": ("wait", "clock"),
        "sending": ("seen", "progress"),
        "completed": ("paid", "check"),
        "expired": ("quiet", "hourglass"),
        "rejected": ("quiet", "cross"),
    }[status]
    return Sign(tone, icon, refund_word(status))


def refund_why(waiting_reason: str | None, *, failed: bool) -> str:
    """Why a refund waits, and what to do; empty where the state says it."""
    match waiting_reason:
        case "not_final":
            return _("Its payment is not final on its chain yet. It goes out by itself.")
        case "check":
            return _("It waits for a check. It goes out by itself.")
        case "shop_balance":
            return _("The shop's balance does not cover it now. It goes out when it does.")
        case "price":
            return _("There is no fresh price for its token now. It goes out by itself.")
        case "float_short":
            return _("We are topping up the account that pays it. It goes out by itself.")
        case "signer_limit":
            return _("The limit for outgoing money is reached. It goes out when there is room.")
        case "books_differ":
            return _("The house checks its books. It goes out by itself.")
        case "address_proof":
            return _("Its wallet must be confirmed: reject it, and make a new refund.")
        case "receiver_check":
            return _("It waits for a check. It goes out by itself.")
        case _ if failed:
            return _("It could not be sent there. The customer can give another address.")
        case _:
            return ""


def _names(people: list[str | None]) -> dict[str | None, str]:
    """Names of people by how refunds name them; keys have none. One query."""
    ids = [who.removeprefix("user:") for who in people if who and who.startswith("user:")]
    users = User.objects.filter(id__in=ids).values_list("id", "name", "email")
    return {f"user:{user_id}": name or email for user_id, name, email in users}

"""The Travel Rule's page: exchanges with providers, what waits for us, whom we exchange with."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateway.compliance.travelling.deciding import exchange_approve, exchange_reject
from gateway.compliance.travelling.errors import (
    ExchangeUnknown,
    OriginatorNotClear,
    TravelAddressInvalid,
    TravelError,
)
from gateway.compliance.travelling.models import Exchange
from gateway.compliance.travelling.routes import route_open, travel_address_of
from gateway.compliance.travelling.selectors import (
    VIEWS,
    counterparties,
    exchange_get,
    exchanges_page,
    people_of,
)
from gateway.events.errors import BadCursor, TillwayError
from gateway.invoices.models import Invoice
from gateway.settlement.models import Payout
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.approvals.own_shop import OwnShop, check_not_own
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.payer_rows import payer_rows
from merchants.dashboard.house.travel_words import (
    about_words,
    exchange_row,
    exchange_sign,
    trouble_words,
    view_word,
)
from merchants.dashboard.lists import listed
from merchants.dashboard.selectors import time_text

ROOT: Final = "/house/travel"
WAITING: Final = ("address_proof", "receiver_check")


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("hold.decide", shop=None)
def exchanges(request: MemberRequest) -> HttpResponse:
    """Exchanges that wait for us, are under way or over. Posted to, what was said of who pays a
    payment, or a travel address for it: its payer's provider asks us there."""
    view = request.GET.get("view", "deciding")
    if view not in VIEWS:
        raise Http404
    asked = listed(request.GET, ROOT, query={"view": view})
    try:
        page = exchanges_page(view=view, order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    made = _of_payment(request) if request.method == "POST" else {}
    context = {
        "view": view,
        "filters": [
            {"word": view_word(one), "href": f"{ROOT}?view={one}", "current": one == view}
            for one in VIEWS
        ],
        "rows": [exchange_row(one) for one in page.items],
        **asked.pages(page),
        "counterparties": counterparties(),
        "waiting_payouts": Payout.objects.filter(waiting_reason__in=WAITING).count(),
        **made,
    }
    status = 422 if made.get("problem") else 200
    return draw(request, "dashboard/house/travel.html", context, status=status)


def _of_payment(request: MemberRequest) -> dict[str, Any]:
    """A travel address for an invoice or who said that they pay it, or why there is none."""
    typed = request.POST.get("invoice", "").strip()[:80]
    try:
        invoice = Invoice.objects.filter(id=UUID(typed)).first()
    except ValueError:
        invoice = None
    if invoice is None:
        return {"typed": typed, "problem": _("There is no such payment.")}
    if request.POST.get("do") == "payer":
        return {"typed": typed, "payers": payer_rows(invoice.id), "is_payer_asked_for": True}
    route = route_open(
        shop_id=invoice.shop_id,
        mode=invoice.mode,
        about=f"invoice:{invoice.id}",
        address=bytes(invoice.address),
        expires_at=invoice.monitoring_end,
        now=timezone.now(),
    )
    try:
        return {"typed": typed, "travel_address": travel_address_of(route)}
    except TravelAddressInvalid:
        return {"typed": typed, "problem": _("This house has no public https address.")}


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("hold.decide", shop=None)
def exchange(request: MemberRequest, exchange_id: UUID) -> HttpResponse:
    """One exchange and who is in it; posted to, our yes or no."""
    try:
        found = exchange_get(exchange_id)
    except ExchangeUnknown as error:
        raise Http404 from error
    if request.method != "POST":
        return _page(request, found)
    decide = {"approve": exchange_approve, "reject": exchange_reject}.get(
        request.POST.get("decision", "")
    )
    if decide is None:
        return _page(request, found, problem=_("Choose what shall become of it."), status=422)
    try:
        check_not_own(request.user, found.shop_id)
        decide(exchange_id=found.id, by=f"user:{request.user.pk}", now=timezone.now())
    except OwnShop as refused:
        return _page(request, found, problem=act_problem(refused), status=422)
    except OriginatorNotClear:
        problem = _("A list may name who sends this, or nobody could say yet: look at its case.")
        return _page(request, found, problem=problem, status=422)
    except TravelError:
        again = exchange_get(exchange_id)
        return _page(
            request, again, problem=_("Somebody was quicker: this is decided."), status=409
        )
    messages.success(request, _("Decided. The other provider is told."))
    return HttpResponseRedirect(f"{ROOT}/{found.id}")


def _page(
    request: MemberRequest, found: Exchange, *, problem: str = "", status: int = 200
) -> HttpResponse:
    try:
        people = people_of(found, now=timezone.now())
    except TillwayError:
        people = None
    context = {
        "exchange": found,
        "row": exchange_row(found),
        "sign": exchange_sign(found.state),
        "about": about_words(found.about),
        "trouble": trouble_words(found.trouble),
        "originators": ", ".join(people.originators) if people else "",
        "beneficiaries": ", ".join(people.beneficiaries) if people else "",
        "is_erased": people is None,
        "opened": time_text(found.opened_at),
        "changed": time_text(found.changed_at),
        "due": time_text(found.due_at) if found.due_at else "",
        "can_decide": found.direction == "in" and found.state == "received",
        "problem": problem,
    }
    return draw(request, "dashboard/house/travel_exchange.html", context, status=status)

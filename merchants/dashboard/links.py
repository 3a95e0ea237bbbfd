"""A shop's payment links: the list, a new one, one with its code, its sales and its poster."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gateway.branding.selectors import brand_printed
from gateway.checkout.wording import money_text
from gateway.events.errors import BadCursor, TillwayError
from gateway.events.ids import uuid7
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.frame import draw
from merchants.dashboard.link_forms import EditLinkForm, NewLinkForm
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import Sign
from merchants.links.errors import PaymentLinkUnknown
from merchants.links.life import KINDS, State
from merchants.links.models import LinkInvoice, PaymentLink
from merchants.links.poster import SIZES, Poster, poster_pdf
from merchants.links.presenters import link_url
from merchants.links.selectors import link_get, link_invoices_page, links_page, takes_payments
from merchants.links.services import link_change, link_close, link_make

MANAGE: Final = "link.manage"


@never_cache
@require_GET
@require_action("link.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Every link, newest first, with what each took."""
    here = f"/dashboard/{shop_id}/links"
    try:
        found = links_page(shop_id=shop_id, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    now = timezone.now()
    context = {
        "links": [link_row(link, now=now) for link in found.items],
        "next_href": f"{here}?cursor={found.next_cursor}" if found.next_cursor else "",
    }
    return draw(request, "dashboard/links.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action(MANAGE)
def new(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The form; a POST makes the link, once per draft."""
    if request.method != "POST":
        kind = request.GET.get("kind", "")
        form = NewLinkForm(request.shop, kind=kind if kind in KINDS else "link")
        return _draw_new(request, form)
    form = NewLinkForm(request.shop, request.POST)
    if not form.is_valid():
        return _draw_new(request, form, status=422)
    draft = request.POST.get("draft", "")[:64] or str(uuid7())
    try:
        link = link_make(
            shop=request.shop,
            wanted=form.wanted,
            by=f"user:{request.user.pk}",
            now=timezone.now(),
            external_key=f"dashboard:{draft}",
        )
    except TillwayError as refused:
        form.add_error(refused.field, link_problem(refused))
        return _draw_new(request, form, status=refused.status)
    messages.success(request, _("The link is open. Share it, or print its poster."))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/links/{link.id}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("link.view")
def one(request: MemberRequest, shop_id: UUID, link_id: UUID) -> HttpResponse:
    """One link. POST: change it, pause it, open it again, or close it for good."""
    link = _found(shop_id, link_id)
    if request.method != "POST":
        return _draw_one(request, link)
    if not may(request, MANAGE):
        raise PermissionDenied(MANAGE)
    whose: dict[str, Any] = {"shop_id": shop_id, "link_id": link_id, "now": timezone.now()}
    form = None
    try:
        match request.POST.get("action", ""):
            case "edit":
                form = EditLinkForm(request.POST)
                if not form.is_valid():
                    return _draw_one(request, link, form=form, status=422)
                link_change(**whose, **form.cleaned_data)
                messages.success(request, _("Saved."))
            case "pause":
                link_change(**whose, paused=True)
                messages.success(request, _("The link is paused."))
            case "resume":
                link_change(**whose, paused=False)
                messages.success(request, _("The link is open again."))
            case "close":
                link_close(**whose)
                messages.success(
                    request, _("The link is closed. What was begun can still be paid.")
                )
            case _:
                raise Http404
    except TillwayError as refused:
        if form is None or refused.field not in form.fields:
            messages.error(request, link_problem(refused))
            return HttpResponseRedirect(f"/dashboard/{shop_id}/links/{link_id}")
        form.add_error(refused.field, link_problem(refused))
        return _draw_one(request, link, form=form, status=refused.status)
    return HttpResponseRedirect(f"/dashboard/{shop_id}/links/{link_id}")


@never_cache
@require_GET
@require_action("link.view")
def poster(request: MemberRequest, shop_id: UUID, link_id: UUID) -> HttpResponse:
    """The poster, as a file to print. Its words are those of whoever asks for it."""
    link = _found(shop_id, link_id)
    size = request.GET.get("size", "a4")
    if size not in SIZES:
        raise Http404
    pdf = poster_pdf(
        Poster(
            shop_name=request.shop.name,
            title=link.title,
            amount=_money(link, link.amount_units) if link.amount_units is not None else "",
            call=_("Scan to donate") if link.kind == "donation" else _("Scan to pay"),
            url=link_url(link),
            warning=_("Test mode: no real money moves") if link.mode == "test" else "",
            brand=brand_printed(shop_id),
        ),
        size=size,
    )
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{link.slug}-{size}.pdf"'
    return answer


def link_row(link: PaymentLink, *, now: datetime) -> dict[str, Any]:
    """A link as a list shows it. No query."""
    state = link.state_at(now)
    sign = link_sign(state)
    return {
        "id": link.id,
        "title": link.title,
        "price_text": price_text(link),
        "sales": link.sold,
        "sales_limit": link.sales_limit,
        "taken_text": _money(link, link.taken_units),
        "is_donation": link.kind == "donation",
        "is_test": link.mode == "test",
        "ends_text": time_text(link.ends_at) if link.ends_at else "",
        "state": state,
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
    }


def link_sign(state: State) -> Sign:
    """What a link is."""
    match state:
        case "open":
            return Sign("paid", "check", _("Takes payments"))
        case "paused":
            return Sign("wait", "hourglass", _("Paused"))
        case "ended":
            return Sign("quiet", "clock", _("Ended"))
        case "sold_out":
            return Sign("seen", "check-circle", _("Sold out"))
        case _:
            return Sign("quiet", "cross", _("Closed"))


def price_text(link: PaymentLink) -> str:
    """What it asks for: an amount, or the bounds of one."""
    if link.amount_units is not None:
        return _money(link, link.amount_units)
    assert link.minimum_units is not None and link.maximum_units is not None
    return f"{_money(link, link.minimum_units)} – {_money(link, link.maximum_units)}"


def link_problem(refused: TillwayError) -> str:
    """Why it was not done, and what to do."""
    words = {
        "payment_link_closed": _("This link is closed for good. Make a new one."),
        "payment_link_text_invalid": _("Shorten it, and leave out unusual characters."),
        "payment_link_price_too_large": _(
            "That is more than links may ask for: half of what may be open at one time."
        ),
        "payment_link_end_invalid": _("Choose a moment that is still to come."),
    }
    return words.get(refused.code, _("This can't be done now."))


def _found(shop_id: UUID, link_id: UUID) -> PaymentLink:
    try:
        return link_get(shop_id=shop_id, link_id=link_id)
    except PaymentLinkUnknown as error:
        raise Http404 from error


def _draw_new(request: MemberRequest, form: NewLinkForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "draft": request.POST.get("draft", "")[:64] or str(uuid7())}
    return draw(request, "dashboard/link_new.html", context, status=status)


def _draw_one(
    request: MemberRequest,
    link: PaymentLink,
    *,
    form: EditLinkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    try:
        drawn = link_invoices_page(link=link, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    here = f"/dashboard/{link.shop_id}/links/{link.id}"
    row = link_row(link, now=timezone.now())
    context = {
        "link": row,
        "note": link.note,
        "url": link_url(link),
        "here": here,
        "invoices": [_invoice_row(one) for one in drawn.items],
        "next_href": f"{here}?cursor={drawn.next_cursor}" if drawn.next_cursor else "",
        "may_manage": may(request, MANAGE) and link.status != "closed",
        "is_paused": link.status == "paused",
        "is_out_of_use": row["state"] == "open" and not takes_payments(request.shop, link),
        "form": form or EditLinkForm(link=link),
    }
    return draw(request, "dashboard/link.html", context, status=status)


def _invoice_row(drawn: LinkInvoice) -> dict[str, Any]:
    invoice = drawn.invoice
    return {
        "id": drawn.invoice_id,
        "amount": format_amount(Amount(invoice.amount_units, FIAT[invoice.currency])),
        "currency": invoice.currency,
        "status": invoice.status,
        "exceptions": invoice.exceptions,
        "order_id": invoice.order_id,
        "created_at": invoice.created_at.isoformat(),
        "created_text": time_text(invoice.created_at),
    }


def _money(link: PaymentLink, units: int) -> str:
    return money_text(format_amount(Amount(units, FIAT[link.currency])), link.currency)

"""Tickets at the till: what is on them beside what is sold, and how they are paid. Every page works
whole, with forms alone."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.compliance.behaviour.noticing import till_used
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.money.amounts import Amount, format_amount, parse_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from merchants.accounts.guards import may
from merchants.catalogue.errors import CodeUnknown, ItemNotFound
from merchants.catalogue.models import Item
from merchants.catalogue.selectors import groups_by_id, item_get, items_sold
from merchants.catalogue.words import MAX_CODE, tax_text
from merchants.pos.amounts import units_text
from merchants.pos.beside import left_to_keypad, ticket_opened
from merchants.pos.keypad import KEYS
from merchants.pos.paid_tickets import manager_asked, paid_ticket
from merchants.pos.ticket_acts import VERBS, Asked, ticket_of_keypad, ticket_of_scan
from merchants.pos.ticket_words import state_sign, ticket_problem
from merchants.pos.tips import tip_presets
from merchants.tickets import services
from merchants.tickets.cash import cash_due
from merchants.tickets.errors import TicketNotFound
from merchants.tickets.models import Ticket
from merchants.tickets.pricing import TaxClass
from merchants.tickets.selectors import (
    parts_of,
    ticket_as_dict,
    ticket_get,
    tickets_not_ended,
)
from merchants.tills.guards import TillRequest, is_part, require_till

NOTICED: Final = {"void": "void", "cash": "sale", "ask": "sale", "cash-back": "refund"}
"""What of each form is counted as somebody's act at a till."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_till("invoice.create")
def page(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """The tickets that are not ended; a POST opens one, or repeats the last sale."""
    if request.method != "POST":
        return _list(request)
    key = request.POST.get("key", "").strip()
    asked = Asked(request, uuid5(shop_id, key) if key else uuid7())
    try:
        if "repeat" in request.POST:
            services.ticket_repeat(shop=request.shop, ticket_id=asked.ticket_id, tap=asked.tap)
        else:
            services.ticket_open(
                shop=request.shop,
                ticket_id=asked.ticket_id,
                tap=asked.tap,
                label=asked.text("label"),
            )
    except TillwayError as error:
        return _list(request, problem=ticket_problem(error), status=error.status)
    till_used(shop=request.shop, who=asked.tap.by, act="sale", now=asked.tap.now)
    return HttpResponseRedirect(_here(asked.ticket_id, shop_id))


@require_POST
@require_till("invoice.create")
def typed(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """A new ticket with what was typed on the keypad, or scanned there. A draft sent twice is one
    ticket."""
    asked = Asked(request, uuid5(shop_id, request.POST.get("draft", "") or str(uuid7())))
    there = _here(asked.ticket_id, shop_id)
    try:
        if asked.text("code"):
            there = ticket_of_scan(asked) or there
        else:
            ticket_of_keypad(asked, tax=usual_tax(items_sold(shop_id=shop_id)))
    except (TillwayError, MoneyError) as error:
        if is_part(request):
            words = f"{ticket_problem(error)} {asked.text('code')[:MAX_CODE]}".strip()
            response = HttpResponse(words, status=error.status, content_type="text/plain")
            response["X-Problem"] = error.code
            return response
        return _list(request, problem=ticket_problem(error), status=error.status)
    till_used(shop=request.shop, who=asked.tap.by, act="sale", now=asked.tap.now)
    return HttpResponseRedirect(there)


@never_cache
@require_GET
@require_till("invoice.create")
def ticket(request: TillRequest, shop_id: UUID, ticket_id: UUID) -> HttpResponse:
    """What is on a ticket, beside what can be put on it, or how it is paid."""
    return _ticket(request, _found(shop_id, ticket_id))


@never_cache
@require_GET
@require_till("invoice.create")
def choose(request: TillRequest, shop_id: UUID, ticket_id: UUID, item_id: UUID) -> HttpResponse:
    """The modifiers that go with an item."""
    found = _found(shop_id, ticket_id)
    try:
        item = item_get(shop_id=shop_id, item_id=item_id)
    except ItemNotFound as error:
        raise Http404 from error
    groups = groups_by_id(shop_id=shop_id, ids=item.groups)
    currency = FIAT[item.currency]
    context = {
        "shop": request.shop,
        "paired": request.till,
        "ticket": found,
        "here": _here(found.id, shop_id),
        "item": item,
        "price_text": units_text(item.price_units, currency),
        "key": str(uuid7()),
        "groups": [
            {
                "id": groups[one].id,
                "name": groups[one].name,
                "is_one": groups[one].least == groups[one].most == 1,
                "least": groups[one].least,
                "most": groups[one].most,
                "modifiers": [
                    {
                        "name": each.name,
                        "text": units_text(each.delta_units, currency) if each.delta_units else "",
                        "plus": each.delta_units > 0,
                    }
                    for each in groups[one].modifiers
                ],
            }
            for one in item.groups
            if one in groups
        ],
    }
    return render(request, "pos/ticket_item.html", context)


@never_cache
@require_GET
@require_till("invoice.create")
def tip(request: TillRequest, shop_id: UUID, ticket_id: UUID) -> HttpResponse:
    """The customer's side: the tablet is turned to them, and they choose a tip for their part."""
    found = _found(shop_id, ticket_id)
    number = request.GET.get("part", "1")
    part = next((one for one in parts_of(found) if str(one.number) == number), None)
    if part is None or found.state != "paying":
        raise Http404
    ticket_opened(request, ticket_id=found.id, tip_part=part.number)
    currency = FIAT[found.currency]
    context = {
        "shop": request.shop,
        "paired": request.till,
        "here": _here(found.id, shop_id),
        "part": part,
        "due_text": units_text(part.goods_units, currency),
        "currency": currency.code,
        "key": str(uuid7()),
        "presets": tip_presets(part.goods_units, found.currency),
    }
    return render(request, "pos/ticket_tip.html", context)


@sensitive_post_parameters("pin")
@require_POST
@require_till("invoice.create")
def act(request: TillRequest, shop_id: UUID, ticket_id: UUID, verb: str) -> HttpResponse:
    """Do what a form asks, once, and show the ticket as it is then."""
    if verb not in VERBS:
        raise Http404
    action, does = VERBS[verb]
    if not may(request, action):
        raise PermissionDenied(action)
    asked = Asked(request, ticket_id)
    try:
        there = does(asked)
    except TicketNotFound as error:
        raise Http404 from error
    except (TillwayError, MoneyError) as error:
        found = _found(shop_id, ticket_id)
        unknown = asked.text("code")[:MAX_CODE] if isinstance(error, CodeUnknown) else ""
        problem = ticket_problem(error)
        return _ticket(request, found, problem=problem, unknown=unknown, status=error.status)
    if verb in NOTICED:
        till_used(shop=request.shop, who=asked.tap.by, act=NOTICED[verb], now=asked.tap.now)
    return HttpResponseRedirect(there or _here(ticket_id, shop_id))


# --- parts ---------------------------------------------------------------------------------------


def _here(ticket_id: UUID, shop_id: UUID) -> str:
    return f"/pos/{shop_id}/tickets/{ticket_id}"


def _found(shop_id: UUID, ticket_id: UUID) -> Ticket:
    try:
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    except TicketNotFound as error:
        raise Http404 from error


def _is_any(amount: str) -> bool:
    return amount.strip("0.") != ""


def _list(request: TillRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    left_to_keypad(request)
    rows = tickets_not_ended(shop_id=request.shop.id)
    context = {
        "shop": request.shop,
        "paired": request.till,
        "tickets": [_row(row) for row in rows],
        "key": str(uuid7()),
        "problem": problem,
        "dashboard": may(request, "dashboard.view"),
    }
    return render(request, "pos/tickets.html", context, status=status)


def _row(row: Ticket) -> dict[str, Any]:
    tone, icon, word = state_sign(row.state)
    return {
        "id": row.id,
        "label": row.label,
        "time": f"{timezone.localtime(row.opened_at):%H:%M}",
        "due_text": units_text(row.due_units, FIAT[row.currency]),
        "tone": tone,
        "icon": icon,
        "word": word,
    }


def _ticket(
    request: TillRequest, found: Ticket, *, problem: str = "", unknown: str = "", status: int = 200
) -> HttpResponse:
    ticket_opened(request, ticket_id=found.id)
    sold = items_sold(shop_id=request.shop.id) if found.state == "open" else []
    tone, icon, word = state_sign(found.state)
    shown = ticket_as_dict(found)
    context = {
        "shop": request.shop,
        "paired": request.till,
        "ticket": shown,
        "here": _here(found.id, request.shop.id),
        "key": str(uuid7()),
        "tone": tone,
        "icon": icon,
        "word": word,
        "categories": _categories(sold),
        "taxes": _taxes(sold),
        "keys": KEYS,
        "decimals": FIAT[found.currency].decimals,
        "lines": [line_shown(line) for line in shown["lines"]],
        "parts": [_part(part, found.currency) for part in shown["parts"]],
        "splits": range(1, 7),
        "problem": problem,
        "unknown": unknown,
        "may_reopen": found.state == "paying" and not found.paid_units,
        "can_void": may(request, "invoice.void")
        and found.state in ("open", "parked", "paying")
        and not found.paid_units,
        "can_withdraw": may(request, "invoice.void"),
        "dashboard": may(request, "dashboard.view"),
        **manager_asked(request, found),
        **paid_ticket(request, found),
    }
    return render(request, "pos/ticket.html", context, status=status)


def _categories(sold: Sequence[Item]) -> list[dict[str, Any]]:
    """What is sold, by category, as tiles."""
    return [
        {"name": name, "items": [_tile(item) for item in items]}
        for name, items in groupby(sold, key=lambda item: item.words.category)
    ]


def _tile(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "version": item.version,
        "name": item.name,
        "tile": item.tile,
        "colour": item.colour,
        "sold_out": item.sold_out,
        "has_modifiers": bool(item.groups),
        "price_text": units_text(item.price_units, FIAT[item.currency]),
    }


def usual_tax(sold: Sequence[Item]) -> TaxClass:
    """The class of tax by which most items are sold: what a typed amount has unless somebody says
    otherwise. Of two by which as many are, the higher one; none where nothing is sold."""
    counted = Counter(TaxClass(item.tax_ppm, item.tax_included) for item in sold)
    return max(counted, key=lambda tax: (counted[tax], tax), default=TaxClass(0, True))


def _taxes(sold: Sequence[Item]) -> list[dict[str, Any]]:
    """The classes of tax that the shop sells by, for amounts that are typed."""
    usual = usual_tax(sold)
    classes = sorted({(item.tax_ppm, item.tax_included) for item in sold} | {(0, True)})
    return [
        {
            "value": f"{tax_text(ppm)}/{'inside' if included else 'on_top'}",
            "is_usual": TaxClass(ppm, included) == usual,
            "word": (
                _("No tax")
                if not ppm
                else (_("%(percent)s %% inside") if included else _("+ %(percent)s %%"))
                % {"percent": tax_text(ppm)}
            ),
        }
        for ppm, included in classes
    ]


def line_shown(line: dict[str, Any]) -> dict[str, Any]:
    """A line with its quantity as people write it."""
    whole, rest = divmod(line["quantity_thousandths"], 1_000)
    quantity = f"{whole}.{rest:03}".rstrip("0") if rest else str(whole)
    return {**line, "quantity": quantity, "is_discounted": _is_any(line["off"])}


def _part(part: dict[str, Any], currency: str) -> dict[str, Any]:
    """A part of the bill with what cash would have to be, and what of it is under way."""
    asset = FIAT[currency]
    left = parse_amount(part["left"], asset).units
    open_demand = next(
        (one for one in part["demands"] if one["status"] in ("waiting", "partial", "processing")),
        None,
    )
    return {
        **part,
        "is_paid": left == 0,
        "is_over": _is_any(part["over"]),
        "has_tip": _is_any(part["tip"]),
        "cash_due": format_amount(Amount(cash_due(left, currency=currency), asset)),
        "demand": open_demand,
        "change": [one["change"] for one in part["cash"] if _is_any(one["change"])],
    }

"""What tills sold without a connection: what became of it, and what waits for a manager."""

from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.checkout.wording import money_text
from gateway.events.errors import BadCursor, TillwayError
from gateway.events.moments import rfc3339
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from gateway.settlement.reports.formats import csv_text
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.accounts.selectors import people_named
from merchants.dashboard.auditing import file_taken
from merchants.dashboard.frame import draw
from merchants.dashboard.lists import listed
from merchants.dashboard.selectors import time_text
from merchants.pos.away.booking import away_book, away_set_aside
from merchants.pos.away.errors import AwayUnknown
from merchants.pos.away.said import said_from
from merchants.pos.away.selectors import away_all, away_page, numbers_missing
from merchants.pos.away.words import ends_word, state_sign, why_word
from merchants.pos.models import AwaySale
from merchants.pos.ticket_words import ticket_problem
from merchants.reports.files import csv_file


@never_cache
@require_GET
@require_action("shift.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """All of them, and the numbers that never came. Three queries beside the
    frame's."""
    asked = listed(request.GET, f"/dashboard/{shop_id}/away")
    try:
        found = away_page(shop_id=shop_id, order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    people = {one.made_by for one in found.items}
    for one in found.items:
        people |= {who for who in (one.sent_by, one.settled_by) if who}
    names = people_named(people, shop_id=shop_id)
    context: dict[str, Any] = {
        "sales": [_row(one, names=names) for one in found.items],
        "missing": [
            {
                "till": one.till,
                "numbers": ", ".join(map(str, one.numbers)),
                "twice": ", ".join(map(str, one.twice)),
            }
            for one in numbers_missing(shop_id=shop_id)
        ],
        "may_settle": may(request, "till.manage"),
        **asked.pages(found),
    }
    return draw(request, "dashboard/away.html", context)


@require_POST
@require_action("till.manage")
def settle(request: MemberRequest, shop_id: UUID, away_id: UUID) -> HttpResponse:
    """Book one that waits, or say why it becomes no sale."""
    acting: dict[str, Any] = {
        "away_id": away_id,
        "by": request.user.id,
        "now": timezone.now(),
    }
    try:
        if "book" in request.POST:
            away_book(shop=request.shop, **acting)
            messages.success(request, _("It is booked."))
        else:
            reason = request.POST.get("reason", "")
            away_set_aside(shop_id=shop_id, reason=reason, **acting)
            messages.success(request, _("It is set aside, with your reason."))
    except AwayUnknown as error:
        raise Http404 from error
    except (TillwayError, MoneyError) as refused:
        messages.error(request, _problem(refused))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/away")


@never_cache
@require_GET
@require_action("shift.view")
def file(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """All of them as a file, a line for each line of each."""
    file_taken(request, "away_sales")
    return cast(HttpResponse, csv_file(csv_text(_rows(shop_id)), name="without-connection.csv"))


HEAD = (
    *("till", "slip", "made_at", "made_by", "sent_at", "sent_by", "ended_as", "state", "why"),
    *("note", "currency", "due", "given", "change", "item", "price", "quantity", "taken_off"),
)


def _rows(shop_id: UUID) -> Iterator[list[str]]:
    yield list(HEAD)
    for one in away_all(shop_id=shop_id):
        said = said_from(one.body)
        head = [one.till.name, str(one.number), rfc3339(one.made_at), str(one.made_by)]
        head += [
            rfc3339(one.sent_at),
            str(one.sent_by or ""),
            one.ends,
            one.state,
            one.why,
            one.note,
            one.currency,
        ]
        for units in (said.due_units, said.given_units, said.change_units):
            head.append(_amount(units, one.currency))
        for line in said.lines:
            quantity = f"{line.quantity // 1_000}.{line.quantity % 1_000:03}"
            price = _amount(line.price_units, one.currency)
            yield [*head, line.name, price, quantity, "yes" if line.is_removed else ""]


def _amount(units: int, currency: str) -> str:
    return format_amount(Amount(units, FIAT[currency]))


def _row(one: AwaySale, *, names: dict[UUID, str]) -> dict[str, Any]:
    tone, icon, word = state_sign(one.state)
    said = said_from(one.body)
    return {
        "id": one.id,
        "number": one.number,
        "till": one.till.name,
        "amount": money_text(_amount(one.due_units, one.currency), one.currency),
        "ends": ends_word(one.ends),
        "made_text": time_text(one.made_at),
        "made_by": names.get(one.made_by, "–"),
        "sent_by": names.get(one.sent_by, "–") if one.sent_by not in (None, one.made_by) else "",
        "tone": tone,
        "icon": icon,
        "word": word,
        "why": why_word(one.why) if one.why else "",
        "note": one.note,
        "label": one.label,
        "settled_by": names.get(one.settled_by, "–") if one.settled_by else "",
        "waits": one.state == "waiting",
        "lines": [
            {
                "name": line.name,
                "text": money_text(_amount(line.price_units, one.currency), one.currency),
                "pieces": line.quantity // 1_000,
                "is_removed": line.is_removed,
            }
            for line in said.lines
        ],
    }


def _problem(error: TillwayError | MoneyError) -> str:
    known = {
        "away_settled": _("Somebody settled this already."),
        "currency_changed": _(
            "The shop sells in another currency now. Set it aside with a reason."
        ),
        "away_differs": _("It doesn't come to what the tablet said. Set it aside with a reason."),
    }
    return known.get(error.code) or ticket_problem(error)

"""The desk's own ranges in concentrated pools: what went in, was earned and lost, and taking one
back."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gateway.checkout.wording import asset_symbol
from gateway.events.errors import BadCursor, TillwayError
from gateway.events.ordering import sorted_page
from gateway.ledger.statements import entries_by_key
from gateway.market.ranges.by_hand import range_close_by_hand
from gateway.market.ranges.configuration import ranges_settings
from gateway.market.ranges.models import RangePosition, RangeStep
from gateway.money.assets import Asset
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.frame import draw, held_snapshot, mode_of, wants_part
from merchants.dashboard.desk.pool_wording import range_reason, range_sign, range_step_word
from merchants.dashboard.desk.wording import refusal_words, step_sign
from merchants.dashboard.lists import listed
from merchants.dashboard.selectors import assets_by_code, time_text

HERE: Final = "/desk/liquidity/ranges"
SCALE: Final = 1_000


@require_GET
@require_action("desk.view", shop=None)
def ranges(request: MemberRequest) -> HttpResponse:
    """Every range, newest first."""
    mode = mode_of(request, held_snapshot())
    rows = RangePosition.objects.filter(mode=mode)
    asked = listed(request.GET, HERE, query={"mode": mode})
    try:
        page = sorted_page(rows, order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    tokens = _tokens(page.items)
    told = ranges_settings()
    context = {
        "ranges": [_row(each, tokens) for each in page.items],
        "enabled": told.enabled and (mode == "test" or told.live),
        **asked.pages(page),
    }
    if wants_part(request):
        return render(request, "dashboard/desk/ranges_part.html", context)
    return draw(request, "dashboard/desk/ranges.html", context, live=True)


@require_GET
@require_action("desk.view", shop=None)
def one(request: MemberRequest, range_id: UUID) -> HttpResponse:
    """One range: its result part by part, its transactions and entries."""
    found = _found(range_id)
    keys = {f"range_in:{range_id}": _("Put in"), f"range_out:{range_id}": _("Taken out")}
    context = {
        "range": _row(found, _tokens([found])),
        "steps": [_step(step) for step in found.steps.order_by("id")],
        "entries": [
            {"id": entry.entry_id, "word": keys[entry.key]}
            for entry in entries_by_key(keys=list(keys))
        ],
        "can_close": found.status == "open",
        "may_act": may(request, "desk.trade"),
    }
    if wants_part(request):
        return render(request, "dashboard/desk/range_part.html", context)
    return draw(request, "dashboard/desk/range.html", context, live=True)


@require_POST
@require_action("desk.trade", shop=None)
def close(request: MemberRequest, range_id: UUID) -> HttpResponse:
    """Take an open range back."""
    _found(range_id)
    try:
        range_close_by_hand(
            range_id=range_id,
            by=request.user.email,
            because=request.POST.get("reason", "").strip(),
            now=timezone.now(),
        )
        messages.success(request, _("It is being taken back."))
    except TillwayError as error:
        messages.error(request, refusal_words(error))
    return HttpResponseRedirect(f"{HERE}/{range_id}")


def _row(each: RangePosition, tokens: dict[str, Asset]) -> dict[str, Any]:
    sign = range_sign(each.status)

    def both(units0: int, units1: int) -> list[str]:
        return [_units(units0, each.asset0, tokens), _units(units1, each.asset1, tokens)]

    most = max(each.fees1, each.lvr_units1)
    return {
        "id": each.id,
        "pair": f"{asset_symbol(each.asset0)}/{asset_symbol(each.asset1)}",
        "pool": each.pool,
        "chain_id": each.chain_id,
        "fee": figures.percent(each.fee_ppm),
        "ticks": f"{each.lower} … {each.upper}",
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "reason": range_reason(each.reason),
        "trouble": range_reason(each.last_error) if each.last_error else "",
        "went_in": both(each.in0, each.in1),
        "came_out": both(each.out0, each.out1),
        "fees": both(each.fees0, each.fees1),
        "lvr": _units(each.lvr_units1, each.asset1, tokens),
        "lvr_bar": figures.share_of(each.lvr_units1, most) if most else 0,
        "fees1": _units(each.fees1, each.asset1, tokens),
        "fees1_bar": figures.share_of(each.fees1, most) if most else 0,
        "gas": figures.plain(each.gas_units, decimals=18),
        "decided": time_text(each.decided_at),
        "ended": time_text(each.ended_at),
    }


def _step(step: RangeStep) -> dict[str, Any]:
    sign = step_sign(step.status)
    return {
        "word": range_step_word(step.kind),
        "tone": sign.tone,
        "icon": sign.icon,
        "state": sign.word,
        "failure": step.failure_code,
        "gas": figures.plain(step.fee_units, decimals=18),
        "at": time_text(step.created_at),
    }


def _units(units: int, code: str, tokens: dict[str, Asset]) -> str:
    if code not in tokens:
        return f"{figures.count(units)} × {code}"
    return figures.amount(units, code=code, decimals=tokens[code].decimals)


def _tokens(found: Sequence[RangePosition]) -> dict[str, Asset]:
    return assets_by_code(sorted({code for each in found for code in (each.asset0, each.asset1)}))


def _found(range_id: UUID) -> RangePosition:
    found = RangePosition.objects.filter(id=range_id).first()
    if found is None:
        raise Http404
    return found

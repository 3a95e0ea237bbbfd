"""How the desk's capital lies, and how it is proposed to lie: each sum with its reasons."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gateway.market.dividing.measuring import Looked, division_now
from gateway.market.dividing.proposing import Measured, Proposal, Use, Why
from gateway.market.exchanges.configured import exchange_settings
from gateway.market.measures.values import Line, Mode
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.frame import draw, held_snapshot, mode_of

FULL: Final = 1_000
"""A bar's width in its own units."""


@require_GET
@require_action("desk.view", shop=None)
def capital(request: MemberRequest) -> HttpResponse:
    """The division as it is and as it is proposed. Nothing is moved from here."""
    snapshot = held_snapshot()
    mode = mode_of(request, snapshot)
    context: dict[str, Any] = {"looked": None}
    if snapshot is not None:
        looked = division_now(mode=mode, snapshot=snapshot, now=timezone.now())
        context = _context(looked, mode)
    return draw(request, "dashboard/desk/capital.html", context)


def _context(looked: Looked, mode: Mode) -> dict[str, Any]:
    division, told = looked.division, looked.told
    measured = {each.use: each for each in looked.uses}
    days = (date_format(each, "DATE_FORMAT") for each in (looked.first, looked.last))
    return {
        "looked": True,
        "is_change": division.is_change,
        "capital": figures.dollars(division.capital),
        "need": figures.dollars(division.need),
        "busiest": figures.dollars(looked.busiest),
        "depth": figures.dollars(looked.depth),
        "target": figures.percent(told.target_use_ppm, places=0),
        "days": " – ".join(days),
        "unpriced": ", ".join(looked.unpriced),
        "rows": [
            _row(each, measured.get(each.use), division.capital, looked, mode)
            for each in division.proposals
        ],
    }


def _row(
    proposal: Proposal, told: Measured | None, whole: int, looked: Looked, mode: Mode
) -> dict[str, Any]:
    ppm = None if told is None else told.return_ppm
    return {
        "use": proposal.use.value,
        "word": use_word(proposal.use),
        "placed": figures.dollars(proposal.placed),
        "wanted": figures.dollars(proposal.wanted),
        "change": figures.dollars(proposal.change, signed=True) if proposal.change else "",
        "grows": proposal.change > 0,
        "bar": figures.share_of(proposal.placed, whole, steps=FULL),
        "mark": figures.share_of(proposal.wanted, whole, steps=FULL),
        "used": figures.dollars(told.used) if told else figures.dollars(looked.division.need),
        "earned": figures.dollars(told.earned, signed=True) if told else figures.NOTHING,
        "return": figures.percent(ppm) if ppm is not None else "",
        "most": figures.dollars(told.most) if told else "",
        "reasons": [reason_word(why) for why in proposal.reasons],
        "links": _links(proposal.use, looked, mode),
    }


def _links(use: Use, looked: Looked, mode: Mode) -> list[dict[str, str]]:
    """Where a number comes from, and where a person would act on it."""

    def line(each: Line) -> str:
        span = {"first": looked.first.isoformat(), "last": looked.last.isoformat()}
        return f"/desk/entries?{urlencode({'mode': mode, 'line': each.value, **span})}"

    match use:
        case Use.FLOAT:
            return [{"href": "/desk/", "word": _("Limits")}]
        case Use.RANGES:
            return [
                {"href": line(Line.RANGES), "word": _("What pools traded")},
                {"href": line(Line.RANGE_FEES), "word": _("Fees")},
            ]
        case Use.ORDERS:
            return [
                {"href": line(Line.BOOK), "word": _("Trades")},
                {"href": "/desk/orders", "word": _("Orders")},
            ]
        case Use.EXCHANGES:
            accounts = [f"exchange:{each.name}" for each in exchange_settings()]
            return [
                {"href": "/desk/moves", "word": _("Moves")},
                *(
                    {"href": f"/desk/entries?{urlencode({'account': name})}", "word": name}
                    for name in accounts
                ),
            ]


def use_word(use: Use) -> str:
    return {
        Use.FLOAT: _("Float in the treasury"),
        Use.RANGES: _("Own ranges in pools"),
        Use.ORDERS: _("Orders in the own book"),
        Use.EXCHANGES: _("At exchanges"),
    }[use]


def reason_word(why: Why) -> str:
    """Why a use's sum is what it is: our stable codes in words."""
    return {
        Why.TAKES_THE_REST: _("It takes what no other use is proposed"),
        Why.FLOAT_SHORT: _("It needs more than the others can give now"),
        Why.FLOAT_FIRST: _("The float needs it first"),
        Why.BEYOND_LIMIT: _("More than its limit, or than its share of the depth"),
        Why.LOSES: _("It lost money in these days"),
        Why.IDLE: _("Less of it is used than the target"),
        Why.BUSY: _("More of it is used than the target, and it earns"),
        Why.AT_LIMIT: _("Its limit or the float's need leaves no more"),
        Why.RETURN_UNKNOWN: _("It is used to the full, but whether it earns is not known"),
        Why.WITHIN_BAND: _("Near enough to what it should be"),
        Why.BY_STEPS: _("More is meant; one proposal moves only so much"),
        Why.NOT_IN_USE: _("Nothing is there; a person would begin it"),
    }[why]

"""What the desk made: the waterfall of a day, a week or a month, positions' results, drawdown."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gateway.market.measures import selectors as measures
from gateway.market.measures.holdings import EquityDay, PositionDay
from gateway.market.measures.values import GROSS, Mode, Waterfall, cents_of
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.desk import figures, pictures
from merchants.dashboard.desk.fill_rows import group_row
from merchants.dashboard.desk.frame import draw, held_snapshot, mode_of
from merchants.dashboard.desk.limits import position_row
from merchants.dashboard.desk.wording import line_word
from merchants.dashboard.selectors import assets_by_code, time_text

SPANS: Final = ("day", "week", "month")
HERE: Final = "/desk/results"
SCALE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Span:
    """Whole UTC days, both ends included."""

    name: str
    first: date
    last: date

    @classmethod
    def around(cls, name: str, day: date) -> "Span":
        if name == "day":
            return cls(name, day, day)
        if name == "week":
            first = day - timedelta(days=day.weekday())
            return cls(name, first, first + timedelta(days=6))
        first = day.replace(day=1)
        return cls(name, first, first.replace(day=monthrange(day.year, day.month)[1]))

    @property
    def before(self) -> date:
        return self.first - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.last + timedelta(days=1)

    @property
    def words(self) -> str:
        if self.first == self.last:
            return date_format(self.first, "DATE_FORMAT")
        ends = (date_format(each, "DATE_FORMAT") for each in (self.first, self.last))
        return " – ".join(ends)


@require_GET
@require_action("desk.view", shop=None)
def results(request: MemberRequest) -> HttpResponse:
    """Everything that was made and lost in a span, each number with its entries."""
    snapshot = held_snapshot()
    mode = mode_of(request, snapshot)
    today = timezone.now().date()
    span = _span(request, today)
    found = measures.waterfall(mode=mode, first=span.first, last=span.last)
    days = measures.position_days(mode=mode, first=span.first, last=span.last)
    equity = measures.equity_days(mode=mode, first=span.first, last=span.last)
    since = datetime.combine(span.first, time.min, UTC)
    points = measures.equity_points(
        mode=mode, since=since, until=datetime.combine(span.after, time.min, UTC)
    )
    drawdown = measures.max_drawdown_cents(mode=mode, first=span.first, last=span.last)
    groups = measures.fill_groups(
        mode=mode, first=span.first, last=span.last, by="asset", kind=None
    )
    now = timezone.now()
    positions = (
        measures.positions(mode=mode, snapshot=snapshot, now=now) if snapshot is not None else []
    )
    context = {
        "span": span,
        "spans": [
            {
                "href": _href(mode, name, min(span.last, today)),
                "word": _span_word(name),
                "current": name == span.name,
            }
            for name in SPANS
        ],
        "before_href": _href(mode, span.name, span.before),
        "after_href": _href(mode, span.name, span.after) if span.after <= today else "",
        "rows": _rows(found, mode, span),
        "gross": _usd(found.gross_usd_e6),
        "result": _usd(found.result_usd_e6),
        "result_negative": found.result_usd_e6 < 0,
        "unvalued": figures.count(found.unvalued) if found.unvalued else "",
        "through": time_text(found.through),
        "accounts": _accounts(found),
        "days": _days(days),
        "equity": [_equity_row(each) for each in reversed(equity)],
        "equity_picture": pictures.equity_picture(points) if len(points) > 1 else None,
        "drawdown": figures.dollars(drawdown),
        "positions": [position_row(line) for line in positions],
        "realised": _usd(sum(line.realised_usd_e6 for line in positions)),
        "unrealised": _unrealised(positions),
        "groups": [group_row(group) for group in groups],
    }
    return draw(request, "dashboard/desk/results.html", context)


def _span(request: MemberRequest, today: date) -> Span:
    name = request.GET.get("span", "day")
    if name not in SPANS:
        raise Http404
    try:
        day = date.fromisoformat(request.GET.get("on", today.isoformat()))
        return Span.around(name, day)
    except (ValueError, OverflowError) as error:
        raise Http404 from error


def _rows(found: Waterfall, mode: Mode, span: Span) -> list[dict[str, Any]]:
    """Each line where it stands in the waterfall: a bar from what was before to what is after."""
    sums, heights = 0, [0]
    for line in found.lines:
        sums += line.usd_e6
        heights.append(sums)
    low, high = min(heights), max(heights)
    whole = max(high - low, 1)
    rows = []
    before = 0
    for line in found.lines:
        after = before + line.usd_e6
        x = (min(before, after) - low) * SCALE // whole
        asked = {"mode": mode, "line": line.line.value, "first": span.first, "last": span.last}
        rows.append(
            {
                "word": line_word(line.line),
                "text": _usd(line.usd_e6),
                "negative": line.usd_e6 < 0,
                "zero": line.usd_e6 == 0,
                "is_gross": line.line in GROSS,
                "bar": {"x": x, "width": max(abs(line.usd_e6) * SCALE // whole, 3)}
                if line.usd_e6
                else None,
                "axis": -low * SCALE // whole,
                "entries": figures.postings_words(line.postings) if line.postings else "",
                "href": f"/desk/entries?{urlencode(asked)}",
                "unvalued": figures.count(line.unvalued) if line.unvalued else "",
            }
        )
        before = after
    return rows


def _accounts(found: Waterfall) -> list[dict[str, Any]]:
    tokens = assets_by_code(sorted({line.asset for line in found.accounts}))
    return [
        {
            "account": line.account,
            "asset": line.asset,
            "units": figures.amount(
                -line.units, code=line.asset, decimals=tokens[line.asset].decimals, signed=True
            )
            if line.asset in tokens
            else figures.count(-line.units),
            "usd": _usd(line.usd_e6),
            "postings": figures.count(line.postings),
            "unvalued": figures.count(line.unvalued) if line.unvalued else "",
            "href": f"/desk/entries?{urlencode({'account': line.account, 'asset': line.asset})}",
        }
        for line in found.accounts
    ]


def _days(days: list[PositionDay]) -> list[dict[str, Any]]:
    tokens = assets_by_code(sorted({day.asset for day in days}))
    return [
        {
            "day": day.day.isoformat(),
            "asset": day.asset,
            "closing": figures.amount(
                day.closing_units,
                code=day.asset,
                decimals=tokens[day.asset].decimals,
                signed=True,
            )
            if day.asset in tokens
            else figures.count(day.closing_units),
            "realised": _usd(day.realised_usd_e6),
            "href": f"/desk/entries?{urlencode({'account': 'desk', 'asset': day.asset})}",
        }
        for day in reversed(days)
    ]


def _equity_row(day: EquityDay) -> dict[str, str]:
    return {
        "day": day.day.isoformat(),
        "opening": figures.dollars(day.opening_cents),
        "closing": figures.dollars(day.closing_cents),
        "change": figures.dollars(day.closing_cents - day.opening_cents, signed=True),
        "drawdown": figures.dollars(day.drawdown_cents),
    }


def _unrealised(positions: Any) -> str:
    """The sum over positions; none where one of them has no mark: half a sum is no sum."""
    parts = [line.unrealised_usd_e6 for line in positions if line.units or line.cost_usd_e6]
    return figures.NOTHING if None in parts else _usd(sum(parts))


def _usd(usd_e6: int) -> str:
    return figures.dollars(cents_of(usd_e6), signed=True)


def _href(mode: Mode, name: str, day: date) -> str:
    return f"{HERE}?{urlencode({'mode': mode, 'span': name, 'on': day.isoformat()})}"


def _span_word(name: str) -> str:
    return {"day": _("Day"), "week": _("Week"), "month": _("Month")}[name]

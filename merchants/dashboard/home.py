"""Home: today beside the same weekday last week, what needs somebody, what is open, what came."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.checkout.wording import grouped, money_text, trimmed
from gateway.invoices.selectors import count_open, invoices_page
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.reports.spans import span_sums
from gateway.shops.selectors import ShopView
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard import selectors
from merchants.dashboard.attention import first_steps, matters_of
from merchants.dashboard.charts import Hour, PairChart, pair_chart, round_ceiling
from merchants.dashboard.frame import draw
from merchants.dashboard.payments import payment_row
from merchants.dashboard.today import (
    HOURS,
    TENDERS,
    Day,
    Spans,
    Tally,
    Tender,
    Took,
    day_of,
    percent_more,
    same_time_last_week,
    shares,
    spans_of,
)
from merchants.shifts.selectors import cash_spans

LATEST: Final = 8
NAMED_EACH: Final = 6
"""Every sixth hour of the chart has its name under it."""
BAR: Final = 1_000
"""The length of the bar of tenders, in its own units."""


@never_cache
@require_GET
@require_action("dashboard.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """As many queries whatever is stored: thirty at most, with the frame's own."""
    now = timezone.now()
    latest = invoices_page(shop_id=shop_id, size=LATEST).items
    context: dict[str, Any] = {
        "matters": matters_of(request, now=now),
        "first_steps": first_steps(request),
        "open_count": count_open(shop_id=shop_id),
        "invoices": [payment_row(invoice) for invoice in latest],
    }
    if may(request, "balance.view"):
        context |= _money(request.shop, now=now)
    return draw(request, "dashboard/home.html", context)


def _money(shop: ShopView, *, now: datetime) -> dict[str, Any]:
    """What only those see who may see balances."""
    zone = ZoneInfo(shop.time_zone)
    context: dict[str, Any] = {
        "balances": selectors.balance_lines(shop),
        **_beside_last_week(shop, now=now, zone=zone),
    }
    code = shop.settlement_asset
    asset = selectors.assets_by_code([code]).get(code)
    if asset is not None:
        context["credited"], context["chart"] = selectors.takings(
            shop.id,
            asset=asset,
            today=timezone.localdate(),
            zone=zone,
            label=_("Takings, last 14 days"),
        )
    return context


def _beside_last_week(shop: ShopView, *, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Today's figures and its hours, in the shop's pricing currency. Four queries."""
    currency = FIAT[shop.pricing_currency]
    then_until = same_time_last_week(now, zone)
    today, then = (
        day_of(_took(shop.id, spans), spans=spans, currency=currency.code)
        for spans in (
            spans_of(moment.astimezone(zone).date(), until=moment, zone=zone)
            for moment in (now, then_until)
        )
    )
    return {
        "compared_to": date_format(then_until.astimezone(zone), _("l H:i")),
        "figures": _figures(today.so_far, then.so_far, currency),
        "tenders": _tenders(today, currency),
        "others": ", ".join(today.others),
        "hours": _hours(today, then, currency),
    }


def _took(shop_id: UUID, spans: Spans) -> list[Took]:
    sums = span_sums(shop_id=shop_id, starts=spans.starts)
    cash = cash_spans(shop_id=shop_id, starts=spans.starts)
    return [
        *(Took(one.span, one.tender, one.currency, one.payments, one.units) for one in sums),
        *(Took(one.span, "cash", one.currency, one.sales, one.units) for one in cash),
    ]


def _figures(now: Tally, then: Tally, currency: Asset) -> list[dict[str, str]]:
    return [
        _figure("taken", _("Takings today"), now.units, then.units, _money_of(now.units, currency))
        | {"then": _money_of(then.units, currency)},
        _figure("payments", _("Payments today"), now.payments, then.payments, str(now.payments))
        | {"then": str(then.payments)},
        _figure(
            "average",
            _("Average payment"),
            now.average,
            then.average,
            _money_of(now.average, currency) if now.payments > 0 else "–",
        )
        | {"then": _money_of(then.average, currency) if then.payments > 0 else "–"},
    ]


def _figure(name: str, word: str, now: int, then: int, text: str) -> dict[str, str]:
    more = percent_more(now, then)
    change = "" if more is None else f"{'+' if more > 0 else '−' if more < 0 else '±'}{abs(more)}"
    return {"name": name, "word": word, "text": text, "change": change}


def _tenders(today: Day, currency: Asset) -> list[dict[str, Any]]:
    """What was paid with what until now, and how long each piece of the bar is."""
    tallies = [today.by_tender[tender] for tender in TENDERS]
    if not any(tally.payments > 0 for tally in tallies):
        return []
    widths = shares([tally.units for tally in tallies], BAR)
    return [
        {
            "name": tender,
            "word": _tender_word(tender),
            "text": _money_of(tally.units, currency),
            "payments": tally.payments,
            "x": sum(widths[:place]),
            "width": widths[place],
        }
        for place, (tender, tally) in enumerate(zip(TENDERS, tallies, strict=True))
    ]


def _hours(today: Day, then: Day, currency: Asset) -> PairChart | None:
    """The chart; None where neither day had anything."""
    if not any(today.hours) and not any(then.hours):
        return None
    top = round_ceiling(max(*today.hours, *then.hours, currency.one))
    hours = [
        Hour(
            now_units=today.hours[hour],
            then_units=then.hours[hour],
            word=f"{hour}:00" if hour % NAMED_EACH == 0 else "",
            text=_("%(hour)s: %(now)s, a week ago %(then)s")
            % {
                "hour": f"{hour}:00",
                "now": _money_of(today.hours[hour], currency),
                "then": _money_of(then.hours[hour], currency),
            },
        )
        for hour in range(HOURS)
    ]
    told = [hour.text for hour in hours if hour.now_units or hour.then_units]
    return pair_chart(
        hours,
        top_text=grouped(trimmed(format_amount(Amount(top, currency)))),
        top_units=top,
        label=_("Takings by the hour") + ": " + "; ".join(told),
    )


def _tender_word(tender: Tender) -> str:
    return {"tokens": _("Tokens"), "card": _("Card"), "cash": _("Cash")}[tender]


def _money_of(units: int, currency: Asset) -> str:
    return money_text(format_amount(Amount(units, currency)), currency.code)

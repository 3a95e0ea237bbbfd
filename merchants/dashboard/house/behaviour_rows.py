"""What was noticed of behaviour, as the officers' pages show it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from gateway.compliance.alerts.models import Alert
from gateway.compliance.behaviour.features import PPM
from gateway.compliance.behaviour.models import StreamItem
from gateway.compliance.behaviour.raising import RULES
from gateway.compliance.behaviour.selectors import ScoreDay, score_days
from gateway.compliance.cases.models import CaseAlert
from gateway.shops.selectors import ShopView, shop_views
from merchants.accounts.selectors import people_named
from merchants.dashboard.charts import Chart, Day, bar_chart
from merchants.dashboard.house.behaviour_words import (
    facts_words,
    rule_word,
    score_text,
    stream_kind_word,
)
from merchants.dashboard.house.case_words import severity_sign
from merchants.dashboard.selectors import time_text

ROOT: Final = "/house/behaviour"
CHART_DAYS: Final = 14


def noticed_rows(alerts: Sequence[Alert]) -> list[dict[str, Any]]:
    """Alerts as the list shows them, in their order. Three queries, none for no alert."""
    if not alerts:
        return []
    shops = shop_views(shop_ids={alert.shop_id for alert in alerts if alert.shop_id})
    found = CaseAlert.objects.filter(alert_id__in=[alert.id for alert in alerts])
    cases = dict(found.values_list("alert_id", "case_id"))
    facts = {alert.id: alert.facts for alert in alerts}
    names = _names(facts.values())
    return [
        {
            "case_id": cases.get(alert.id),
            "title": rule_word(alert.kind),
            "facts": facts_words(alert.kind, facts[alert.id], names),
            "shop_id": alert.shop_id,
            "shop": shops[alert.shop_id].name if alert.shop_id in shops else "",
            "mode": alert.mode,
            "times": alert.times,
            "at": time_text(alert.last_at),
            "severity": severity_sign(alert.severity),
            "is_open": alert.closed_at is None,
        }
        for alert in alerts
    ]


def _names(facts: Any) -> dict[str, str]:
    """People by ``user:<id>``. One query, none for nobody."""
    told = {str(one.get("who") or f"user:{one.get('user_id')}") for one in facts}
    ids = {UUID(who.removeprefix("user:")) for who in told if _is_person(who)}
    return {f"user:{one}": name for one, name in people_named(ids).items()}


def _is_person(who: str) -> bool:
    try:
        UUID(who.removeprefix("user:"))
    except ValueError:
        return False
    return who.startswith("user:")


def href_of(*, rule: str = "", shop_id: UUID | None = None) -> str:
    """The list's address with these filters."""
    wanted = {"rule": rule, "shop": str(shop_id) if shop_id else ""}
    kept = {name: value for name, value in wanted.items() if value}
    return f"{ROOT}?{urlencode(kept)}" if kept else ROOT


def rule_filters(
    counts: Mapping[str, int], *, rule: str, shop_id: UUID | None
) -> list[dict[str, Any]]:
    """All, and each rule of which some are open, with how many."""
    every = {"word": _("All"), "href": href_of(shop_id=shop_id), "current": not rule, "count": 0}
    return [
        every,
        *(
            {
                "word": rule_word(one),
                "href": href_of(rule=one, shop_id=shop_id),
                "current": one == rule,
                "count": counts.get(one, 0),
            }
            for one in RULES
            if counts.get(one) or one == rule
        ),
    ]


def shop_filters(rows: Sequence[Mapping[str, Any]], *, rule: str) -> list[dict[str, str]]:
    """The shops that these rows are about, by name, each with the list of its own."""
    names = {row["shop_id"]: str(row["shop"]) for row in rows if row["shop"]}
    return [
        {"name": name, "href": href_of(rule=rule, shop_id=shop_id)}
        for shop_id, name in sorted(names.items(), key=lambda one: (one[1], str(one[0])))
    ]


def score_chart(shop: ShopView, *, now: datetime) -> Chart:
    """The oddest score of each of the last days of the shop's clock. One query."""
    zone = ZoneInfo(shop.time_zone)
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=n) for n in reversed(range(CHART_DAYS))]
    since = datetime.combine(days[0], datetime.min.time(), zone)
    found = {one.day: one for one in score_days(shop_id=shop.id, since=since, zone=zone)}
    bars = [
        Day(
            units=found[day].most_ppm if day in found else 0,
            text=_day_text(found.get(day)),
            day=f"{day:%m-%d}",
        )
        for day in days
    ]
    told = ", ".join(f"{bar.day} {bar.text}" for bar in bars)
    label = _("The oddest score of each day")
    return bar_chart(bars, top_text="1", top_units=PPM, label=f"{label}: {told}")


def _day_text(day: ScoreDay | None) -> str:
    if day is None:
        return "–"
    return f"{score_text(day.most_ppm)} ({day.events})"


def score_rows(items: Sequence[StreamItem], *, shop: ShopView) -> list[dict[str, Any]]:
    """A shop's events as the table shows them. No query."""
    zone = ZoneInfo(shop.time_zone)
    return [
        {
            "number": item.number,
            "kind": stream_kind_word(item.kind),
            "at": time_text(item.at.astimezone(zone)),
            "score": score_text(item.score_ppm),
            "rank": f"{item.at_least} / {item.past}" if item.past else "–",
            "features": " ".join(
                f"{name} {value // 1000}" for name, value in sorted(item.features.items())
            ),
            "is_told": item.is_told,
        }
        for item in items
    ]

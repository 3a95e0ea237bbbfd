"""Screening lists as the officer's pages show them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from gateway.compliance.alerts.models import Alert
from gateway.compliance.feeds import FeedHealth, feeds_health
from gateway.compliance.freshness import FeedState
from gateway.compliance.listed.between import Difference
from gateway.compliance.listed.entities import ListedEntity, PartialDate
from gateway.compliance.listed.feeds import Feed
from gateway.compliance.models import ListOrder, ListVersion
from gateway.compliance.ordering import orders_of
from gateway.compliance.refreshing import configured_feeds
from gateway.compliance.selectors import versions_of
from gateway.compliance.tasks import FILES_EVERY
from merchants.accounts.selectors import people_named
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import Sign

VERSIONS_SHOWN = 30
NAMES_SHOWN = 3
_HOUR = 3_600


def list_rows(*, now: datetime) -> list[dict[str, Any]]:
    """Every list in force, or that should be, with its health. Three queries."""
    feeds = configured_feeds()
    found = feeds_health(now=now)
    alerts = _alerts([one.source.name for one in found])
    return [_row(one, feeds.get(one.source.name), alerts=alerts, now=now) for one in found]


def list_facts(name: str, *, now: datetime) -> dict[str, Any] | None:
    """One list with its versions and what people asked for; None if there is no such list. Seven
    queries."""
    feeds = configured_feeds()
    health = next((one for one in feeds_health(now=now) if one.source.name == name), None)
    versions = versions_of(name, limit=VERSIONS_SHOWN)
    if health is None and not versions:
        return None
    orders = orders_of(name)
    names = people_named({one.by for one in orders})
    facts: dict[str, Any] = {
        "name": name,
        "versions": [_version(one) for one in versions],
        "orders": [_order(one, str(names.get(one.by, ""))) for one in orders],
        "is_waiting": any(one.done_at is None for one in orders),
        "is_fetched": name in feeds,
        "health": None,
    }
    if health is not None:
        facts["health"] = _row(health, feeds.get(name), alerts=_alerts([name]), now=now)
    return facts


def _row(
    health: FeedHealth, feed: Feed | None, *, alerts: Mapping[str, int], now: datetime
) -> dict[str, Any]:
    source, version = health.source, health.source.version
    every = timedelta(seconds=feed.every_seconds) if feed else FILES_EVERY
    due = source.checked_at + every if source.checked_at and (feed or source.location) else None
    return {
        "name": source.name,
        "sign": health_sign(health.state),
        "number": source.number,
        "entities": version.entities if version else 0,
        "addresses": version.entries if version else 0,
        "loaded": time_text(version.loaded_at) if version else "",
        "age": age_text(now - source.checked_at) if source.checked_at else _("never"),
        "next": due_text(due, now=now) if due else _("by hand"),
        "refusal": source.refusal,
        "refused": time_text(source.refused_at) if source.refusal and source.refused_at else "",
        "alerts": alerts.get(f"list:{source.name}", 0),
    }


def _alerts(names: Sequence[str]) -> dict[str, int]:
    """How many alerts are open about each. One query."""
    found: dict[str, int] = {}
    abouts = [f"list:{name}" for name in names]
    rows = Alert.objects.filter(about__in=abouts, closed_at__isnull=True)
    for about in rows.values_list("about", flat=True):
        found[about] = found.get(about, 0) + 1
    return found


def _version(version: ListVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "before": version.number - 1,
        "hash": bytes(version.hash).hex(),
        "entities": version.entities,
        "addresses": version.entries,
        "added": version.entities_added,
        "removed": version.entities_removed,
        "changed": version.entities_changed,
        "loaded": time_text(version.loaded_at),
        "is_forced": version.forced,
        "is_given_up": bool(version.agreed_by) and not (version.entities or version.entries),
        "is_in_force": version.retired_at is None,
    }


def _order(order: ListOrder, name: str) -> dict[str, Any]:
    return {
        "what": _("A file to load") if order.kind == "upload" else _("A look at the publisher's"),
        "sign": _order_sign(order),
        "by": name,
        "at": time_text(order.asked_at),
        "refusal": order.refusal,
        "act_id": order.act_id if order.done_at is None else None,
    }


def _order_sign(order: ListOrder) -> Sign:
    match order.outcome:
        case "changed":
            return Sign("paid", "check", _("A new version"))
        case "checked":
            return Sign("paid", "check", _("Nothing new"))
        case "refused":
            return Sign("problem", "alert", _("Refused"))
        case _ if order.act_id is not None:
            return Sign("wait", "hourglass", _("Another officer must approve it"))
        case _:
            return Sign("wait", "clock", _("Under way"))


def health_sign(state: FeedState) -> Sign:
    match state:
        case "fresh":
            return Sign("paid", "check", _("Fresh"))
        case "ageing":
            return Sign("wait", "clock", _("Growing old"))
        case "stale":
            return Sign("problem", "alert", _("Stale"))
        case _:
            return Sign("problem", "alert", _("Missing"))


def age_text(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds())) // 60
    told = {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(hours)s h %(minutes)s min ago") % told


def due_text(due: datetime, *, now: datetime) -> str:
    minutes = int((due - now).total_seconds()) // 60
    if minutes <= 0:
        return _("at the next turn")
    return _("in %(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}


def difference_row(one: Difference) -> dict[str, Any]:
    shown = one.after or one.before
    assert shown is not None
    return entity_row(shown) | {"how": _how_sign(one), "was": _was(one)}


def _how_sign(one: Difference) -> Sign:
    match one.how:
        case "added":
            return Sign("problem", "plus", _("Listed"))
        case "removed":
            return Sign("quiet", "cross", _("No longer"))
        case _:
            return Sign("seen", "sliders", _("Changed"))


def _was(one: Difference) -> list[str]:
    """Of a change, what the old version said that the new one does not, and the reverse."""
    if one.before is None or one.after is None:
        return []
    before, after = _words(one.before), _words(one.after)
    return [f"− {word}" for word in before if word not in after] + [
        f"+ {word}" for word in after if word not in before
    ]


def _words(entity: ListedEntity) -> list[str]:
    return [
        *(name.full for name in entity.names),
        *(born_text(one) for one in entity.birth_dates),
        *entity.countries,
        *(one.number for one in entity.ids),
        *(one.text for one in entity.wallets),
        *entity.programs,
    ]


def entity_row(entity: ListedEntity) -> dict[str, Any]:
    """One entity, in short."""
    names = [name.full for name in entity.names]
    return {
        "id": entity.id,
        "source": entity.source,
        "name": names[0] if names else entity.id,
        "others": names[1 : 1 + NAMES_SHOWN],
        "more": max(0, len(names) - 1 - NAMES_SHOWN),
        "born": ", ".join(born_text(one) for one in entity.birth_dates),
        "countries": ", ".join(entity.countries),
        "programs": ", ".join(entity.programs),
        "wallets": [one.text for one in entity.wallets[:NAMES_SHOWN]],
    }


def born_text(born: PartialDate) -> str:
    parts = [f"{born.year:04}"] + [f"{part:02}" for part in (born.month, born.day) if part]
    return "-".join(parts)

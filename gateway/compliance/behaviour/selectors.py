"""Questions about behaviour: what was noticed, how odd a shop's stream is, where keys were used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate

from gateway.compliance.alerts.models import Alert
from gateway.compliance.behaviour.models import NetworkSeen, Stream, StreamItem
from gateway.compliance.behaviour.raising import RULES
from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import NEWEST, Order, sorted_page

SHOWN_NETWORKS: Final = 3


def noticed_page(
    *,
    rule: str = "",
    shop_id: UUID | None = None,
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Alert]:
    """Alerts of this room's rules. One query.

    Raises:
        BadCursor
    """
    alerts = Alert.objects.filter(kind__in=[rule] if rule else RULES)
    if shop_id is not None:
        alerts = alerts.filter(shop_id=shop_id)
    return sorted_page(alerts, order=order, cursor=cursor, size=size)


def noticed_open() -> dict[str, int]:
    """How many of each rule nobody has laid aside yet. One query."""
    counted = (
        Alert.objects.filter(kind__in=RULES, closed_at__isnull=True)
        .values_list("kind")
        .annotate(Count("id"))
    )
    return dict(counted)


@dataclass(frozen=True, slots=True)
class StreamView:
    """How far a shop's stream is learnt.

    Attributes:
        model: its shape and library; "" before the first batch.
        scored: events that have a score.
    """

    model: str
    version: int
    learned: int
    behind: int
    scored: int
    learned_at: datetime | None


def stream_view(*, shop_id: UUID) -> StreamView | None:
    """A shop's stream; None if nothing ever happened in it. Two queries."""
    row = Stream.objects.filter(shop_id=shop_id).defer("state").first()
    if row is None:
        return None
    return StreamView(
        model=row.model,
        version=row.version,
        learned=row.learned_number,
        behind=row.last_number - row.learned_number,
        scored=StreamItem.objects.filter(shop_id=shop_id, score_ppm__isnull=False).count(),
        learned_at=row.learned_at,
    )


@dataclass(frozen=True, slots=True)
class ScoreDay:
    """A day of the shop's clock: the oddest score, in millionths, and how many events."""

    day: date
    most_ppm: int
    events: int
    told: int


def score_days(*, shop_id: UUID, since: datetime, zone: ZoneInfo) -> list[ScoreDay]:
    """Days with events that have a score, oldest first. One query."""
    rows = (
        StreamItem.objects.filter(shop_id=shop_id, at__gte=since, score_ppm__isnull=False)
        .annotate(day=TruncDate("at", tzinfo=zone))
        .values("day")
        .annotate(most=Max("score_ppm"), events=Count("id"), told=Count("id", Q(is_told=True)))
        .order_by("day")
    )
    return [ScoreDay(row["day"], row["most"] or 0, row["events"], row["told"]) for row in rows]


def scores_page(
    *,
    shop_id: UUID,
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[StreamItem]:
    """A shop's events with their scores. One query.

    Raises:
        BadCursor
    """
    items = StreamItem.objects.filter(shop_id=shop_id)
    return sorted_page(items, order=order, cursor=cursor, size=size)


def key_networks(
    *, shop_id: UUID, key_ids: Sequence[UUID], limit: int = SHOWN_NETWORKS
) -> dict[UUID, list[NetworkSeen]]:
    """Where each key was used, the latest networks first. One query, none for no key."""
    if not key_ids:
        return {}
    names = {f"key:{key_id}": key_id for key_id in key_ids}
    rows = NetworkSeen.objects.filter(shop_id=shop_id, about__in=names).order_by("-last_at", "-id")
    found: dict[UUID, list[NetworkSeen]] = {}
    for row in rows:
        kept = found.setdefault(names[row.about], [])
        if len(kept) < limit:
            kept.append(row)
    return found

"""Sending what happened in a range of time again, or for the first time where it was missed.

A replay is a row. Beat has its next slice queued, as deliveries like every other: a few at a time,
so that what happens meanwhile stands behind no more than those, and one at a time at an endpoint
that accepts nothing. An event that an endpoint was sent before goes once more as the same delivery,
under its webhook-id and with the bytes that were kept; one that it missed is put into its style's
words now. Order is the queue's: per subject, by sequence.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from gateway.events.models import Event
from gateway.events.subscriptions import EventRecord
from gateway.events.waking import wake
from merchants.webhooks.catalogue import wants
from merchants.webhooks.errors import (
    EndpointDisabled,
    ReplayKeyConflict,
    ReplayRange,
    ReplayRunning,
    ReplayTooLarge,
    ReplayTooOld,
)
from merchants.webhooks.models import Delivery, Endpoint, Replay
from merchants.webhooks.schedule import LOG_KEPT
from merchants.webhooks.selectors import endpoint_get
from merchants.webhooks.services import CHANNEL, checked_filters, endpoint_locked
from merchants.webhooks.styles import style_named

EVENTS_A_REPLAY: Final = 20_000
"""Events to look through: so many are counted within the request that asks."""
EVENTS_A_GLANCE: Final = 1_000
RELAY_LAG: Final = timedelta(minutes=15)
"""How long after it happened an event may be handed out: three times the relay's longest pause."""
FAILURES_BORNE: Final = 20
WINDOW: Final = 32
"""Deliveries of a replay that wait for their first attempt at one time: four turns of a healthy
endpoint's slots, which is what a fresh event waits for at most."""
WINDOW_WHEN_SLOW: Final = 2
ROWS_AT_A_TIME: Final = 500

log = structlog.get_logger(__name__)


def replay_count(
    *,
    shop_id: UUID,
    endpoint_id: UUID,
    since: datetime,
    until: datetime,
    events: Collection[str] = (),
    now: datetime,
) -> int:
    """How many deliveries a replay of what happened from ``since`` until ``until`` would be.

    Two queries, the second of which reads up to ``EVENTS_A_REPLAY`` events.

    Args:
        events: only these of what the endpoint hears, named as its filters are; all if empty.

    Raises:
        EndpointUnknown, FilterUnknown, ReplayRange, ReplayTooOld
        ReplayTooLarge: more than ``EVENTS_A_REPLAY`` events are to be looked through.
    """
    endpoint = endpoint_get(shop_id=shop_id, endpoint_id=endpoint_id)
    _check_range(since=since, until=until, now=now)
    counted, is_more = _counted(
        endpoint,
        since=since,
        until=until,
        chosen=_chosen(endpoint, events),
        most=EVENTS_A_REPLAY,
    )
    if is_more:
        raise ReplayTooLarge(EVENTS_A_REPLAY)
    return counted


def replay_glance(endpoint: Endpoint, *, since: datetime, until: datetime) -> tuple[int, bool]:
    """As ``replay_count``, of the first ``EVENTS_A_GLANCE`` events; whether there are more. One
    query."""
    return _counted(endpoint, since=since, until=until, chosen=(), most=EVENTS_A_GLANCE)


def missed_since(endpoint: Endpoint, *, now: datetime) -> datetime | None:
    """From when on an endpoint that is off missed what happened, as far back as that can be sent.

    What happened shortly before, and was handed out only when it was off, was missed too. At most
    one query.
    """
    if endpoint.enabled or endpoint.off_since is None:
        return None
    oldest = now - LOG_KEPT
    since = max(endpoint.off_since, oldest)
    first = max(endpoint.off_since - RELAY_LAG, endpoint.created_at, oldest)
    if first >= since:
        return since
    queued = Delivery.objects.filter(endpoint_id=endpoint.id, event_id=OuterRef("id"))
    passed_over = _happened(endpoint, since=first, until=since).exclude(Exists(queued))
    return min(
        (
            event.occurred_at
            for event in _records(passed_over.iterator(chunk_size=ROWS_AT_A_TIME))
            if _is_told(endpoint, event, chosen=())
        ),
        default=since,
    )


def replay_begin(
    *,
    shop_id: UUID,
    endpoint_id: UUID,
    since: datetime,
    until: datetime | None = None,
    events: Collection[str] = (),
    key: str = "",
    now: datetime,
) -> tuple[Replay, bool]:
    """Have what happened from ``since`` until ``until`` (now, if None) sent to the endpoint. The
    replay, and whether it is a new one.

    Args:
        events: as of ``replay_count``.
        key: asked again with it, this gives the replay that there is and changes nothing.

    Raises:
        EndpointUnknown, EndpointDisabled, FilterUnknown, ReplayRange, ReplayTooOld,
        ReplayTooLarge
        ReplayRunning: one at a time.
        ReplayKeyConflict: the key asked for something else.
    """
    asked = Replay(
        shop_id=shop_id,
        endpoint_id=endpoint_id,
        since=since,
        until=until or now,
        events=list(dict.fromkeys(events)),
        key=key,
        asked_at=now,
    )
    if before := _asked_before(asked):
        return before, False
    # Counted before the endpoint is locked: its deliveries go on meanwhile.
    asked.counted = replay_count(
        shop_id=shop_id,
        endpoint_id=endpoint_id,
        since=since,
        until=asked.until,
        events=events,
        now=now,
    )
    if not asked.counted:
        asked.state, asked.ended_at = Replay.DONE, now
    return _begin(asked)


@transaction.atomic
def _begin(asked: Replay) -> tuple[Replay, bool]:
    endpoint = endpoint_locked(shop_id=asked.shop_id, endpoint_id=asked.endpoint_id)
    if before := _asked_before(asked):
        return before, False
    if not endpoint.enabled:
        raise EndpointDisabled
    if Replay.objects.filter(endpoint=endpoint, state=Replay.OPEN).exists():
        raise ReplayRunning
    asked.save(force_insert=True)
    return asked, True


def replays_continue(*, now: datetime) -> int:
    """Queue the next slice of every open replay, each in its own transaction; how many deliveries.

    Those of an endpoint that is off go on when it is on again. One that fails holds up no other,
    and is given up after ``FAILURES_BORNE`` times.
    """
    waiting = Replay.objects.filter(state=Replay.OPEN, endpoint__enabled=True).order_by("id")
    queued = 0
    for replay_id, endpoint_id in list(waiting.values_list("id", "endpoint_id")):
        try:
            queued += _continue(replay_id, endpoint_id=endpoint_id, now=now)
        except Exception:  # whatever is wrong with what it would send is its own affair
            log.exception("replay_failed", replay_id=str(replay_id), endpoint_id=str(endpoint_id))
            _note_failure(replay_id, now=now)
    return queued


def _note_failure(replay_id: UUID, *, now: datetime) -> None:
    replay = Replay.objects.filter(id=replay_id, state=Replay.OPEN)
    replay.update(failures=F("failures") + 1)
    replay.filter(failures__gte=FAILURES_BORNE).update(state=Replay.FAILED, ended_at=now)


@transaction.atomic
def _continue(replay_id: UUID, *, endpoint_id: UUID, now: datetime) -> int:
    if not _kept_there(endpoint_id):
        return 0
    replay = (
        Replay.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("endpoint")
        .filter(id=replay_id, state=Replay.OPEN, endpoint__enabled=True)
        .first()
    )
    room = 0 if replay is None else _room(replay)
    if replay is None or not room:
        return 0
    happened = _happened(replay.endpoint, since=replay.since, until=replay.until)
    if replay.reached is not None:
        happened = happened.filter(id__gt=replay.reached)
    events = list(_records(happened[:room].iterator()))
    queued = _queue(replay, events, now=now)
    replay.queued += queued
    replay.failures = 0
    if events:
        replay.reached = events[-1].id
    if len(events) < room:
        replay.state, replay.ended_at = Replay.DONE, now
    replay.save(update_fields=["queued", "failures", "reached", "state", "ended_at"])
    return queued


def _kept_there(endpoint_id: UUID) -> bool:
    """Whether the endpoint is there and nobody changes it; it isn't deleted or switched until the
    transaction ends. What the deliverer notes of it, holding deliveries, is not kept waiting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM webhooks_endpoint WHERE id = %s FOR KEY SHARE SKIP LOCKED",
            [endpoint_id],
        )
        return cursor.fetchone() is not None


def _room(replay: Replay) -> int:
    """How many deliveries of it may be queued now. One query."""
    waiting = Delivery.objects.filter(replay_id=replay.id, state=Delivery.PENDING)
    if replay.endpoint.failing_since is not None:
        return 0 if waiting.exists() else 1
    window = WINDOW_WHEN_SLOW if replay.endpoint.slow else WINDOW
    return max(0, window - waiting.filter(tries=0).count())


def _queue(replay: Replay, events: Collection[EventRecord], *, now: datetime) -> int:
    endpoint = replay.endpoint
    style = style_named(endpoint.style)
    told = [
        (event, payload)
        for event in events
        if _is_told(endpoint, event, chosen=replay.events)
        and (payload := style.told(event, filters=endpoint.events)) is not None
    ]
    if not told:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            QUEUE_SQL,
            {
                "endpoint_id": endpoint.id,
                "shop_id": endpoint.shop_id,
                "replay_id": replay.id,
                "now": now,
                "events": [event.id for event, _ in told],
                "types": [event.type for event, _ in told],
                "subjects": [event.subject for event, _ in told],
                "sequences": [event.sequence for event, _ in told],
                "payloads": [payload for _, payload in told],
            },
        )
        queued = cursor.rowcount
    wake(CHANNEL, [str(endpoint.id)])
    return queued


# While an attempt is under way, ``due_at`` is its lease: it counts as the first try.
QUEUE_SQL = """
INSERT INTO webhooks_delivery AS d
       (event_id, endpoint_id, shop_id, type, subject, sequence, payload, due_at, created_at,
        queued_at, replay_id)
SELECT e.event_id, %(endpoint_id)s, %(shop_id)s, e.type, e.subject, e.sequence, e.payload,
       %(now)s, %(now)s, %(now)s, %(replay_id)s
  FROM unnest(%(events)s::uuid[], %(types)s::text[], %(subjects)s::text[],
              %(sequences)s::bigint[], %(payloads)s::bytea[])
       AS e (event_id, type, subject, sequence, payload)
 ORDER BY e.event_id
    ON CONFLICT (event_id, endpoint_id) DO UPDATE
   SET tries = d.trying::int, state = 'pending', finished_at = NULL,
       due_at = CASE WHEN d.trying THEN d.due_at
                     WHEN d.state = 'pending' THEN least(d.due_at, excluded.due_at)
                     ELSE excluded.due_at END,
       queued_at = CASE WHEN d.state = 'pending' AND d.tries = 0 THEN d.queued_at
                        ELSE excluded.queued_at END,
       replay_id = excluded.replay_id
"""


def _happened(endpoint: Endpoint, *, since: datetime, until: datetime) -> QuerySet[Event]:
    """What the endpoint may be told of that time, in the order in which it happened."""
    types = style_named(endpoint.style).types(endpoint.events)
    return Event.objects.filter(
        shop_id=endpoint.shop_id,
        type__in=sorted(types),
        occurred_at__gte=since,
        occurred_at__lt=until,
    ).order_by("id")


def _counted(
    endpoint: Endpoint, *, since: datetime, until: datetime, chosen: Collection[str], most: int
) -> tuple[int, bool]:
    """Of the first ``most`` events, how many it is told of; whether there are more. One query."""
    counted = 0
    happened = _happened(endpoint, since=since, until=until)[: most + 1]
    rows = happened.iterator(chunk_size=ROWS_AT_A_TIME)
    for number, event in enumerate(_records(rows), start=1):
        if number > most:
            return counted, True
        counted += _is_told(endpoint, event, chosen=chosen)
    return counted, False


def _records(events: Iterator[Event]) -> Iterator[EventRecord]:
    for event in events:
        yield EventRecord(
            id=event.id,
            type=event.type,
            mode=event.mode,
            shop_id=event.shop_id,
            subject=event.subject,
            sequence=event.sequence,
            body=event.body,
            occurred_at=event.occurred_at,
        )


def _is_told(endpoint: Endpoint, event: EventRecord, *, chosen: Collection[str]) -> bool:
    word = style_named(endpoint.style).word(event, filters=endpoint.events)
    return word is not None and (not chosen or wants(chosen, word))


def _chosen(endpoint: Endpoint, events: Collection[str]) -> list[str]:
    return checked_filters(events, style=endpoint.style) if events else []


def _check_range(*, since: datetime, until: datetime, now: datetime) -> None:
    if not since < until <= now:
        raise ReplayRange
    if since < now - LOG_KEPT:
        raise ReplayTooOld


def _asked_before(asked: Replay) -> Replay | None:
    """The replay that its key asked for before.

    Raises:
        ReplayKeyConflict: that was of something else.
    """
    if not asked.key:
        return None
    before = Replay.objects.filter(
        endpoint_id=asked.endpoint_id, key=asked.key, shop_id=asked.shop_id
    ).first()
    if before is not None and _range_of(before) != _range_of(asked):
        raise ReplayKeyConflict
    return before


def _range_of(replay: Replay) -> tuple[object, ...]:
    """What was asked for; until now is the same whenever it was asked."""
    until = None if replay.until == replay.asked_at else replay.until
    return replay.since, until, replay.events

"""Carry card readers on: register, look at and remove them, outside of any transaction."""

from datetime import datetime
from typing import Final

import structlog

from gateway.cards import readers
from gateway.cards.models import Reader
from gateway.events.points import point
from gateway.ramps.configuration import configured_readers
from gateway.ramps.errors import RampRefused
from gateway.ramps.pausing import TROUBLE, pause
from gateway.ramps.stripe_readers import GONE, ReaderRamp

log = structlog.get_logger(__name__)

TURN: Final = 100


def readers_carry(*, now: datetime) -> int:
    """Carry on what is due; how many were looked at. Trouble leaves one where it is, and a note."""
    due = Reader.objects.filter(due_at__lte=now).order_by("due_at", "id")[:TURN]
    rows = list(due.select_related("place"))
    for row in rows:
        try:
            _carry(row, configured_readers(row.ramp), now=now)
        except TROUBLE as trouble:
            log.warning("reader_waits", reader=str(row.id), detail=str(trouble)[:300])
            again_at = now + pause(trouble, asks=row.asks, first_seconds=5, most_seconds=600)
            readers.note_trouble(reader_id=row.id, error=str(trouble), due_at=again_at)
    return len(rows)


def _carry(row: Reader, ramp: ReaderRamp, *, now: datetime) -> None:
    if row.status in ("planned", "asked"):
        _register(row, ramp, now=now)
        return
    try:
        if row.status == "removing":
            ramp.reader_remove(row.remote_id)
            point("reader.removed")
            readers.reader_gone(reader_id=row.id, now=now)
        else:
            readers.reader_told(reader_id=row.id, told=ramp.reader_look(row.remote_id), now=now)
    except RampRefused as refused:
        if refused.code != GONE:
            raise
        readers.reader_gone(reader_id=row.id, now=now)


def _register(row: Reader, ramp: ReaderRamp, *, now: datetime) -> None:
    place_wanted = readers.place_ask(reader_id=row.id)
    if place_wanted is not None:
        place, may_know = place_wanted
        try:
            remote_id = (ramp.place_find(place) if may_know else "") or ramp.place_open(place)
        except RampRefused as refused:
            readers.reader_refused(reader_id=row.id, reason=refused.message, now=now)
            return
        point("reader.place_answered")
        readers.place_told(place_id=place.id, remote_id=remote_id)
    wanted = readers.reader_ask(reader_id=row.id, now=now)
    point("reader.registering")
    if wanted is None:
        return
    ask, may_know = wanted
    told = ramp.reader_find(ask) if may_know else None
    if told is None:
        try:
            told = ramp.reader_register(ask)
        except RampRefused as refused:
            readers.reader_refused(reader_id=row.id, reason=refused.message, now=now)
            return
    point("reader.registered")
    readers.reader_told(reader_id=row.id, told=told, now=now)

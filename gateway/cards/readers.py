"""A shop's card readers as rows: each verb is one transaction, asks nobody, may be called again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from gateway.cards import locks
from gateway.cards.errors import (
    CardsNotTaken,
    ReaderBusyNow,
    ReaderCodeWrong,
    ReaderLabelTaken,
    ReaderPlaceMissing,
)
from gateway.cards.life import OPEN
from gateway.cards.models import CardTender, Reader, ReaderPlace
from gateway.cards.reader_life import READER_LIVE
from gateway.cards.selectors import card_account
from gateway.events.ids import uuid7
from gateway.ramps.configuration import settings_of
from gateway.ramps.models import RampAccount
from gateway.ramps.reader_terms import PlaceAsk, ReaderAsk, ReaderTold

log = structlog.get_logger(__name__)

LOOK_EACH: Final = timedelta(minutes=5)
QUIET: Final = timedelta(seconds=30)
ASK_FOR: Final = timedelta(minutes=30)
"""So long a registration without an answer is tried; the code on the device lasts no longer."""
MOST_LETTERS: Final = 100


@dataclass(frozen=True, slots=True)
class Address:
    """Where readers stand; the country is the ramp's."""

    line1: str
    city: str
    postal_code: str

    @property
    def is_whole(self) -> bool:
        return all((self.line1.strip(), self.city.strip(), self.postal_code.strip()))


@transaction.atomic
def reader_add(
    *,
    shop_id: UUID,
    mode: str,
    shop_name: str,
    label: str,
    code: str,
    by: str,
    now: datetime,
    address: Address | None = None,
) -> Reader:
    """A device is to take cards for a shop. The first one needs the address where it stands.

    Raises:
        CardsNotTaken: the shop takes no cards.
        ReaderPlaceMissing, ReaderCodeWrong, ReaderLabelTaken
    """
    account = card_account(shop_id=shop_id, mode=mode)
    if account is None:
        raise CardsNotTaken
    label, code = label.strip()[:MOST_LETTERS], code.strip().lower()[:MOST_LETTERS]
    if not code or not label or not code.isprintable():
        raise ReaderCodeWrong
    if Reader.objects.filter(shop_id=shop_id, label=label, status__in=READER_LIVE).exists():
        raise ReaderLabelTaken
    place = _place(shop_id=shop_id, account=account, shop_name=shop_name, address=address, now=now)
    return Reader.objects.create(
        id=uuid7(),
        place=place,
        shop_id=shop_id,
        mode=mode,
        ramp=account.ramp,
        label=label,
        code=code,
        added_by=by[:80],
        created_at=now,
        due_at=now,
    )


@transaction.atomic
def reader_drop(*, shop_id: UUID, reader_id: UUID, now: datetime) -> Reader:
    """A device is to take cards no more. One of which the ramp knows nothing is over at once.

    Raises:
        ReaderUnknown
        ReaderBusyNow: it asks for a card right now.
    """
    row = locks.reader_for_update(reader_id, shop_id=shop_id)
    if row.status not in READER_LIVE or row.status == "removing":
        return row
    if CardTender.objects.filter(reader=row, status__in=OPEN).exists():
        raise ReaderBusyNow
    if row.status == "planned":
        row.asked_at = now
        _end(row, "removed", now=now)
        return row
    if row.status == "ready":
        row.status, row.due_at = "removing", now
    else:  # asked: it is registered first, if it was, and removed then
        row.ended_at, row.due_at = now, now
    row.save()
    return row


@transaction.atomic
def place_ask(*, reader_id: UUID) -> tuple[PlaceAsk, bool] | None:
    """What the ramp is to be asked so that it knows where a reader stands, and whether it may know
    already; None where it does."""
    place_id = locks.reader_for_update(reader_id).place_id
    place = ReaderPlace.objects.select_for_update().get(id=place_id)
    if place.remote_id:
        return None
    may_know = place.asks > 0
    place.asks += 1
    place.save(update_fields=["asks"])
    ask = PlaceAsk(
        id=place.id,
        key=f"tillway:reader_place:{place.id}:{place.asks}",
        name=place.name,
        line1=place.line1,
        city=place.city,
        postal_code=place.postal_code,
        country=place.country,
    )
    return ask, may_know


def place_told(*, place_id: UUID, remote_id: str) -> None:
    """One statement; the first answer stays."""
    ReaderPlace.objects.filter(id=place_id, remote_id="").update(remote_id=remote_id)


@transaction.atomic
def reader_ask(*, reader_id: UUID, now: datetime) -> tuple[ReaderAsk, bool] | None:
    """From here on the ramp may have heard of it. What to ask, and whether it may know already;
    None where nothing is to be asked (any more)."""
    row = locks.reader_for_update(reader_id)
    if row.status not in ("planned", "asked"):
        return None
    if now - row.created_at > ASK_FOR:
        row.asked_at = row.asked_at or now
        row.last_error = row.last_error or "No answer in time."
        _end(row, "refused", now=now)
        return None
    may_know = row.asked_at is not None
    row.status, row.asked_at = "asked", row.asked_at or now
    row.asks, row.due_at = row.asks + 1, now + QUIET
    row.save()
    ask = ReaderAsk(
        id=row.id,
        key=f"tillway:reader:{row.id}:{row.asks}",
        code=row.code,
        label=row.label,
        place=row.place.remote_id,
    )
    return ask, may_know


@transaction.atomic
def reader_told(*, reader_id: UUID, told: ReaderTold, now: datetime) -> Reader:
    """Keep what the ramp says of a device.

    Whoever reads the code off a device has it in hand: where it stood before, it stands no more.
    """
    row = locks.reader_for_update(reader_id)
    if row.status not in READER_LIVE:
        return row
    if row.status == "asked":
        before = Reader.objects.filter(
            ramp=row.ramp, remote_id=told.remote_id, status__in=READER_LIVE
        ).exclude(id=row.id)
        for other in before.select_for_update().order_by("id"):
            log.warning("reader_moved", reader=str(other.id), to=str(row.id))
            _end(other, "removed", now=now)
        row.status = "removing" if row.ended_at else "ready"
        row.code = ""
    row.remote_id, row.device, row.serial = told.remote_id, told.device, told.serial
    row.is_online, row.told_at, row.last_error = told.is_online, now, ""
    row.due_at = now if row.status == "removing" else now + LOOK_EACH
    row.save()
    return row


@transaction.atomic
def reader_refused(*, reader_id: UUID, reason: str, now: datetime) -> Reader:
    """The ramp won't have it: the code is none, or has ended, or the address is none."""
    row = locks.reader_for_update(reader_id)
    if row.status in ("planned", "asked"):
        row.asked_at, row.last_error = row.asked_at or now, reason[:300]
        _end(row, "refused", now=now)
    return row


@transaction.atomic
def reader_gone(*, reader_id: UUID, now: datetime) -> Reader:
    """The ramp knows it no more: we took it away, or somebody did on the ramp's own pages."""
    row = locks.reader_for_update(reader_id)
    if row.status in ("ready", "removing"):
        _end(row, "removed", now=now)
    return row


def note_trouble(*, reader_id: UUID, error: str, due_at: datetime) -> None:
    """Remember why nothing is known yet, and when to ask again. One statement."""
    Reader.objects.filter(id=reader_id).update(last_error=error[:300], due_at=due_at)


def _place(
    *,
    shop_id: UUID,
    account: RampAccount,
    shop_name: str,
    address: Address | None,
    now: datetime,
) -> ReaderPlace:
    """The shop's; one that the ramp has not taken yet gets the new address."""
    known = ReaderPlace.objects.select_for_update().filter(shop_id=shop_id, ramp=account.ramp)
    place = known.first()
    if place is not None and place.remote_id:
        return place
    if address is None or not address.is_whole:
        raise ReaderPlaceMissing
    if place is None:
        place = ReaderPlace(
            id=uuid7(),
            shop_id=shop_id,
            mode=account.mode,
            ramp=account.ramp,
            name=shop_name.strip()[:MOST_LETTERS] or "Tillway",
            country=settings_of(account.ramp).country,
            created_at=now,
        )
    place.line1 = address.line1.strip()[:MOST_LETTERS]
    place.city = address.city.strip()[:MOST_LETTERS]
    place.postal_code = address.postal_code.strip()[:20]
    place.save()
    return place


def _end(row: Reader, status: str, *, now: datetime) -> None:
    row.status, row.code, row.ended_at, row.due_at = status, "", now, None
    row.is_online = False
    row.save()

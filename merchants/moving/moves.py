"""Begin a move, choose its store, stop it, go on with another key; and sweep up behind it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Func, IntegerField, Sum

from gateway.compliance.sealed.keys import key_for, key_of, key_throw_away
from gateway.compliance.sealed.sealing import opened_with_key, sealed_with_key
from gateway.events.ids import uuid7
from merchants.audit.recording import record
from merchants.moving.errors import (
    ExportTooLarge,
    ExportUnreadable,
    MoveElsewhere,
    MoveNotFound,
    MoveUnderWay,
)
from merchants.moving.export_files import NoExport, TooLong, source_of
from merchants.moving.models import UNDER_WAY, Move, Piece
from merchants.moving.old_server import address_from, key_from
from merchants.moving.rows import Source

MOST_BYTES: Final = 20 * 1024 * 1024
"""Of an upload; some fifty thousand invoices."""
PIECE_BYTES: Final = 512 * 1024
READ_BYTES: Final = 64 * 1024
"""Of a piece that is looked at together."""
SWEPT_AT_A_TIME: Final = 50
_KEY_NAME: Final = "key"


def about(move_id: UUID) -> str:
    """With whom a move's sealing key goes."""
    return f"move:{move_id}"


@transaction.atomic
def move_from_file(
    *,
    shop_id: UUID,
    upload: bytes,
    zone: str,
    with_emails: bool,
    by: str,
    now: datetime,
) -> Move:
    """Keep an export, sealed, to be read by the task.

    Args:
        zone: IANA name: the clock of moments that the file writes without a zone.
        by: who: ``user:<id>``.

    Raises:
        ExportUnreadable, ExportTooLarge, MoveUnderWay
    """
    if len(upload) > MOST_BYTES:
        raise ExportTooLarge
    try:
        source = source_of(_cut(upload, READ_BYTES))
    except TooLong as error:
        raise ExportTooLarge from error
    except NoExport as error:
        raise ExportUnreadable from error
    move = _begun(
        Move(
            shop_id=shop_id,
            source=source,
            way="file",
            state="reading",
            chosen={"history": True},
            zone=ZoneInfo(zone).key,
            items_done=True,
            with_emails=with_emails,
            taken_at=now,
        ),
        by=by,
        now=now,
    )
    whose = about(move.id)
    key = key_for(whose, now=now)
    for number, piece in enumerate(_cut(upload, PIECE_BYTES)):
        box = sealed_with_key(piece, key=key, about=whose, name=f"piece {number}")
        Piece.objects.create(shop_id=shop_id, move=move, number=number, box=box)
    return move


@transaction.atomic
def move_from_server(
    *, shop_id: UUID, source: Source, url: str, key: str, by: str, now: datetime
) -> Move:
    """Have the task look at what an old server shows to this key.

    Raises:
        OutsideRefused, KeyMissing, KeyNoText, MoveUnderWay
    """
    address, key = address_from(url), key_from(key)
    move = Move(id=uuid7(), shop_id=shop_id, source=source, way="server", state="looking")
    move.url = address
    move.items_done = source != "bitcart"
    move.key_sealed = _sealed_key(move.id, key, now=now)
    return _begun(move, by=by, now=now)


@transaction.atomic
def move_choose_store(*, shop_id: UUID, move_id: UUID, store_id: str, now: datetime) -> Move:
    """Which of the old server's stores this shop is. The task looks at it.

    Raises:
        MoveNotFound
        MoveElsewhere: it has a store, or the server showed no such one.
    """
    move = move_locked(shop_id=shop_id, move_id=move_id)
    names = {one["id"] for one in move.found.get("stores", ())}
    if move.state != "choosing" or move.store_id or store_id not in names:
        raise MoveElsewhere
    move.store_id, move.state, move.due_at = store_id, "looking", now
    move.save(update_fields=["store_id", "state", "due_at"])
    return move


@transaction.atomic
def move_stop(*, shop_id: UUID, move_id: UUID, now: datetime) -> Move:
    """Bring nothing more over; what came over stays. Again is the same.

    Raises:
        MoveNotFound
    """
    move = move_locked(shop_id=shop_id, move_id=move_id)
    if move.state in UNDER_WAY:
        move_end(move, state="stopped", now=now)
    return move


@transaction.atomic
def move_again(*, shop_id: UUID, move_id: UUID, key: str, now: datetime) -> Move:
    """Go on where an old server's move stopped, with a key pasted anew.

    Raises:
        MoveNotFound, KeyMissing, KeyNoText, MoveUnderWay
        MoveElsewhere: it did not fail and was not stopped, or is of a file.
    """
    move = move_locked(shop_id=shop_id, move_id=move_id)
    if move.way != "server" or move.state not in ("failed", "stopped"):
        raise MoveElsewhere
    move.key_sealed = _sealed_key(move.id, key_from(key), now=now)
    move.state = "reading" if move.taken_at else "looking"
    move.ended_at, move.swept = None, False
    move.error, move.attempts, move.due_at, move.page_first = "", 0, now, ""
    _save(move)
    return move


def move_end(move: Move, *, state: str, now: datetime, error: str = "") -> None:
    """The end of a locked move: its key is gone with it."""
    move.state, move.error, move.ended_at, move.key_sealed = state, error, now, None
    move.leased_until = None
    move.lease += 1  # whoever works on it keeps nothing more
    move.save()


def moves_sweep() -> int:
    """Throw away what ended moves had sealed; how many."""
    ended = Move.objects.filter(ended_at__isnull=False, swept=False).order_by("ended_at")
    count = 0
    for move_id in list(ended.values_list("id", flat=True)[:SWEPT_AT_A_TIME]):
        with transaction.atomic():
            move = Move.objects.select_for_update().get(id=move_id)
            if move.ended_at is None:
                continue
            Piece.objects.filter(move=move).delete()
            key_throw_away(about(move_id))
            Move.objects.filter(id=move_id).update(swept=True)
        count += 1
    return count


def pieces_of(move: Move) -> Iterator[bytes]:
    """The uploaded file again, opened, in parts. A query a piece.

    Raises:
        KeyGone, SealedWrong
    """
    whose = about(move.id)
    key = key_of(whose)
    for number in range(Piece.objects.filter(move=move).count()):
        box = Piece.objects.values_list("box", flat=True).get(move=move, number=number)
        piece = opened_with_key(bytes(box), key=key, about=whose, name=f"piece {number}")
        yield from _cut(piece, READ_BYTES)


def bytes_of(move: Move) -> int:
    """How large the uploaded file is, its pieces' seals included. One query."""
    sizes = Piece.objects.filter(move=move).annotate(size=Func("box", function="octet_length"))
    return int(sizes.aggregate(whole=Sum("size", output_field=IntegerField()))["whole"] or 0)


def old_key_of(move: Move) -> str:
    """The old server's key. One query.

    Raises:
        KeyGone, SealedWrong
    """
    whose = about(move.id)
    box = bytes(move.key_sealed or b"")
    return opened_with_key(box, key=key_of(whose), about=whose, name=_KEY_NAME).decode()


def move_locked(*, shop_id: UUID, move_id: UUID) -> Move:
    """Raises MoveNotFound."""
    move = Move.objects.select_for_update().filter(shop_id=shop_id, id=move_id).first()
    if move is None:
        raise MoveNotFound
    return move


# --- parts ---------------------------------------------------------------------------------------


def _begun(move: Move, *, by: str, now: datetime) -> Move:
    move.asked_by, move.began_at, move.due_at = by, now, now
    _save(move)
    record(
        act="move.begun",
        shop_id=move.shop_id,
        who=by,
        subject=f"move:{move.id}",
        detail={"from": move.source, "way": move.way},
        now=now,
    )
    return move


def _save(move: Move) -> None:
    try:
        with transaction.atomic():
            move.save()
    except IntegrityError as error:
        if "move_one_at_a_time" in str(error):
            raise MoveUnderWay from error
        raise


def _sealed_key(move_id: UUID, key: str, *, now: datetime) -> bytes:
    whose = about(move_id)
    return sealed_with_key(key.encode(), key=key_for(whose, now=now), about=whose, name=_KEY_NAME)


def _cut(body: bytes, size: int) -> Iterable[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))

"""Put orders into files for the bank, and let the files leave: each at most once.

A file is a row first. To leave it is written beside its place under another name, marked as
leaving, moved into its place and marked as left. Whoever dies between two of these goes on with the
next: once it is marked as leaving, a file that no longer has its other name has been moved, even if
the bank's program has taken it out of the folder since.
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.events.ids import uuid7
from gateway.events.points import point
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.ramps.configuration import settings_of
from gateway.ramps.errors import RampNotOffered
from gateway.ramps.iso20022.business_days import business_day_from
from gateway.ramps.iso20022.errors import BankFileConflict, BankFileUnknown, NothingToPay
from gateway.ramps.iso20022.models import BankFile, BankOrder
from gateway.ramps.iso20022.pain001 import Party, Transfer, end_to_end_of, pain001
from gateway.ramps.models import RampInstruction

MOST_TRANSFERS: Final = 1_000
"""In one file; the rest goes into the next."""


@transaction.atomic
def file_make(*, ramp: str, by: str, now: datetime) -> BankFile:
    """One file of the orders that are in none yet, oldest first; nothing leaves by this.

    Raises:
        RampNotOffered: the ramp is no bank's.
        NothingToPay: every order is in a file.
    """
    entry = settings_of(ramp)
    if entry.kind != "iso20022":
        raise RampNotOffered(f"{ramp} takes no files.")
    waiting = BankOrder.objects.select_for_update(skip_locked=True).filter(ramp=ramp, file=None)
    orders = list(waiting.order_by("taken_at", "id")[:MOST_TRANSFERS])
    if not orders:
        raise NothingToPay
    file_id = uuid7()
    execute_on = business_day_from(now.date())
    content = pain001(
        message_id=end_to_end_of(file_id),
        made_at=now,
        execute_on=execute_on,
        payer=Party(entry.holder, entry.iban, entry.bic),
        transfers=[_transfer(order) for order in orders],
    )
    row = BankFile.objects.create(
        id=file_id,
        ramp=ramp,
        message_id=end_to_end_of(file_id),
        currency=orders[0].currency,
        transfers=len(orders),
        units=sum(int(order.units) for order in orders),
        execute_on=execute_on,
        content=content.decode(),
        sha256=hashlib.sha256(content).hexdigest(),
        made_by=by,
        made_at=now,
    )
    BankOrder.objects.filter(id__in=[order.id for order in orders], file=None).update(file=row)
    return row


def file_leave(
    *,
    file_id: UUID,
    folder: Path,
    by: str,
    now: datetime,
) -> BankFile:
    """Let a file leave into a folder, once. Safe to call again after any end.

    Raises:
        BankFileUnknown
        BankFileConflict: it left, or is leaving, into another folder; or is not what was made.
    """
    row = BankFile.objects.filter(id=file_id).first()
    if row is None:
        raise BankFileUnknown
    place = folder.resolve()
    if row.folder not in ("", str(place)):
        raise BankFileConflict(f"{row.message_id} leaves, or left, into {row.folder}.")
    if row.status == "left":
        return row
    target = place / file_name(row)
    beside = target.with_suffix(".part")
    point("file.made")
    if row.status == "made":
        _write(row, beside)
        point("file.written")
        _leaving(file_id=file_id, folder=str(place))
        point("file.leaving")
    if beside.exists():
        beside.rename(target)
        _sync(place)
    point("file.moved")
    return file_left(file_id=file_id, by=by, now=now)


@transaction.atomic
def file_left(*, file_id: UUID, by: str, now: datetime) -> BankFile:
    """It is out of our hands: its orders have left. Safe to call again."""
    row = BankFile.objects.select_for_update().get(id=file_id)
    if row.status != "left":
        row.status, row.left_by, row.left_at = "left", by, now
        row.save(update_fields=["status", "left_by", "left_at"])
        ids = list(row.orders.values_list("id", flat=True))
        RampInstruction.objects.filter(id__in=ids).update(due_at=now)
    return row


def files_not_left(ramp: str) -> list[BankFile]:
    """Oldest first. One query."""
    return list(BankFile.objects.filter(ramp=ramp).exclude(status="left").order_by("made_at"))


def file_name(row: BankFile) -> str:
    return f"{settings_of(row.ramp).mode}-{row.message_id}.xml"


@transaction.atomic
def _leaving(*, file_id: UUID, folder: str) -> None:
    row = BankFile.objects.select_for_update().get(id=file_id)
    if row.folder not in ("", folder):
        raise BankFileConflict(f"{row.message_id} leaves, or left, into {row.folder}.")
    if row.status == "made":
        row.status, row.folder = "leaving", folder
        row.save(update_fields=["status", "folder"])


def _write(row: BankFile, beside: Path) -> None:
    content = row.content.encode()
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise BankFileConflict(f"{row.message_id} is not what was made: its hash differs.")
    with beside.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    _sync(beside.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _transfer(order: BankOrder) -> Transfer:
    return Transfer(
        end_to_end_id=order.end_to_end_id,
        amount=Amount(int(order.units), FIAT[order.currency]),
        to=Party(order.holder, order.iban, order.bic),
        remittance=order.reference.replace(":", " "),
    )

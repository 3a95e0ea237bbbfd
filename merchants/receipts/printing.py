"""Printers of a shop, and papers on their way to one.

A tap writes a row and is done: a printer that is off, or hangs, holds no sale. Beat's task sends
what is due, each to its printer beside the others. As long as nothing can be on paper it is tried
again; once bytes left, a person looks whether it printed and has it printed again.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import get_language, override

from gateway.outside.errors import OutsideRefused
from gateway.outside.printers import (
    PrinterFailed,
    printer_address,
    printer_networks,
    printer_send,
)
from merchants.receipts.drawing import sheet_for
from merchants.receipts.errors import (
    KeyInvalid,
    PrinterInvalid,
    PrinterNameTaken,
    PrintersFull,
)
from merchants.receipts.headings import heading_of
from merchants.receipts.models import Document, Printer, PrintJob
from merchants.receipts.plain_text import CHARSETS, COLUMNS, Charset
from merchants.receipts.selectors import printer_get, was_on_paper

log = structlog.get_logger(__name__)

MOST_PRINTERS: Final = 20
MAX_NAME: Final = 60
MAX_KEY: Final = 100
LEASE: Final = timedelta(seconds=45)
RETRIES: Final = tuple(timedelta(seconds=seconds) for seconds in (3, 10, 30))
JOBS_AT_A_TIME: Final = 12
"""As many printers are sent to beside each other."""


@dataclass(frozen=True, slots=True)
class NewPrinter:
    """A printer as somebody describes it."""

    name: str
    host: str
    port: int = 9_100
    columns: int = 42
    charset: str = "latin"
    till_id: UUID | None = None


def printer_add(*, shop_id: UUID, wanted: NewPrinter, by: UUID, now: datetime) -> Printer:
    """Have papers printed there from now on.

    Raises:
        PrinterInvalid, PrinterNameTaken, PrintersFull
        PrinterRefused: no printer of this shop may have that address.
    """
    name = wanted.name.strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise PrinterInvalid(field="name")
    if wanted.columns not in COLUMNS or wanted.charset not in CHARSETS:
        raise PrinterInvalid
    allowed = printer_networks(settings.PRINTER_NETWORKS)
    address = printer_address(wanted.host, wanted.port, shop_id=shop_id, allowed=allowed)
    if Printer.objects.filter(shop_id=shop_id, removed_at=None).count() >= MOST_PRINTERS:
        raise PrintersFull
    try:
        with transaction.atomic():
            return Printer.objects.create(
                shop_id=shop_id,
                till_id=wanted.till_id,
                name=name,
                host=str(address),
                port=wanted.port,
                columns=wanted.columns,
                charset=wanted.charset,
                added_by=by,
                added_at=now,
            )
    except IntegrityError as error:
        raise PrinterNameTaken from error


def printer_drop(*, shop_id: UUID, printer_id: UUID, now: datetime) -> Printer:
    """Print nothing there any more; what waits for it fails.

    Raises:
        PrinterUnknown
    """
    printer = printer_get(shop_id=shop_id, printer_id=printer_id)
    with transaction.atomic():
        printer.removed_at = now
        printer.save(update_fields=["removed_at"])
        PrintJob.objects.filter(printer=printer, state="waiting").update(
            state="failed", error="printer_removed", ended_at=now
        )
    return printer


def print_ask(
    *,
    document: Document,
    printer: Printer | None,
    key: str,
    by: str,
    now: datetime,
) -> PrintJob:
    """Have a paper printed, once for each tap. The first is the paper, every other one a copy.

    Args:
        printer: None for the browser that asks: it prints the page itself.

    Raises:
        KeyInvalid: the key is none, or another tap's.
    """
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise KeyInvalid
    heading = heading_of(shop_id=document.shop_id)
    job, _is_new = PrintJob.objects.get_or_create(
        shop_id=document.shop_id,
        key=key,
        defaults={
            "document": document,
            "printer": printer,
            "is_copy": was_on_paper(document, but=key),
            "language": (heading.language if heading else "") or get_language() or "en",
            "state": "waiting" if printer else "sent",
            "due_at": now,
            "asked_by": by,
            "asked_at": now,
            "ended_at": None if printer else now,
        },
    )
    if (job.document_id, job.printer_id) != (document.id, printer.id if printer else None):
        raise KeyInvalid
    return job


def prints_carry(*, now: datetime) -> int:
    """Send every print that is due, each to its printer, beside each other; how many."""
    _give_up_lost(now=now)
    jobs = _claimed(now=now)
    if not jobs:
        return 0
    sheets = [_bytes(job) for job in jobs]
    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:  # sockets alone: no database in there
        outcomes = list(pool.map(_sent, map(_target, jobs), sheets))
    for job, outcome in zip(jobs, outcomes, strict=True):
        _take(job, outcome, now=now)
    return len(jobs)


# --- parts ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Target:
    host: str
    port: int
    shop_id: UUID


@dataclass(frozen=True, slots=True)
class _Outcome:
    """``error``: empty where it was sent; ``began``: whether some of it may be on paper."""

    error: str = ""
    began: bool = False
    confirmed: bool = False


@transaction.atomic
def _claimed(*, now: datetime) -> Sequence[PrintJob]:
    """The oldest due print of each printer that prints nothing now. The attempt is written down
    before the printer hears of it."""
    busy = PrintJob.objects.filter(state="sending").values("printer_id")
    due = PrintJob.objects.filter(state="waiting", due_at__lte=now).exclude(printer_id__in=busy)
    found = due.order_by("printer_id", "id").distinct("printer_id").values_list("id", flat=True)
    wanted = list(found[:JOBS_AT_A_TIME])
    jobs = list(
        PrintJob.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("printer", "document")
        .filter(id__in=wanted, state="waiting")
        .order_by("id")
    )
    claimed = []
    for job in jobs:
        job.state, job.due_at = "sending", now + LEASE
        job.attempts += 1
        try:
            with transaction.atomic():
                job.save(update_fields=["state", "due_at", "attempts"])
        except IntegrityError:
            continue  # another worker prints there at this moment
        claimed.append(job)
    return claimed


def _give_up_lost(*, now: datetime) -> None:
    """Whoever sent these died meanwhile, with how much of it on paper nobody knows."""
    lost = PrintJob.objects.filter(state="sending", due_at__lte=now)
    lost.update(state="failed", error="printer_unclear", ended_at=now)


def _bytes(job: PrintJob) -> bytes:
    # Loads what it knows of all printers: half a second that other processes need not spend.
    from merchants.receipts.escpos_bytes import escpos_of

    assert job.printer is not None
    with override(job.language):
        sheet = sheet_for(job.document, is_copy=job.is_copy)
    return escpos_of(sheet, columns=job.printer.columns, charset=cast(Charset, job.printer.charset))


def _target(job: PrintJob) -> _Target:
    assert job.printer is not None
    return _Target(job.printer.host, job.printer.port, job.shop_id)


def _sent(target: _Target, data: bytes) -> _Outcome:
    try:
        confirmed = printer_send(
            target.host,
            target.port,
            data,
            shop_id=target.shop_id,
            allowed=printer_networks(settings.PRINTER_NETWORKS),
        )
    except OutsideRefused as refused:
        return _Outcome(error=refused.code, began=True)  # it won't be another time either
    except PrinterFailed as failed:
        return _Outcome(error=failed.code, began=failed.began)
    return _Outcome(confirmed=confirmed)


def _take(job: PrintJob, outcome: _Outcome, *, now: datetime) -> None:
    """What became of it. A print that was given up meanwhile stays so."""
    ours = PrintJob.objects.filter(id=job.id, state="sending", attempts=job.attempts)
    if not outcome.error:
        ours.update(state="printed" if outcome.confirmed else "sent", error="", ended_at=now)
        return
    log.warning("print_failed", job=str(job.id), error=outcome.error, began=outcome.began)
    if outcome.began or job.attempts > len(RETRIES):
        ours.update(state="failed", error=outcome.error, ended_at=now)
        return
    again_at = now + RETRIES[job.attempts - 1]
    ours.update(state="waiting", error=outcome.error, due_at=again_at)

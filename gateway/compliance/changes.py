"""Bring a changed list to the deposits it touches: found page by page, each judged on its own.

A page is found in one short transaction, which moves the change's cursor, puts the deposits in line
and emits an event ``verdict.due`` for each. Each of those is handled in a transaction of its own:
what fails is retried and delays nobody, a crash at any line loses nothing, and any number of
relays share the work. All of it stands in one lane of the relay, the next page behind the last
one's deposits, so payments that arrive meanwhile wait for one item and not for the whole list.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from gateway.chains.models import Deposit
from gateway.compliance import locks, screening
from gateway.compliance.models import MODES, ListChange, WaitingDeposit
from gateway.events.services import NewEvent, emit_many, hold_subjects

PAGE_DEPOSITS = 200
LANE = "screening"

# Of one address never more than a page is taken, in the order of the key.
PAIRS_SQL = """
SELECT address, deposit_id FROM (
    (SELECT c.address, c.deposit_id FROM compliance_checkedaddress c
      WHERE c.address = %(address)s AND c.deposit_id > %(deposit)s
      ORDER BY c.deposit_id LIMIT %(limit)s)
    UNION ALL
    (SELECT d.address, of_one.deposit_id
       FROM compliance_listdifference d
      CROSS JOIN LATERAL (
            SELECT c.deposit_id FROM compliance_checkedaddress c
             WHERE c.address = d.address ORDER BY c.deposit_id LIMIT %(limit)s) of_one
      WHERE d.version_id = %(version)s AND d.address > %(address)s
      ORDER BY d.address, of_one.deposit_id LIMIT %(limit)s)
) pairs ORDER BY address, deposit_id LIMIT %(limit)s
"""


@transaction.atomic
def screening_continue(*, source: str, mode: str, now: datetime) -> None:
    """Go one page further: with the source's change, then with what waited for a list.

    The next page is an event (``list.screening``) of this transaction.
    """
    # Not both in one transaction: the deposits of each are taken in one order, not those of both.
    if list_change_spread(source=source, now=now) or waiting_call(now=now):
        event = NewEvent(
            type="list.screening",
            subject=f"list:{source}",
            body={"source": source},
            mode=mode,
            lane=LANE,
        )
        emit_many([event], now=now)


@transaction.atomic
def list_change_spread(*, source: str, now: datetime) -> int:
    """Have the next page of deposits that a change touches judged again; how many were found.

    0 when the change has reached them all, and when somebody else is at it.
    """
    change = locks.unfinished_change(source)
    if change is None:
        return 0
    pairs = _pairs(change)
    deposit_ids = {deposit_id for _, deposit_id in pairs}
    hold_subjects(f"deposit:{deposit_id}" for deposit_id in deposit_ids)
    change.deposits += _call(deposit_ids, now=now)
    if len(pairs) == PAGE_DEPOSITS:
        change.after_address, change.after_deposit = pairs[-1]
    else:
        change.finished_at = now
        _tell_screened(change, now=now)
    change.save(update_fields=["after_address", "after_deposit", "deposits", "finished_at"])
    return len(pairs)


def _pairs(change: ListChange) -> list[tuple[bytes, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(
            PAIRS_SQL,
            {
                "version": change.version_id,
                "address": bytes(change.after_address),
                "deposit": change.after_deposit,
                "limit": PAGE_DEPOSITS,
            },
        )
        return [(bytes(address), deposit_id) for address, deposit_id in cursor.fetchall()]


def _call(deposit_ids: Collection[UUID], *, now: datetime) -> int:
    """Put judged deposits in line again and emit ``verdict.due`` for each; how many. An orphaned
    one is nobody's money."""
    deposits = list(
        Deposit.objects.filter(id__in=deposit_ids)
        .exclude(state="orphaned")
        .values_list("id", "shop_id", "chain__mode")
    )
    WaitingDeposit.objects.bulk_create(
        [
            WaitingDeposit(
                deposit_id=deposit_id, shop_id=shop_id, since=now, again=True, called=True
            )
            for deposit_id, shop_id, _ in deposits
        ],
        update_conflicts=True,
        unique_fields=["deposit_id"],
        update_fields=["again", "called"],
    )
    _emit_due(deposits, now=now)
    return len(deposits)


@transaction.atomic
def waiting_call(*, now: datetime) -> int:
    """Have deposits judged that came while a list was missing, oldest first, up to a page; how
    many were found. None while one is missing still."""
    if not screening.lists_complete():
        return 0
    waiting = WaitingDeposit.objects.filter(called=False).order_by("since", "deposit_id")
    found = list(waiting.values_list("deposit_id", flat=True)[:PAGE_DEPOSITS])
    # Before their rows, as everyone who judges a deposit does: they would deadlock otherwise.
    hold_subjects(f"deposit:{deposit_id}" for deposit_id in found)
    uncalled = WaitingDeposit.objects.select_for_update().filter(deposit_id__in=found, called=False)
    ours = list(uncalled.order_by("deposit_id").values_list("deposit_id", flat=True))
    WaitingDeposit.objects.filter(deposit_id__in=ours).update(called=True)
    _emit_due(
        list(Deposit.objects.filter(id__in=ours).values_list("id", "shop_id", "chain__mode")),
        now=now,
    )
    return len(found)


def _emit_due(deposits: Collection[tuple[UUID, UUID | None, str]], *, now: datetime) -> None:
    emit_many(
        [
            NewEvent(
                type="verdict.due",
                subject=f"deposit:{deposit_id}",
                body={"deposit_id": str(deposit_id)},
                mode=mode,
                shop_id=shop_id,
                lane=LANE,
            )
            for deposit_id, shop_id, mode in deposits
        ],
        now=now,
    )


def _tell_screened(change: ListChange, *, now: datetime) -> None:
    """All deposits that the change touches were told to be judged, and stand before this."""
    emit_many(
        [
            NewEvent(
                type="list.screened",
                subject=f"list:{change.source_id}",
                body={"source": change.source_id, "deposits": str(change.deposits)},
                mode=mode,
                lane=LANE,
            )
            for mode in MODES
        ],
        now=now,
    )

"""Take a bank's statements and status reports: whole, once, in any order.

What they say of our orders is kept with the orders; ``ramps.carrying`` asks the ramp then and tells
the rooms above. What nobody can place stays a row for people.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from gateway.ledger.fiat import post_bank_fee
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.ramps.configuration import RampSettings, ramp_settings
from gateway.ramps.iso20022.camt053 import Entry, Statement, camt053
from gateway.ramps.iso20022.chaining import Link, break_in
from gateway.ramps.iso20022.errors import EntryNotForPeople, StatementRefused
from gateway.ramps.iso20022.iban import iban_of, iban_shown
from gateway.ramps.iso20022.matching import Found, found_in
from gateway.ramps.iso20022.models import BankEntry, BankFile, BankOrder, BankStatement
from gateway.ramps.iso20022.pain002 import Rejected, pain002
from gateway.ramps.models import RampInstruction


@transaction.atomic
def statements_load(*, bodies: Sequence[bytes], by: str, now: datetime) -> list[BankStatement]:
    """Take all statements of these files, or none; those taken before are left as they are.

    Returns:
        Those that are new.

    Raises:
        BankFileRefused, StatementRefused: the reason; nothing was taken.
    """
    read = [statement for body in bodies for statement in camt053(body)]
    known = {_ramp_of(statement).name for statement in read}
    for ramp in sorted(known):
        _alone(ramp)
    new = [row for statement in read if (row := _keep(statement, by=by, now=now)) is not None]
    for ramp in sorted(known):
        broken = break_in(_links(ramp))
        if broken:
            raise StatementRefused(f"The statements of {ramp} don't follow one another: {broken}.")
    return new


@transaction.atomic
def status_load(*, body: bytes, now: datetime) -> tuple[int, list[str]]:
    """Take what the bank says of a file: how many orders it newly rejects, and what of it can't be
    so, in words for people.

    Raises:
        BankFileRefused: it is no such message; nothing was taken.
    """
    done, odd = 0, []
    for told in pain002(body):
        ours = BankOrder.objects.filter(file__message_id=told.message_id)
        if told.end_to_end_id:
            ours = ours.filter(end_to_end_id=told.end_to_end_id)
        rows = list(ours.select_for_update(of=("self",)).order_by("id"))
        if not rows:
            odd.append(f"{told.message_id} {told.end_to_end_id}: no order of ours".strip())
        for row in rows:
            if row.debited_on is not None or row.returned_units:
                odd.append(f"{row.end_to_end_id}: rejected, but a statement has it paid")
            else:
                done += _reject(row, told, now=now)
    return done, odd


@transaction.atomic
def entry_settle(*, entry_id: UUID, by: str, because: str, now: datetime) -> BankEntry:
    """A person has dealt with an entry that nobody could place (a manual entry in the books, a call
    to the bank). Books nothing.

    Raises:
        EntryNotForPeople: it is not theirs to say, or names nobody or no reason.
    """
    row = BankEntry.objects.select_for_update().filter(id=entry_id, kind="unmatched").first()
    if row is None or row.settled_at is not None or not by.strip() or not because.strip():
        raise EntryNotForPeople
    row.settled_by, row.settled_because, row.settled_at = by.strip(), because.strip(), now
    row.save(update_fields=["settled_by", "settled_because", "settled_at"])
    return row


# --- parts ---------------------------------------------------------------------------------------


def _keep(statement: Statement, *, by: str, now: datetime) -> BankStatement | None:
    """Its row and its entries'; None if it is here already."""
    ramp = _ramp_of(statement).name
    row, created = BankStatement.objects.get_or_create(
        ramp=ramp,
        iban=statement.iban,
        statement_id=statement.statement_id,
        defaults={
            "sequence": statement.sequence,
            "currency": statement.closing.asset.code,
            "opening_units": statement.opening.units,
            "closing_units": statement.closing.units,
            "opening_on": statement.opening_on,
            "closing_on": statement.closing_on,
            "digest": statement.digest,
            "loaded_by": by,
            "loaded_at": now,
        },
    )
    if not created:
        if row.digest != statement.digest:
            raise StatementRefused(f"Statement {row.statement_id} was taken, and said otherwise.")
        return None
    ours = _orders_named_in(ramp, statement.entries)
    for entry in statement.entries:
        for found in found_in(entry, ours={name: int(o.units) for name, o in ours.items()}):
            _take(row, entry, found, ours.get(found.part.end_to_end_id), now=now)
    return row


def _take(
    statement: BankStatement, entry: Entry, found: Found, order: BankOrder | None, *, now: datetime
) -> None:
    kind = found.kind
    if order is not None and kind in ("debited", "returned") and not _is_news(order, kind):
        kind = "unmatched"
    row = BankEntry.objects.create(
        statement=statement,
        number=entry.number,
        part=found.number,
        reference=entry.reference,
        units=found.units,
        booked_on=entry.booked_on,
        code=entry.code,
        kind=kind,
        order=order if kind in ("debited", "returned") else None,
        end_to_end_id=found.part.end_to_end_id,
        return_code=found.part.return_code,
        text=(found.part.remittance or entry.text)[:300],
    )
    if kind == "fee":
        fee = Amount(-found.units, FIAT[statement.currency])
        post_bank_fee(reference=str(row.id), ramp=statement.ramp, fee=fee, now=now)
    elif order is not None and kind == "debited":
        order.debited_on = entry.booked_on
        order.save(update_fields=["debited_on"])
        _look(order, now=now)
    elif order is not None and kind == "returned":
        order.returned_units = found.units
        order.reason_code = found.part.return_code or "returned"
        order.reason = found.part.return_text
        order.save(update_fields=["returned_units", "reason_code", "reason"])
        _look(order, now=now)


def _is_news(order: BankOrder, kind: str) -> bool:
    """Paid, or come back, for the first time; of an order that the bank had and didn't reject."""
    if order.file_id is None or order.rejected_at is not None:
        return False
    return order.debited_on is None if kind == "debited" else not order.returned_units


def _reject(order: BankOrder, told: Rejected, *, now: datetime) -> int:
    if order.rejected_at is not None:
        return 0
    order.rejected_at, order.reason_code, order.reason = now, told.code, told.reason
    order.save(update_fields=["rejected_at", "reason_code", "reason"])
    _look(order, now=now)
    return 1


def _look(order: BankOrder, *, now: datetime) -> None:
    """Have the instruction carried on. A file that a bank tells of has left, whatever we saw."""
    BankFile.objects.filter(orders=order, left_at=None).update(
        status="left", left_by="the bank's word", left_at=now
    )
    RampInstruction.objects.filter(id=order.id).update(due_at=now)


def _orders_named_in(ramp: str, entries: Iterable[Entry]) -> dict[str, BankOrder]:
    names = {part.end_to_end_id for entry in entries for part in entry.parts}
    rows = BankOrder.objects.select_for_update().filter(ramp=ramp, end_to_end_id__in=names)
    return {row.end_to_end_id: row for row in rows.order_by("id")}


def _ramp_of(statement: Statement) -> RampSettings:
    for entry in ramp_settings():
        if entry.kind == "iso20022" and iban_of(entry.iban) == statement.iban:
            if statement.closing.asset.code not in entry.currencies:
                raise StatementRefused(f"{entry.name} is no account in {statement.closing.asset}.")
            return entry
    raise StatementRefused(f"{iban_shown(statement.iban)} is no account of the house's.")


def _links(ramp: str) -> list[Link]:
    rows = BankStatement.objects.filter(ramp=ramp)
    return [
        Link(
            statement_id=row.statement_id,
            sequence=row.sequence,
            opening_units=int(row.opening_units),
            closing_units=int(row.closing_units),
            opening_on=row.opening_on,
            closing_on=row.closing_on,
        )
        for row in rows
    ]


def _alone(ramp: str) -> None:
    """Nobody else loads statements of this ramp meanwhile: chains are judged as a whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('bank_files.statements'), hashtext(%s))", [ramp]
        )

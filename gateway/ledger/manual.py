"""Entries that people make: what no verb of the house knows of, and corrections.

Who may, and how many have to agree, is judged above: these verbs hold the books to their own rules.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import transaction

from gateway.ledger.accounts import AccountName
from gateway.ledger.closing import PERIOD_CLOSED
from gateway.ledger.errors import (
    AccountNotByHand,
    EntryConflict,
    EntryNotCorrectable,
    EntryReversed,
    EntryUnknown,
    LedgerError,
)
from gateway.ledger.journal import PostedEntry, call, entry_post, written_out
from gateway.ledger.models import Entry, Pending
from gateway.ledger.pending import PendingMade, pending_make, pending_post
from gateway.ledger.postings import Posting
from gateway.ledger.statements import entry_view

MANUAL: Final = "manual"
"""The kind of an entry by hand."""
BY_HAND: Final = (
    "custody:",
    "in_transit:",
    "exchange:",
    "bank:",
    "receivable:",
    "capital",
    "desk",
    "fees",
    "gas",
    "venue_fees",
    "ramp_fees",
    "rounding",
    "losses",
    "insurance",
)
"""Accounts that entries by hand may touch, by the beginning of their names; and what a shop has
available. The others follow a process that would not know of it: what payouts reserved, deposits
that wait or are held or kept back, what payers are owed, and what providers own."""
MAX_REASON: Final = 500
CORRECT_SQL: Final = (
    "SELECT * FROM ledger_post(%s, %s, %s, %s::jsonb, %s, %s, %s::text[], %s::text[],"
    " %s::numeric[], %s, false, %s)"
)


def manual_entry_pend(
    *,
    reference: str,
    postings: Iterable[Posting],
    reason: str,
    by: str,
    documents: Sequence[str],
    expires_at: datetime,
    now: datetime,
    shop_id: UUID | None = None,
) -> PendingMade:
    """Propose an entry by hand: what it would take from a shop is set aside until it is decided.

    ``manual_entry_post`` with the same arguments posts it; ``pending.pending_void`` of
    ``manual_key(reference)`` lets it go, and it expires by itself.

    Raises:
        AccountNotByHand, LedgerError, Unbalanced, EntryConflict, InsufficientBalance: as there.
    """
    lines = tuple(postings)
    _allowed(lines)
    return pending_make(
        key=manual_key(reference),
        kind=MANUAL,
        postings=lines,
        refs=_refs(reference, reason, by, documents),
        expires_at=expires_at,
        shop_id=shop_id,
        now=now,
    )


def manual_entry_post(
    *,
    reference: str,
    postings: Iterable[Posting],
    reason: str,
    by: str,
    documents: Sequence[str],
    now: datetime,
    shop_id: UUID | None = None,
) -> PostedEntry:
    """Post an entry by hand, proposed before or not. Once for its reference.

    Args:
        reference: names it, and what was decided.
        reason: why, in at most ``MAX_REASON`` characters.
        by: who asked for it.
        documents: what proves it: numbers of statements, names of files.
        shop_id: whose statement it belongs to.

    Raises:
        AccountNotByHand: it touches an account that follows a process of its own.
        Unbalanced: an asset does not sum to zero.
        LedgerError: nothing is moved, or no reason is given.
        InsufficientBalance: a shop would have less than nothing.
        EntryConflict: another entry was posted for this reference.
        PendingResolved, PendingExpired: it was proposed and let go, or waited too long.
    """
    lines = tuple(postings)
    _allowed(lines)
    key, refs = manual_key(reference), _refs(reference, reason, by, documents)
    takes = _takes_from_a_shop((line.account, line.amount.units) for line in lines)
    with transaction.atomic():
        proposed = Pending.objects.filter(key=key).first()
        if proposed is None:
            return entry_post(
                key=key,
                kind=MANUAL,
                postings=lines,
                refs=refs,
                shop_id=shop_id,
                covered=takes,
                now=now,
            )
        written = written_out(key=key, kind=MANUAL, postings=lines, refs=refs, shop_id=shop_id)
        if written.hash != bytes(proposed.payload_hash):
            raise EntryConflict(f"Another entry was proposed under {key}.")
        posted = pending_post(key=key, now=now, covered=takes)
        return PostedEntry(
            id=Entry.objects.only("id").get(key=key).id, key=key, created=posted.created
        )


def manual_key(reference: str) -> str:
    """The key of the entry by hand of that reference."""
    return f"{MANUAL}:{reference}"


def entry_correct(
    *, entry_id: UUID, reason: str, by: str, reference: str, now: datetime
) -> PostedEntry:
    """Take an entry back by a new one of today that says why. Once for its reference.

    Args:
        reference: of what was decided.

    Raises:
        EntryUnknown: there is no such entry.
        EntryReversed: it was taken back before, by whomever.
        EntryNotCorrectable: it takes another back itself, or closes a period.
        InsufficientBalance: a shop would have less than nothing.
        LedgerError: no reason is given.
    """
    why = {
        "correction_reason": _reason(reason),
        "corrected_by": by,
        "correction_reference": reference,
    }
    with transaction.atomic():
        old = entry_view(entry_id=entry_id)
        if old is None:
            raise EntryUnknown(f"There is no entry {entry_id}.")
        if old.reverses is not None or old.kind == PERIOD_CLOSED:
            raise EntryNotCorrectable
        lines = sorted((line.account, line.asset, -line.units) for line in old.lines)
        row = call(
            CORRECT_SQL,
            [
                f"{old.key}:reversed",
                f"{old.kind}_reversed",
                Entry.objects.values_list("shop_id", flat=True).get(id=entry_id),
                orjson.dumps({**old.refs, **why}, option=orjson.OPT_SORT_KEYS).decode(),
                # as ledger_reverse: whatever takes the entry back next finds it taken back
                sha256(f"reverses {entry_id}".encode()).digest(),
                now,
                [account for account, _, _ in lines],
                [asset for _, asset, _ in lines],
                [str(units) for _, _, units in lines],
                _takes_from_a_shop((account, units) for account, _, units in lines),
                entry_id,
            ],
        )
        made = Entry.objects.get(id=row[0])
        if made.refs.get("correction_reference") != reference:
            raise EntryReversed(f"{old.key} was reversed before.")
        return PostedEntry(id=made.id, key=made.key, created=row[2])


def _refs(reference: str, reason: str, by: str, documents: Sequence[str]) -> dict[str, Any]:
    return {
        "reference": reference,
        "reason": _reason(reason),
        "by": by,
        "documents": list(documents),
    }


def _reason(reason: str) -> str:
    if not reason.strip() or len(reason) > MAX_REASON:
        raise LedgerError(
            f"Say why, in at most {MAX_REASON} characters.", code="reason_missing", status=422
        )
    return reason.strip()


def _allowed(lines: Iterable[Posting]) -> None:
    for line in lines:
        if not may_be_by_hand(line.account):
            raise AccountNotByHand(f"No entry by hand may touch {line.account}.")


def may_be_by_hand(account: AccountName) -> bool:
    """Whether entries by hand may touch this account. Pure."""
    if account.startswith("shop:"):
        return account.endswith(":available")
    return any(
        account.startswith(each) if each.endswith(":") else account == each for each in BY_HAND
    )


def _takes_from_a_shop(lines: Iterable[tuple[str, int]]) -> bool:
    """What gives a shop money is right even where it still owes more than that."""
    return any(
        units > 0 and account.startswith("shop:") and account.endswith(":available")
        for account, units in lines
    )

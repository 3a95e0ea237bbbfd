"""What our rows say happened on a chain, beside what the journal has of it: one moment's view.

A fact is a deposit or a transaction of ours. Cutting the journal at a block is done with them:
what a fact of a later block booked is taken off, what a fact of an earlier one will book is added.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.ledger.accounts import custody_cold, custody_deposits, custody_hot
from gateway.market.ranges.models import RangeStep
from gateway.settlement.reconciling.effects import Effects

MAX_ENTRIES = 50_000
"""Entries of a chain's treasury that are read at once, newest first."""

RANGE_STEPS = {"range_in": "mint", "range_out": "collect"}
"""Which transaction of a range an entry is of, by its kind."""
REFERENCES = ("payout", "withdrawal", "hedge", "move", "refund")
"""With what rooms name a transaction whose entries know it by what it was for."""
SENDS_FOUND = 20
"""A refund's transactions are numbered, ``refund:<id>:<n>``; its entry names the refund."""

# A deposit's entries by their keys, and their lines by theirs (OFFSET 0 keeps the order): through
# the account, which all deposits share, each would read the lines of all.
DEPOSITS_SQL = """
SELECT d.id, d.asset, d.block_number, d.units, d.state, d.tx_hash, d.confirmed_at, d.seen_at,
       booked.units
  FROM chains_deposit d
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(p.units), 0) AS units
         FROM (SELECT e.id, e.booked_at FROM ledger_entry e
                WHERE e.key >= 'deposit:' || d.id || ':' AND e.key < 'deposit:' || d.id || ';'
               OFFSET 0) e
        CROSS JOIN LATERAL (
              SELECT q.account_id, q.units FROM ledger_posting q
               WHERE q.entry_id = e.id AND q.booked_at = e.booked_at OFFSET 0) p
        WHERE p.account_id = (SELECT a.id FROM ledger_account a
                               WHERE a.name = %(account)s AND a.asset = d.asset)) booked
 WHERE d.chain_id = %(chain)s AND (d.state IN ('seen', 'confirmed') OR d.id >= %(since)s)
   AND (d.state = 'orphaned' AND booked.units <> 0
        OR d.state <> 'orphaned'
           AND (d.block_number > %(block)s AND booked.units <> 0
                OR d.block_number <= %(block)s AND booked.units <> d.units))
 ORDER BY d.id
"""

ENTRIES_SQL = """
WITH touched AS (
    SELECT p.entry_id, p.booked_at
      FROM ledger_account a
      JOIN ledger_posting p ON p.account_id = a.id AND p.booked_at >= %(since)s
     WHERE a.name = ANY(%(accounts)s)
     GROUP BY p.entry_id, p.booked_at
)
SELECT e.key, e.kind, e.refs::text, e.booked_at,
       array_agg(a.name), array_agg(a.asset), array_agg(p.units)
  FROM touched t
  JOIN ledger_entry e ON e.id = t.entry_id
  JOIN ledger_posting p ON p.entry_id = t.entry_id AND p.booked_at = t.booked_at
  JOIN ledger_account a ON a.id = p.account_id AND a.name = ANY(%(accounts)s)
 WHERE NOT (e.key >= 'deposit:' AND e.key < 'deposit;')
 GROUP BY e.id
 ORDER BY e.booked_at DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry with those of its lines that are on a chain's custody."""

    key: str
    kind: str
    refs: Mapping[str, Any]
    booked_at: datetime
    units: Effects


@dataclass(slots=True)
class Fact:
    """A deposit or a transaction of ours.

    Attributes:
        block: in which it lies; None: in none.
        since: when its entry became due; None: it is not due yet.
        effect: what it moved, as far as known; None: its receipt has to be asked for.
        booked: what the journal has of it.
        entries: their keys.
    """

    reference: str
    block: int | None
    tx_hash: bytes | None
    since: datetime | None
    effect: Effects | None
    booked: Effects = field(default_factory=dict)
    entries: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Facts:
    """
    Attributes:
        facts: deposits that the journal and the cut disagree about, and every transaction of ours
            since the time asked for.
        unlinked: entries that name no transaction of ours.
        sent: hashes of what was signed and is in no block yet, by its reference.
    """

    facts: Sequence[Fact]
    unlinked: Sequence[Booked]
    sent: Mapping[str, Sequence[bytes]]
    transactions: Mapping[str, OutgoingTransaction]


def custody_accounts(chain_id: int) -> tuple[str, str, str]:
    """Where value lies on a chain: deposit addresses, the treasury, the cold store."""
    return custody_deposits(chain_id), custody_hot(chain_id), custody_cold(chain_id)


def read_facts(*, chain_id: int, block: int, since: datetime) -> Facts:
    """Six queries, or so; call it within ``one_moment``.

    Args:
        block: the cut.
        since: what was settled before is not looked at again.
    """
    deposits = _deposits(chain_id=chain_id, block=block, since=since)
    entries = _entries(chain_id=chain_id, since=since)
    transactions = _transactions(chain_id, entries, since=since)
    facts = {reference: _fact(row) for reference, row in transactions.items()}
    unlinked = []
    names = _names(transactions)
    for entry in entries:
        reference = next((names[h] for h in handles(entry) if h in names), None)
        if reference is None:
            unlinked.append(entry)
            continue
        fact = facts[reference]
        fact.entries.append(entry.key)
        for place, units in entry.units.items():
            fact.booked[place] = fact.booked.get(place, 0) + units
    sent = {
        reference: [bytes(a.tx_hash) for a in row.attempts.all() if a.tx_hash is not None]
        for reference, row in transactions.items()
        if row.status in ("signed", "sent")
    }
    return Facts(
        facts=[*deposits, *facts.values()], unlinked=unlinked, sent=sent, transactions=transactions
    )


def handles(entry: Booked) -> list[str]:
    """By what an entry may name its transaction: its id, or what the transaction was for. Pure.

    Rooms name them in their own words; each value of the entry's references that could be an id is
    tried under each of the names that transactions are queued with.
    """
    found: list[str] = []
    for value in entry.refs.values():
        if not isinstance(value, str):
            continue
        first = value.split(":")[0]
        if _is_uuid(first):
            found += [first, f":{first}"]
            if entry.kind in RANGE_STEPS:
                found.append(f":{first}:{RANGE_STEPS[entry.kind]}")
    return found


def _names(transactions: Mapping[str, OutgoingTransaction]) -> dict[str, str]:
    """Reference by every handle under which an entry may know it."""
    names: dict[str, str] = {}
    for reference, row in transactions.items():
        names[str(row.id)] = reference
        _, colon, tail = row.reference.partition(":")
        if colon:
            names[f":{tail}"] = reference
        if row.reference.startswith("refund:") and row.outcome == "succeeded":
            names[f":{tail.partition(':')[0]}"] = reference
    steps = {row.id: reference for reference, row in transactions.items()}
    ranges = RangeStep.objects.filter(
        transaction_id__in=steps, kind__in=RANGE_STEPS.values(), status="done"
    )
    for step in ranges:
        names[f":{step.position_id}:{step.kind}"] = steps[step.transaction_id]
    return names


def _deposits(*, chain_id: int, block: int, since: datetime) -> list[Fact]:
    account = custody_deposits(chain_id)
    with connection.cursor() as cursor:
        cursor.execute(
            DEPOSITS_SQL,
            {
                "chain": chain_id,
                "account": account,
                "since": first_id_at(since),
                "block": block,
            },
        )
        return [
            Fact(
                reference=f"deposit:{row[0]}",
                block=None if row[4] == "orphaned" else row[2],
                tx_hash=bytes(row[5]),
                since=row[6] or (row[7] if row[4] == "orphaned" else None),
                effect={} if row[4] == "orphaned" else {(account, row[1]): int(row[3])},
                booked={(account, row[1]): int(row[8])} if row[8] else {},
                entries=[f"deposit:{row[0]}:confirmed"] if row[8] else [],
            )
            for row in cursor.fetchall()
        ]


def _entries(*, chain_id: int, since: datetime) -> list[Booked]:
    with connection.cursor() as cursor:
        cursor.execute(
            ENTRIES_SQL,
            {"accounts": list(custody_accounts(chain_id)), "since": since, "limit": MAX_ENTRIES},
        )
        found = []
        for key, kind, refs, booked_at, names, assets, units in cursor.fetchall():
            lines: Effects = defaultdict(int)
            for name, asset, each in zip(names, assets, units, strict=True):
                lines[name, asset] += int(each)
            found.append(Booked(key, kind, orjson.loads(refs), booked_at, dict(lines)))
        return found


def _transactions(
    chain_id: int, entries: Collection[Booked], *, since: datetime
) -> dict[str, OutgoingTransaction]:
    """Those under way, those that ended since, and those that entries name."""
    named = {handle for entry in entries for handle in handles(entry)}
    ids = [handle for handle in named if not handle.startswith(":")]
    of_ranges = RangeStep.objects.filter(
        position_id__in=[UUID(each) for each in ids], kind__in=RANGE_STEPS.values()
    ).values_list("transaction_id", flat=True)
    rows = (
        OutgoingTransaction.objects.filter(chain_id=chain_id)
        .filter(
            Q(status__in=("signed", "sent", "mined"))
            | Q(ended_at__gte=since)
            | Q(id__in=[*ids, *of_ranges])
            | Q(reference__in=[f"{word}:{each}" for word in REFERENCES for each in ids])
            | Q(reference__in=_sends_of([entry for entry in entries if "refund_id" in entry.refs]))
        )
        .prefetch_related("attempts")
    )
    return {f"transaction:{row.id}": row for row in rows}


def _sends_of(refunds: Collection[Booked]) -> list[str]:
    ids = {str(entry.refs["refund_id"]) for entry in refunds}
    return [f"refund:{each}:{n}" for each in sorted(ids) for n in range(1, SENDS_FOUND + 1)]


def _fact(row: OutgoingTransaction) -> Fact:
    is_in_block = row.block_number is not None and row.status in (
        "mined",
        "final",
        "failed",
        "cancelled",
    )
    return Fact(
        reference=f"transaction:{row.id}",
        block=row.block_number if is_in_block else None,
        tx_hash=bytes(row.mined_hash) if row.mined_hash else None,
        since=row.ended_at,
        effect=None,
    )


def first_id_at(moment: datetime) -> UUID:
    """The least id that a row made at a time can have: ids begin with their milliseconds."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False

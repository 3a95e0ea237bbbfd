"""Post to the journal: the only way in. Every verb is one statement in the caller's transaction.

Keys name the fact (``deposit:<id>:payment``), so posting twice is posting once; under the same key
another payload is refused. A deposit that a reorg took away and brought back is posted anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.utils import DatabaseError

from gateway.ledger import accounts, postings
from gateway.ledger.accounts import AccountName
from gateway.ledger.errors import EntryConflict, EntryUnknown, InsufficientBalance, LedgerError
from gateway.ledger.postings import Posting, entry_of
from gateway.money.amounts import Amount, zero

POST_SQL = (
    "SELECT * FROM ledger_post("
    "%s, %s, %s, %s::jsonb, %s, %s, %s::text[], %s::text[], %s::numeric[], %s, %s)"
)
REVERSE_SQL = "SELECT * FROM ledger_reverse(%s, %s, %s)"

# SQLSTATEs that ledger_post and ledger_reverse raise on purpose.
_NOT_COVERED = "TL001"
_CONFLICT = "TL002"
_UNKNOWN = "TL003"


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry of the journal; ``created`` is False when its key had been posted before."""

    id: UUID
    key: str
    created: bool


def entry_post(
    *,
    key: str,
    kind: str,
    postings: Iterable[Posting],
    refs: dict[str, Any],
    now: datetime,
    shop_id: UUID | None = None,
    covered: bool = False,
    repeatable: bool = False,
) -> PostedEntry:
    """Write a balanced entry with its postings, balances and daily sums. One statement.

    Args:
        key: names the fact; at most once in effect.
        refs: JSON that leads back to what happened; part of the payload compared.
        covered: refuse when a shop's available balance would end below zero. For verbs that take
            money out; never for a reversal, which must always be possible.
        repeatable: after the entry was reversed the same fact may happen again and is posted anew
            (a chain came back to a block it had left).

    Raises:
        Unbalanced: an asset does not sum to zero.
        LedgerError: nothing is moved.
        EntryConflict: the key was used for another payload, or its entry was reversed.
        InsufficientBalance: ``covered`` and it is not.
    """
    lines = entry_of(*postings)
    if not lines:
        raise LedgerError(f"The entry {key} moves nothing.", code="amount_not_positive")
    names = [str(line.account) for line in lines]
    assets = [line.amount.asset.code for line in lines]
    units = [str(line.amount.units) for line in lines]
    encoded = orjson.dumps(refs, option=orjson.OPT_SORT_KEYS).decode()
    payload = orjson.dumps([kind, str(shop_id or ""), names, assets, units, encoded])
    row = _call(
        POST_SQL,
        [
            key,
            kind,
            shop_id,
            encoded,
            sha256(payload).digest(),
            now,
            names,
            assets,
            units,
            covered,
            repeatable,
        ],
    )
    return PostedEntry(id=row[0], key=row[1], created=row[2])


def entry_reverse(*, key: str, now: datetime) -> PostedEntry:
    """Take back the entry posted under ``key`` by its exact reverse. Once, however often asked.

    Raises:
        EntryUnknown: there is no such entry.
    """
    row = _call(REVERSE_SQL, [key, f"{key}:reversed", now])
    return PostedEntry(id=row[0], key=row[1], created=row[2])


# --- money comes in ------------------------------------------------------------------------------


def post_funding(
    *, reference: str, custody: AccountName, amount: Amount, now: datetime
) -> PostedEntry:
    """The house's own money goes into ``custody``."""
    return entry_post(
        key=f"funding:{reference}",
        kind="funding",
        postings=postings.funding(custody=custody, amount=amount),
        refs={"reference": reference},
        now=now,
    )


def post_deposit_confirmed(
    *, deposit_id: UUID, chain_id: int, amount: Amount, now: datetime, shop_id: UUID | None = None
) -> PostedEntry:
    """A confirmed deposit stands on ``suspense`` until it is applied."""
    return entry_post(
        key=f"deposit:{deposit_id}:confirmed",
        kind="deposit_confirmed",
        postings=postings.deposit_confirmed(chain_id=chain_id, amount=amount),
        refs={"deposit_id": str(deposit_id)},
        shop_id=shop_id,
        repeatable=True,
        now=now,
    )


def post_payment(
    *,
    deposit_id: UUID,
    invoice_id: UUID,
    shop_id: UUID,
    token: Amount,
    credit: Amount,
    fee: Amount,
    now: datetime,
    kind: str = "payment",
) -> PostedEntry:
    """Apply a deposit: the desk buys ``token``, the shop gets ``credit``, the house ``fee``.

    Late money at its own rate is ``kind="payment_late"``.
    """
    return entry_post(
        key=f"deposit:{deposit_id}:payment",
        kind=kind,
        postings=postings.payment_applied(shop_id=shop_id, token=token, to_shop=credit, fee=fee),
        refs={"deposit_id": str(deposit_id), "invoice_id": str(invoice_id)},
        shop_id=shop_id,
        repeatable=True,
        now=now,
    )


def post_surplus(
    *, deposit_id: UUID, amount: Amount, now: datetime, shop_id: UUID | None = None
) -> PostedEntry:
    """What no lock covers, a wrong asset or late money to give back is owed to the payer."""
    return entry_post(
        key=f"deposit:{deposit_id}:surplus",
        kind="surplus",
        postings=postings.surplus(amount=amount),
        refs={"deposit_id": str(deposit_id)},
        shop_id=shop_id,
        repeatable=True,
        now=now,
    )


# --- holds ---------------------------------------------------------------------------------------


def post_held(
    *, deposit_id: UUID, amount: Amount, now: datetime, shop_id: UUID | None = None
) -> PostedEntry:
    return entry_post(
        key=f"deposit:{deposit_id}:held",
        kind="held",
        postings=postings.deposit_held(deposit_id=deposit_id, amount=amount),
        refs={"deposit_id": str(deposit_id)},
        shop_id=shop_id,
        repeatable=True,
        now=now,
    )


def post_released(
    *,
    deposit_id: UUID,
    invoice_id: UUID,
    shop_id: UUID,
    token: Amount,
    credit: Amount,
    fee: Amount,
    now: datetime,
    surplus: Amount | None = None,
) -> PostedEntry:
    """A hold ends well: applied as a payment; what no lock covers (``surplus``) is the payer's."""
    return entry_post(
        key=f"deposit:{deposit_id}:released",
        kind="released",
        postings=postings.deposit_released(
            deposit_id=deposit_id,
            shop_id=shop_id,
            token=token,
            to_shop=credit,
            fee=fee,
            to_payer=surplus,
        ),
        refs={"deposit_id": str(deposit_id), "invoice_id": str(invoice_id)},
        shop_id=shop_id,
        repeatable=True,
        now=now,
    )


def post_returned(
    *, deposit_id: UUID, amount: Amount, now: datetime, shop_id: UUID | None = None
) -> PostedEntry:
    """A held deposit is owed back to its payer."""
    return entry_post(
        key=f"deposit:{deposit_id}:returned",
        kind="returned",
        postings=postings.deposit_returned(deposit_id=deposit_id, amount=amount),
        refs={"deposit_id": str(deposit_id)},
        shop_id=shop_id,
        repeatable=True,
        now=now,
    )


def post_blocked(
    *, deposit_id: UUID, amount: Amount, now: datetime, shop_id: UUID | None = None
) -> PostedEntry:
    """A held deposit of a listed owner is kept."""
    return entry_post(
        key=f"deposit:{deposit_id}:blocked",
        kind="blocked",
        postings=postings.deposit_blocked(deposit_id=deposit_id, amount=amount),
        refs={"deposit_id": str(deposit_id)},
        shop_id=shop_id,
        repeatable=True,
        now=now,
    )


# --- the desk's work on chain --------------------------------------------------------------------


def post_sweep(
    *, reference: str, chain_id: int, swept: Sequence[Amount], gas: Amount, now: datetime
) -> PostedEntry:
    """Deposits moved into the treasury by the transaction ``reference``, and its gas."""
    return entry_post(
        key=f"sweep:{reference}",
        kind="sweep",
        postings=postings.sweep(chain_id=chain_id, swept=swept, gas=gas),
        refs={"transaction_id": reference},
        now=now,
    )


def post_gas(*, reference: str, chain_id: int, gas: Amount, now: datetime) -> PostedEntry:
    """The gas of a transaction that moved nothing, failed ones too."""
    return entry_post(
        key=f"gas:{reference}",
        kind="gas",
        postings=postings.gas_spent(chain_id=chain_id, gas=gas),
        refs={"transaction_id": reference},
        now=now,
    )


def post_fill(
    *,
    reference: str,
    chain_id: int,
    sold: Amount,
    bought: Amount,
    now: datetime,
    venue_fee: Amount | None = None,
) -> PostedEntry:
    """The desk sold what it took in, out of the treasury of a chain."""
    return entry_post(
        key=f"fill:{reference}",
        kind="fill",
        postings=postings.fill(
            custody=accounts.custody_hot(chain_id), sold=sold, bought=bought, venue_fee=venue_fee
        ),
        refs={"reference": reference},
        now=now,
    )


# --- payouts -------------------------------------------------------------------------------------


def post_payout_reserved(
    *, payout_id: UUID, shop_id: UUID, amount: Amount, now: datetime
) -> PostedEntry:
    """Set a payout's money aside.

    Raises:
        InsufficientBalance: the shop has less than that available.
    """
    return entry_post(
        key=f"payout:{payout_id}:reserved",
        kind="payout_reserved",
        postings=postings.payout_reserved(shop_id=shop_id, amount=amount),
        refs={"payout_id": str(payout_id)},
        shop_id=shop_id,
        covered=True,
        now=now,
    )


def post_payout_left(
    *, payout_id: UUID, shop_id: UUID, chain_id: int, amount: Amount, gas: Amount, now: datetime
) -> PostedEntry:
    """A payout is final on chain."""
    return entry_post(
        key=f"payout:{payout_id}:left",
        kind="payout_left",
        postings=postings.payout_left(shop_id=shop_id, chain_id=chain_id, amount=amount, gas=gas),
        refs={"payout_id": str(payout_id)},
        shop_id=shop_id,
        now=now,
    )


def post_payout_cancelled(*, payout_id: UUID, now: datetime) -> PostedEntry:
    """Give a payout's money back to its shop: cancelled, or failed for good."""
    return entry_reverse(key=f"payout:{payout_id}:reserved", now=now)


# --- refunds -------------------------------------------------------------------------------------


def post_refund_made(
    *,
    refund_id: UUID,
    shop_id: UUID,
    taken: Amount,
    now: datetime,
    owed: Amount | None = None,
) -> PostedEntry:
    """A shop gives ``taken`` of its balance back, as it is or as ``owed`` of another token.

    Raises:
        InsufficientBalance: the shop has less than that available.
    """
    return entry_post(
        key=f"refund:{refund_id}:made",
        kind="refund_made",
        postings=postings.refund_made(shop_id=shop_id, taken=taken, owed=owed),
        refs={"refund_id": str(refund_id)},
        shop_id=shop_id,
        covered=True,
        now=now,
    )


def post_refund_left(
    *,
    refund_id: UUID,
    chain_id: int,
    amount: Amount,
    gas: Amount,
    now: datetime,
    shop_id: UUID | None = None,
) -> PostedEntry:
    """A refund is final on chain."""
    return entry_post(
        key=f"refund:{refund_id}:left",
        kind="refund_left",
        postings=postings.refund_left(chain_id=chain_id, amount=amount, gas=gas),
        refs={"refund_id": str(refund_id)},
        shop_id=shop_id,
        now=now,
    )


def post_refund_lapsed(*, refund_id: UUID, now: datetime) -> PostedEntry:
    """A refund was rejected or nobody claimed it: the exact reverse of its making."""
    return entry_reverse(key=f"refund:{refund_id}:made", now=now)


# --- when it went wrong --------------------------------------------------------------------------


def post_deposit_orphaned(*, deposit_id: UUID, now: datetime) -> list[PostedEntry]:
    """Take back everything posted for a deposit, latest first; a shop may end negative.

    Fills are not touched: the desk stays short of what it sold. The caller holds the deposit's
    lock. One query, and one for each entry.
    """
    prefix = f"deposit:{deposit_id}:"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.key FROM ledger_entry e"
            " WHERE e.key >= %s AND e.key < %s AND e.reverses_id IS NULL"
            "   AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id)"
            " ORDER BY e.id DESC",
            [prefix, f"deposit:{deposit_id};"],
        )
        keys = [row[0] for row in cursor.fetchall()]
        return [entry_reverse(key=key, now=now) for key in keys]


def post_shortfall_covered(
    *,
    reference: str,
    shop_id: UUID,
    by_insurance: Amount,
    lost: Amount | None = None,
    now: datetime,
) -> PostedEntry:
    """What a reorg took from a shop beyond its credits and reserve, borne by the house."""
    return entry_post(
        key=f"shortfall:{reference}",
        kind="shortfall_covered",
        postings=postings.shortfall_covered(
            shop_id=shop_id,
            by_insurance=by_insurance,
            lost=lost or zero(by_insurance.asset),
        ),
        refs={"reference": reference},
        shop_id=shop_id,
        now=now,
    )


# --- upkeep --------------------------------------------------------------------------------------


def ensure_partitions(*, today: date, months: int = 3) -> int:
    """Create the months' partitions from ``today`` on that are missing; how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_ensure_partitions(%s, %s)", [today, months])
        return int(cursor.fetchone()[0])


def snapshot_house_accounts() -> int:
    """Sum house accounts up to an hour that no transaction can still post into; rows written.

    A balance then reads the snapshot and what came after it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_take_snapshots()")
        return int(cursor.fetchone()[0])


def _call(sql: str, parameters: list[Any]) -> tuple[Any, ...]:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("post to the ledger inside a transaction")
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            row: tuple[Any, ...] = cursor.fetchone()
            return row
    except DatabaseError as error:
        state = getattr(error.__cause__, "sqlstate", None)
        key = parameters[0]
        if state == _NOT_COVERED:
            raise InsufficientBalance from error
        if state == _CONFLICT:
            raise EntryConflict(f"Another entry was posted under {key}.") from error
        if state == _UNKNOWN:
            raise EntryUnknown(f"No entry was posted under {key}.") from error
        raise

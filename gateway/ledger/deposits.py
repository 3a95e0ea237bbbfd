"""Post what becomes of a deposit: confirmed, applied, held, decided, taken back.

Each fact may happen again after a reorg took it back: it is posted anew.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from gateway.ledger import postings
from gateway.ledger.journal import PostedEntry, entry_post, entry_reverse
from gateway.money.amounts import Amount


def _post(
    *,
    deposit_id: UUID,
    step: str,
    lines: postings.Postings,
    shop_id: UUID | None,
    now: datetime,
    kind: str = "",
    refs: Mapping[str, str] | None = None,
) -> PostedEntry:
    """A step of a deposit, which may be taken back and come again.

    Args:
        kind: the entry's, if it isn't named as the step is.
    """
    return entry_post(
        key=f"deposit:{deposit_id}:{step}",
        kind=kind or step,
        postings=lines,
        refs={"deposit_id": str(deposit_id), **(refs or {})},
        shop_id=shop_id,
        repeatable=True,
        now=now,
    )


def post_deposit_confirmed(
    *, deposit_id: UUID, chain_id: int, amount: Amount, now: datetime, shop_id: UUID | None = None
) -> PostedEntry:
    """A confirmed deposit stands on ``suspense`` until it is applied."""
    return _post(
        deposit_id=deposit_id,
        step="confirmed",
        lines=postings.deposit_confirmed(chain_id=chain_id, amount=amount),
        kind="deposit_confirmed",
        shop_id=shop_id,
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
    return _post(
        deposit_id=deposit_id,
        step="payment",
        lines=postings.payment_applied(shop_id=shop_id, token=token, to_shop=credit, fee=fee),
        kind=kind,
        refs={"invoice_id": str(invoice_id)},
        shop_id=shop_id,
        now=now,
    )


def post_surplus(
    *, deposit_id: UUID, amount: Amount, now: datetime, shop_id: UUID | None = None
) -> PostedEntry:
    """What no lock covers, a wrong asset or late money to give back is owed to the payer."""
    return _post(
        deposit_id=deposit_id,
        step="surplus",
        lines=postings.surplus(amount=amount),
        shop_id=shop_id,
        now=now,
    )


# --- holds ---------------------------------------------------------------------------------------


def post_held(
    *, deposit_id: UUID, amount: Amount, now: datetime, shop_id: UUID | None = None
) -> PostedEntry:
    return _post(
        deposit_id=deposit_id,
        step="held",
        lines=postings.deposit_held(deposit_id=deposit_id, amount=amount),
        shop_id=shop_id,
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
    return _post(
        deposit_id=deposit_id,
        step="released",
        lines=postings.deposit_released(
            deposit_id=deposit_id,
            shop_id=shop_id,
            token=token,
            to_shop=credit,
            fee=fee,
            to_payer=surplus,
        ),
        refs={"invoice_id": str(invoice_id)},
        shop_id=shop_id,
        now=now,
    )


def post_returned(
    *, deposit_id: UUID, amount: Amount, now: datetime, shop_id: UUID | None = None
) -> PostedEntry:
    """A held deposit is owed back to its payer."""
    return _post(
        deposit_id=deposit_id,
        step="returned",
        lines=postings.deposit_returned(deposit_id=deposit_id, amount=amount),
        shop_id=shop_id,
        now=now,
    )


def post_blocked(
    *, deposit_id: UUID, amount: Amount, now: datetime, shop_id: UUID | None = None
) -> PostedEntry:
    """A held deposit of a listed owner is kept."""
    return _post(
        deposit_id=deposit_id,
        step="blocked",
        lines=postings.deposit_blocked(deposit_id=deposit_id, amount=amount),
        shop_id=shop_id,
        now=now,
    )


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

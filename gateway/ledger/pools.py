"""What providers of liquidity bring, share, bear and take: postings, and the verbs that post them.

The rows of the books' table for a pool, over its asset A: in: +custody −pool; share: +fees −pool;
out: +pool −custody, with the house's gas; a loss they bear: +pool −losses.
"""

from datetime import datetime
from uuid import UUID

from gateway.ledger import accounts
from gateway.ledger.journal import PostedEntry, entry_post, entry_reverse
from gateway.ledger.postings import Postings, credit, debit, entry_of, gas_lines, positive
from gateway.money.amounts import Amount


def provider_in(*, pool_id: UUID, chain_id: int, amount: Amount) -> Postings:
    """A provider's money lies in the treasury."""
    positive(amount)
    return entry_of(
        debit(accounts.custody_hot(chain_id), amount), credit(accounts.pool(pool_id), amount)
    )


def provider_held(*, deposit_id: UUID, chain_id: int, amount: Amount) -> Postings:
    """It lies there, and a list names its sender: nobody may have it before people decide."""
    positive(amount)
    return entry_of(
        debit(accounts.custody_hot(chain_id), amount), credit(accounts.held(deposit_id), amount)
    )


def provider_released(*, deposit_id: UUID, pool_id: UUID, amount: Amount) -> Postings:
    positive(amount)
    return entry_of(
        debit(accounts.held(deposit_id), amount), credit(accounts.pool(pool_id), amount)
    )


def provider_blocked(*, deposit_id: UUID, amount: Amount) -> Postings:
    positive(amount)
    return entry_of(debit(accounts.held(deposit_id), amount), credit(accounts.blocked(), amount))


def provider_out(*, pool_id: UUID, chain_id: int, amount: Amount, gas: Amount) -> Postings:
    """A withdrawal is final on chain; the house pays its gas."""
    positive(amount)
    return entry_of(
        debit(accounts.pool(pool_id), amount),
        credit(accounts.custody_hot(chain_id), amount),
        *gas_lines(chain_id=chain_id, gas=gas),
    )


def fees_shared(*, pool_id: UUID, amount: Amount) -> Postings:
    """Part of the house's fees becomes the providers'."""
    positive(amount)
    return entry_of(debit(accounts.fees(), amount), credit(accounts.pool(pool_id), amount))


def loss_borne(*, pool_id: UUID, amount: Amount) -> Postings:
    """Providers bear a part of what is booked as lost."""
    positive(amount)
    return entry_of(debit(accounts.pool(pool_id), amount), credit(accounts.losses(), amount))


# --- the verbs -----------------------------------------------------------------------------------


def post_provider_in(
    *, deposit_id: UUID, pool_id: UUID, chain_id: int, amount: Amount, now: datetime
) -> PostedEntry:
    return entry_post(
        key=f"pool_in:{deposit_id}",
        kind="provider_in",
        postings=provider_in(pool_id=pool_id, chain_id=chain_id, amount=amount),
        refs={"pool_id": str(pool_id), "provider_deposit_id": str(deposit_id)},
        now=now,
    )


def post_provider_held(
    *, deposit_id: UUID, chain_id: int, amount: Amount, now: datetime
) -> PostedEntry:
    return entry_post(
        key=f"pool_held:{deposit_id}",
        kind="provider_held",
        postings=provider_held(deposit_id=deposit_id, chain_id=chain_id, amount=amount),
        refs={"provider_deposit_id": str(deposit_id)},
        now=now,
    )


def post_provider_released(
    *, deposit_id: UUID, pool_id: UUID, amount: Amount, now: datetime
) -> PostedEntry:
    return entry_post(
        key=f"pool_decided:{deposit_id}",
        kind="provider_released",
        postings=provider_released(deposit_id=deposit_id, pool_id=pool_id, amount=amount),
        refs={"pool_id": str(pool_id), "provider_deposit_id": str(deposit_id)},
        now=now,
    )


def post_provider_blocked(*, deposit_id: UUID, amount: Amount, now: datetime) -> PostedEntry:
    return entry_post(
        key=f"pool_decided:{deposit_id}",
        kind="provider_blocked",
        postings=provider_blocked(deposit_id=deposit_id, amount=amount),
        refs={"provider_deposit_id": str(deposit_id)},
        now=now,
    )


def post_provider_out(
    *,
    payment_id: UUID,
    pool_id: UUID,
    chain_id: int,
    amount: Amount,
    gas: Amount,
    now: datetime,
) -> PostedEntry:
    return entry_post(
        key=f"pool_out:{payment_id}",
        kind="provider_out",
        postings=provider_out(pool_id=pool_id, chain_id=chain_id, amount=amount, gas=gas),
        refs={"pool_id": str(pool_id), "payment_id": str(payment_id)},
        now=now,
    )


def post_fees_shared(
    *, share_id: UUID, pool_id: UUID, amount: Amount, now: datetime
) -> PostedEntry:
    return entry_post(
        key=f"fees_shared:{share_id}",
        kind="fees_shared",
        postings=fees_shared(pool_id=pool_id, amount=amount),
        refs={"pool_id": str(pool_id), "share_id": str(share_id)},
        now=now,
    )


def post_loss_borne(
    *, loss_id: UUID, pool_id: UUID, amount: Amount, reason: str, now: datetime
) -> PostedEntry:
    """
    Args:
        reason: key of the entry that booked the loss.
    """
    return entry_post(
        key=f"pool_loss:{loss_id}",
        kind="loss_borne",
        postings=loss_borne(pool_id=pool_id, amount=amount),
        refs={"pool_id": str(pool_id), "loss_id": str(loss_id), "reason": reason},
        now=now,
    )


def post_loss_recovered(*, loss_id: UUID, now: datetime) -> PostedEntry:
    """What was lost came back: the providers' part of it is theirs again."""
    return entry_reverse(key=f"pool_loss:{loss_id}", now=now)

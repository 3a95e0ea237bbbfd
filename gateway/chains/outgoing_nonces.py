"""The nonces of the house's accounts: one sequence per chain and account."""

from collections.abc import Sequence

from django.db import transaction as db_transaction

from gateway.chains.outgoing_models import NonceSequence, OutgoingTransaction


def next_nonce(*, chain_id: int, account: bytes) -> int | None:
    """The next nonce of the account, or None if it never sent anything through us."""
    return (
        NonceSequence.objects.filter(chain_id=chain_id, account=account)
        .values_list("next_nonce", flat=True)
        .first()
    )


def next_nonces(*, chain_id: int, accounts: Sequence[bytes]) -> dict[bytes, int]:
    """The next nonces of those accounts that ever sent anything through us. One query."""
    rows = NonceSequence.objects.filter(chain_id=chain_id, account__in=accounts)
    return {bytes(account): nonce for account, nonce in rows.values_list("account", "next_nonce")}


@db_transaction.atomic
def nonces_accept(*, chain_id: int, account: bytes, of_chain: int) -> tuple[int, int]:
    """Go on with the chain's count after nonces were used behind our back: a person's decision.

    The account's next nonce before and after.
    """
    sequence = NonceSequence.objects.select_for_update().get(chain_id=chain_id, account=account)
    before = sequence.next_nonce
    sequence.next_nonce = max(before, of_chain)
    sequence.save(update_fields=["next_nonce"])
    return before, sequence.next_nonce


def nonce_sequence_locked(outgoing: OutgoingTransaction, *, nonce: int) -> NonceSequence:
    """The sequence of an account, locked; it begins with ``nonce`` if there is none."""
    NonceSequence.objects.bulk_create(
        [NonceSequence(chain_id=outgoing.chain_id, account=outgoing.account, next_nonce=nonce)],
        ignore_conflicts=True,
    )
    return NonceSequence.objects.select_for_update().get(
        chain_id=outgoing.chain_id, account=outgoing.account
    )

"""A chain that lacks what was final gets it again, and nothing new until it has it."""

from gateway.chains.outgoing.courier import Courier
from gateway.chains.outgoing.head import Account
from gateway.chains.outgoing.means import Means
from gateway.chains.outgoing_models import OutgoingTransaction


def restore_lost(means: Means, account: Account, *, courier: Courier) -> bool:
    """Whether the node's chain lacks what we know to be final.

    Nothing new is signed on such a chain. It merely lags, or it was set back behind finality:
    for the second case the lost transactions' own bytes are sent again.
    """
    notice = f"lost {account.address.hex()}"
    lost = _lost(means, account)
    if not lost:
        means.notices.over(notice)
        return False
    means.notices.say(
        notice,
        "sender_chain_went_back",
        account=account.address.hex(),
        nonce_of_node=account.count,
        lost=[str(outgoing.id) for outgoing in lost],
    )
    for outgoing in lost:
        courier.repeat(outgoing)
    return True


def _lost(means: Means, account: Account) -> list[OutgoingTransaction]:
    return list(
        OutgoingTransaction.objects.filter(
            chain=means.chain,
            account=account.address,
            nonce__gte=account.count,
            ended_at__isnull=False,
            mined_hash__isnull=False,
        )
        .prefetch_related("attempts")
        .order_by("nonce")[: means.options.max_in_flight]
    )

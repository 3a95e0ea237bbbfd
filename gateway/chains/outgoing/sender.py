"""The sender: signs what is queued, sends it until it is mined, and says how it went.

One sender acts per chain, by lease. Each step outside (node, signer) lies between two
transactions that write down what is about to be tried and what came of it, so that it may be
killed at any line:

1. an attempt row is written (fees, gas, the nonce it hopes for);
2. the signer signs it; the attempt's id is its request id, so asking again counts once;
3. one transaction stores the bytes, takes the nonce and moves queued → signed;
4. the bytes are broadcast, again and again until a receipt is there;
5. a stuck transaction gets further attempts with the same nonce and rising fees.

Before (3) nothing has left this process; after it the nonce belongs to the transaction for ever.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from gateway.chains import sender_metrics
from gateway.chains.addresses import checksum
from gateway.chains.errors import MalformedAnswer, NodeFault, NodeRefused, NodeUnreachable
from gateway.chains.models import Chain, Token
from gateway.chains.node_line import NodeLine
from gateway.chains.outgoing.courier import Courier
from gateway.chains.outgoing.following import Following
from gateway.chains.outgoing.head import Account, Head, head_calls, parse_head
from gateway.chains.outgoing.means import Means, SenderOptions, Signing
from gateway.chains.outgoing.notices import Notices
from gateway.chains.outgoing.relay import Relay
from gateway.chains.outgoing.restoring import restore_lost
from gateway.chains.outgoing.starting import Starting
from gateway.chains.outgoing_models import ATTEMPT_KINDS, UNDER_WAY, OutgoingTransaction
from gateway.chains.outgoing_nonces import next_nonces
from gateway.chains.outgoing_services import Desk
from gateway.events.leases import LeaseHandle
from gateway.outside.errors import NodeDown, NodeError, NodeMalformed

NODE_TROUBLE = (NodeDown, NodeMalformed, NodeFault, NodeError)
"""What ends a round and leaves everything as it is, to be tried again."""


def _nothing(_point: str) -> None:
    """Tests stop the sender at named points; in service they are passed by."""


class Sender:
    """One chain's sender while it holds the lease. ``tick`` does what can be done now."""

    def __init__(
        self,
        *,
        chain: Chain,
        node: NodeLine,
        signer: Signing,
        lease: LeaseHandle,
        clock: Callable[[], datetime],
        options: SenderOptions | None = None,
        relay: Relay | None = None,
        keep_lease: Callable[[], None] = lambda: None,
        reached: Callable[[str], None] = _nothing,
    ) -> None:
        self._means = Means(
            chain=chain,
            node=node,
            signer=signer,
            desk=Desk(lease=lease, mode=chain.mode),
            clock=clock,
            options=options or SenderOptions(),
            native=_native_code(chain),
            relay=relay,
            notices=Notices(chain_id=chain.id),
            keep_lease=keep_lease,
            reached=reached,
        )
        sender_metrics.begin(chain_id=chain.id, kinds=ATTEMPT_KINDS)
        self._courier = Courier(self._means)
        self._following = Following(self._means, courier=self._courier)
        self._starting = Starting(self._means, courier=self._courier)

    def tick(self) -> bool:
        """Do one round; whether there was anything to do. Trouble with a node ends the round.

        Raises:
            LeaseLost: another sender has taken over.
        """
        accounts = self._busy_accounts()
        if not accounts:
            return False
        means = self._means
        try:
            head = self._look(accounts)
            for account in accounts:
                means.keep_lease()
                self._serve(head.accounts[account], head)
            means.notices.over("node")
        except NODE_TROUBLE as trouble:
            means.notices.say("node", "sender_node_trouble", detail=str(trouble)[:300])
            means.node.turn_to_next(reason=_reason(trouble))
        return True

    def _busy_accounts(self) -> list[bytes]:
        rows = (
            OutgoingTransaction.objects.filter(
                chain=self._means.chain, status__in=("queued", *UNDER_WAY)
            )
            .order_by("account")
            .values_list("account", flat=True)
            .distinct()
        )
        return [bytes(account) for account in rows]

    def _look(self, accounts: Sequence[bytes]) -> Head:
        answers = self._means.node.ask(*head_calls(accounts))
        head = parse_head(answers, accounts=accounts, caps=self._means.options.caps)
        self._courier.look(head.number)
        self._measure_gaps(head)
        return head

    def _measure_gaps(self, head: Head) -> None:
        chain = self._means.chain.id
        ours = next_nonces(chain_id=chain, accounts=list(head.accounts))
        for address, account in head.accounts.items():
            gap = ours.get(address, account.count) - account.count
            sender_metrics.NONCE_GAP.labels(str(chain), checksum(address)).set(gap)

    def _serve(self, account: Account, head: Head) -> None:
        if restore_lost(self._means, account, courier=self._courier):
            return
        self._following.follow(account, head)
        self._starting.start_queued(account, head)


def _reason(trouble: Exception) -> str:
    """The reason that the same trouble has where the watcher meets it."""
    match trouble:
        case NodeFault():
            return trouble.reason
        case NodeDown():
            return NodeUnreachable.reason
        case NodeMalformed():
            return MalformedAnswer.reason
    return NodeRefused.reason


def _native_code(chain: Chain) -> str:
    code = Token.objects.filter(chain=chain, kind="native").values_list("code", flat=True).first()
    return code or f"native@{chain.id}"

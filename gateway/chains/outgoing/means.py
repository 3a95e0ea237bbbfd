"""What a sender works with, and how it is set."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from gateway.chains.fees import FeeCaps
from gateway.chains.models import Chain
from gateway.chains.node_line import NodeLine
from gateway.chains.outgoing.notices import Notices
from gateway.chains.outgoing.relay import Relay
from gateway.chains.outgoing_models import OutgoingAttempt
from gateway.chains.outgoing_services import Desk
from gateway.custody.transactions import SignedTransaction, UnsignedTransaction


class Signing(Protocol):
    """What the sender needs of ``gateway.custody.client.SignerClient``."""

    def sign(
        self, *, request_id: str, account: bytes, purpose: str, transaction: UnsignedTransaction
    ) -> SignedTransaction: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderOptions:
    """How a chain's sender behaves; seconds, and wei per gas inside ``caps``."""

    caps: FeeCaps = field(default_factory=FeeCaps)
    stuck_seconds: float = 60.0
    rebroadcast_seconds: float = 15.0
    limit_retry_seconds: float = 60.0
    doubt_retry_seconds: float = 300.0
    max_in_flight: int = 16
    max_follow: int = 500
    gas_margin_percent: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """A sender's things while it holds its chain's lease; its parts share them.

    Attributes:
        desk: what each of its transactions checks.
        native: code of the coin that pays for gas.
        relay: where trades go instead of the public mempool, if the chain has one.
        keep_lease: renews the lease when it is time; raises LeaseLost.
        reached: told of each point at which a crash must do no harm.
    """

    chain: Chain
    node: NodeLine
    signer: Signing
    desk: Desk
    clock: Callable[[], datetime]
    options: SenderOptions
    native: str
    relay: Relay | None
    notices: Notices
    keep_lease: Callable[[], None]
    reached: Callable[[str], None]

    def passed(self, since: datetime, seconds: float) -> bool:
        return self.clock() - since >= timedelta(seconds=seconds)

    def is_due(self, attempt: OutgoingAttempt) -> bool:
        """Whether the attempt's bytes are to be given to a node (again)."""
        return attempt.last_broadcast_at is None or self.passed(
            attempt.last_broadcast_at, self.options.rebroadcast_seconds
        )

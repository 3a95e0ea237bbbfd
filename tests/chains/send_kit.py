"""A chain of its own, a signer in the same process and a sender that can be killed at any line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eth_account import Account

from gateway.chains.fees import GWEI, FeeCaps
from gateway.chains.models import Chain, OutgoingTransaction, Token
from gateway.chains.node_line import NodeLine
from gateway.chains.outgoing.means import SenderOptions
from gateway.chains.outgoing.relay import Relay
from gateway.chains.outgoing.sender import Sender
from gateway.chains.sending import transaction_get, transaction_queue
from gateway.custody.errors import SignerDown
from gateway.custody.journal import Journal
from gateway.custody.keystore import key_from_secret
from gateway.custody.policy_terms import ChainPolicy, Limit, Policy, Purpose
from gateway.custody.protocol import SignRequest
from gateway.custody.signer import Signer
from gateway.custody.transactions import SignedTransaction, UnsignedTransaction
from gateway.events import leases
from gateway.events.models import Event
from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.anvil import Anvil

ETHER = 10**18
OPERATOR = key_from_secret(b"\x42" * 32, label="operator", demo=True)
SHOP = b"\x5a" * 20
REVERTER = b"\x0e" * 20
REVERTING_CODE = (
    # revert(Error("no"))
    "0x"
    "7f08c379a000000000000000000000000000000000000000000000000000000000600052"
    "6020600452600260245261"
    "6e6f"
    "60f01b60445260646000fd"
)
FINALITY_BLOCKS = 3


class Killed(BaseException):
    """The process ends here, as by SIGKILL: nothing catches it."""


class LocalSigner:
    """The real signer without its socket; ``is_down`` makes it not answer."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self.is_down = False
        self.signed: list[UnsignedTransaction] = []

    def use(self, signer: Signer) -> None:
        """As after a restart with another policy."""
        self._signer = signer

    def sign(
        self, *, request_id: str, account: bytes, purpose: str, transaction: UnsignedTransaction
    ) -> SignedTransaction:
        if self.is_down:
            raise SignerDown
        signed = self._signer.sign(
            SignRequest(
                request_id=request_id,
                account=account,
                purpose=purpose,
                payload=transaction.payload(),
            )
        )
        self.signed.append(transaction)
        return signed


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def policy(chain_id: int, **changes: Any) -> ChainPolicy:
    parts: dict[str, Any] = {
        "chain_id": chain_id,
        "live": False,
        "native_asset": f"ETH@{chain_id}",
        "accounts": {OPERATOR.address: frozenset(Purpose)},
        "destinations": frozenset({REVERTER}),
        "limits": {f"ETH@{chain_id}": Limit(per_transaction=ETHER, per_day=1000 * ETHER)},
        "max_fee_per_gas": 500 * GWEI,
        "max_priority_fee_per_gas": 50 * GWEI,
        "max_gas_limit": 16_000_000,
        "fees_per_day": 100 * ETHER,
    }
    return ChainPolicy(**{**parts, **changes})


@dataclass
class Post:
    """One chain with its sender's things."""

    anvil: Anvil
    folder: Path
    clock: Clock = field(default_factory=Clock)
    options: SenderOptions = field(
        default_factory=lambda: SenderOptions(
            caps=FeeCaps(max_fee_per_gas=200 * GWEI, max_tip=20 * GWEI, min_tip=GWEI),
            stuck_seconds=60,
            rebroadcast_seconds=10,
        )
    )
    relay: Relay | None = None
    restarts: int = 0

    def __post_init__(self) -> None:
        self.rpc = JsonRpc(self.anvil.rpc_url)
        self.chain_id = self.anvil.chain_id
        self.chain = Chain.objects.create(
            id=self.chain_id,
            key="sending",
            name="Sending",
            mode="test",
            block_seconds=1,
            confirmations=[[None, 1]],
            finality_blocks=FINALITY_BLOCKS,
            grace_seconds=30,
            factory_address=bytes(20),
            factory_version="1",
            factory_code_hash=bytes(32),
            factory_init_code_hash=bytes(32),
            treasury=OPERATOR.address,
        )
        Token.objects.create(
            code=f"ETH@{self.chain_id}", chain=self.chain, symbol="ETH", decimals=18, kind="native"
        )
        self.journal = Journal(self.folder / "journal", master_key=bytes(32), now=self.clock())
        self.use_policy(policy(self.chain_id))
        self.fund(100 * ETHER)
        self.rpc.call("anvil_setCode", ["0x" + REVERTER.hex(), REVERTING_CODE])
        self.nodes = [self.anvil.rpc_url]

    def use_policy(self, chain_policy: ChainPolicy) -> None:
        self.signer = LocalSigner(
            Signer(
                keys={OPERATOR.address: OPERATOR},
                policy=Policy(chains={self.chain_id: chain_policy}),
                journal=self.journal,
                clock=self.clock,
            )
        )

    def close(self) -> None:
        self.rpc.close()
        self.journal.close()

    def fund(self, wei: int) -> None:
        self.rpc.call("anvil_setBalance", ["0x" + OPERATOR.address.hex(), hex(wei)])

    def queue(self, key: str = "k", **changes: Any) -> OutgoingTransaction:
        parts: dict[str, Any] = {
            "chain_id": self.chain_id,
            "account": OPERATOR.address,
            "to": SHOP,
            "data": b"",
            "value": 1000,
            "purpose": "payout",
            "reference": f"payout:{key}",
            "idempotency_key": key,
            "now": self.clock(),
        }
        return transaction_queue(**{**parts, **changes})

    def sender(self, *, reached: Callable[[str], None] = lambda point: None) -> Sender:
        """A sender that has just started, after whoever held the lease before is gone."""
        self.restarts += 1
        from gateway.events.models import Lease

        Lease.objects.filter(name=self.lease_name).update(
            expires_at=datetime(2020, 1, 1, tzinfo=UTC)
        )
        lease = leases.acquire(
            name=self.lease_name, holder=f"test-{self.restarts}", ttl_seconds=600
        )
        assert lease is not None
        return Sender(
            chain=self.chain,
            node=NodeLine(chain_id=self.chain_id, urls=self.nodes, timeout_seconds=2),
            signer=self.signer,
            lease=lease,
            clock=self.clock,
            options=self.options,
            relay=self.relay,
            reached=reached,
        )

    @property
    def lease_name(self) -> str:
        return f"sender:{self.chain_id}"

    def mine(self, blocks: int = 1) -> None:
        self.rpc.call("anvil_mine", [hex(blocks)])

    def automine(self, on: bool) -> None:
        self.rpc.call("evm_setAutomine", [on])

    def settle(self, sender: Sender, *, rounds: int = 4) -> None:
        """Enough rounds and blocks for everything to be final."""
        for _ in range(rounds):
            sender.tick()
            self.mine(FINALITY_BLOCKS)

    def height(self) -> int:
        return int(self.rpc.call("eth_blockNumber", []), 16)

    def count(self, account: bytes = OPERATOR.address) -> int:
        return int(self.rpc.call("eth_getTransactionCount", ["0x" + account.hex(), "latest"]), 16)

    def balance(self, account: bytes = SHOP) -> int:
        return int(self.rpc.call("eth_getBalance", ["0x" + account.hex(), "latest"]), 16)

    def send_elsewhere(self, *, nonce: int, value: int = 1, legacy: bool = False) -> str:
        """A transaction of the same key that does not come from us."""
        fees: dict[str, Any] = (
            {"gasPrice": 100 * GWEI}
            if legacy
            else {"type": 2, "maxFeePerGas": 100 * GWEI, "maxPriorityFeePerGas": 20 * GWEI}
        )
        signed = Account.sign_transaction(
            {
                "chainId": self.chain_id,
                "nonce": nonce,
                "to": SHOP,
                "value": value,
                "gas": 21_000,
                **fees,
            },
            OPERATOR.private_key.secret,
        )
        return str(self.rpc.call("eth_sendRawTransaction", ["0x" + signed.raw_transaction.hex()]))


def again(outgoing: OutgoingTransaction) -> OutgoingTransaction:
    """The row as it is now."""
    return transaction_get(outgoing.id)


def events_of(outgoing: OutgoingTransaction) -> list[str]:
    return [event.type for event in full_events(outgoing)]


def full_events(outgoing: OutgoingTransaction) -> Sequence[Event]:
    return list(Event.objects.filter(subject=f"transaction:{outgoing.id}").order_by("sequence"))


def kill_at(point: str, *, times: int = 1) -> Callable[[str], None]:
    """End the sender the first ``times`` that it reaches ``point``."""
    left = times

    def reached(name: str) -> None:
        nonlocal left
        if name == point and left > 0:
            left -= 1
            raise Killed(point)

    return reached

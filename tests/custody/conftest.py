"""A signer with its own keys, policy, journal and socket, all in a temporary folder."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from eth_abi.abi import encode

from gateway.custody.batch_calls import PAY, PAY_TYPES
from gateway.custody.client import SignerClient
from gateway.custody.decoding import selector_of
from gateway.custody.journal import Journal
from gateway.custody.keystore import Key, key_from_secret
from gateway.custody.policy_terms import ChainPolicy, Limit, Policy, Purpose
from gateway.custody.signer import Signer, SignerServer
from gateway.custody.transactions import UnsignedTransaction

MASTER_KEY = bytes(range(32))
CHAIN_ID = 31337
OPERATOR = key_from_secret(b"\x11" * 32, label="operator", demo=True)
USDC = b"\xc0" * 20
WETH = b"\xee" * 20
FACTORY = b"\xfa" * 20
ROUTER = b"\x20" * 20
PAYER = b"\xba" * 20
TREASURY = b"\x7e" * 20
SHOP = b"\x5a" * 20
ATTACKER = b"\xbd" * 20

POLICY = ChainPolicy(
    chain_id=CHAIN_ID,
    live=False,
    native_asset="ETH@31337",
    accounts={OPERATOR.address: frozenset(Purpose)},
    tokens={USDC: "USDC@31337", WETH: "WETH@31337"},
    destinations=frozenset({TREASURY}),
    factories=frozenset({FACTORY}),
    routers=frozenset({ROUTER}),
    payers=frozenset({PAYER}),
    wrapped_native=WETH,
    limits={"USDC@31337": Limit(per_transaction=1_000, per_day=2_500)},
    max_fee_per_gas=500 * 10**9,
    max_priority_fee_per_gas=50 * 10**9,
    max_gas_limit=16_000_000,
    fees_per_day=10**18,
)


def transfer_data(to: bytes, units: int) -> bytes:
    return bytes.fromhex("a9059cbb") + bytes(12) + to + units.to_bytes(32, "big")


def transaction(**changes: object) -> UnsignedTransaction:
    """A plain transaction; by default it sends nothing to the treasury."""
    plain = UnsignedTransaction(
        chain_id=CHAIN_ID,
        nonce=0,
        to=TREASURY,
        value=0,
        data=b"",
        gas_limit=100_000,
        max_fee_per_gas=10**9,
        max_priority_fee_per_gas=10**8,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def payout(units: int, *, to: bytes = SHOP, **changes: object) -> UnsignedTransaction:
    """A transfer of USDC base units."""
    return transaction(to=USDC, data=transfer_data(to, units), **changes)


def batch(
    *paid: tuple[bytes, int], token: bytes = USDC, to: bytes = PAYER, **changes: object
) -> UnsignedTransaction:
    """Base units of USDC to several receivers at once."""
    items = [(bytes([n]) * 32, each, units) for n, (each, units) in enumerate(paid)]
    data = selector_of(PAY) + encode(PAY_TYPES, [token, items])
    return transaction(to=to, data=data, **changes)


@dataclass
class Desk:
    """Starts, stops and restarts one signer."""

    folder: Path
    clock: Callable[[], datetime]
    keys: list[Key] = field(default_factory=lambda: [OPERATOR])
    policy: ChainPolicy = POLICY
    allowed_uids: frozenset[int] | None = None
    server: SignerServer | None = None
    journal: Journal | None = None

    @property
    def socket(self) -> Path:
        return self.folder / "signer.sock"

    def start(self) -> "Desk":
        import os

        self.journal = Journal(self.folder / "journal", master_key=MASTER_KEY, now=self.clock())
        signer = Signer(
            keys={key.address: key for key in self.keys},
            policy=Policy(chains={self.policy.chain_id: self.policy}),
            journal=self.journal,
            clock=self.clock,
        )
        uids = self.allowed_uids if self.allowed_uids is not None else {os.geteuid()}
        self.server = SignerServer(self.socket, signer=signer, allowed_uids=uids)
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def stop(self) -> None:
        if self.server is not None and self.journal is not None:
            self.server.shutdown()
            self.server.server_close()
            self.journal.close()
            self.server = None

    def restart(self) -> "Desk":
        self.stop()
        return self.start()

    def client(self, *, timeout_seconds: float = 2.0) -> SignerClient:
        return SignerClient(str(self.socket), timeout_seconds=timeout_seconds)


class Now:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def desk(tmp_path: Path, now: Now) -> Iterator[Desk]:
    desk = Desk(folder=tmp_path, clock=now)
    yield desk
    desk.stop()

"""Hedges through the real sender and the real signer, whose policy bounds the swaps."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.chains.fees import GWEI, FeeCaps
from gateway.chains.node_line import NodeLine
from gateway.chains.outgoing.sender import Sender, SenderOptions
from gateway.custody.journal import Journal
from gateway.custody.keystore import key_from_secret
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import parse_policy
from gateway.custody.signer import Signer
from gateway.events import leases, relay
from gateway.events.models import Lease
from gateway.market.hedges.models import Hedge, HedgeStep
from tests.chains.send_kit import Killed as SenderKilled
from tests.chains.send_kit import LocalSigner, kill_at
from tests.market.execution.conftest import CHAIN_ID
from tests.market.hedges.conftest import DOLLAR, ETHER, Hedging

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]

TREASURY_KEY = bytes.fromhex("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
FINALITY = 5


class Post:
    """Signer and sender of the treasury, and the chain under them."""

    def __init__(
        self,
        hedging: Hedging,
        folder: Path,
        *,
        eth_usd: str = "3000",
        makers: Sequence[bytes] = (),
    ) -> None:
        self.hedging = hedging
        key = key_from_secret(TREASURY_KEY, label="treasury", demo=True)
        assert key.address == hedging.treasury
        policy = parse_policy(
            msgspec.json.encode(
                draft_policy(
                    [hedging.desk.entry],
                    accounts=[key.address],
                    limits={},
                    makers=makers,
                    references={f"WETH@{CHAIN_ID}": eth_usd, f"USDC@{CHAIN_ID}": "1"},
                    as_of=datetime.now(UTC),
                )
            )
        )
        journal = Journal(folder / "journal", master_key=bytes(32), now=datetime.now(UTC))
        signer = Signer(
            keys={key.address: key},
            policy=policy,
            journal=journal,
            clock=lambda: datetime.now(UTC),
        )
        self.signer = LocalSigner(signer)

    def sender(self, url: str | None = None, *, reached: Any = lambda point: None) -> Sender:
        Lease.objects.filter(name="sender").update(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
        lease = leases.acquire(name="sender", holder=str(datetime.now(UTC)), ttl_seconds=60)
        assert lease is not None
        return Sender(
            chain=self.hedging.desk.till.chain,
            node=NodeLine(
                chain_id=CHAIN_ID, urls=[url or self.hedging.desk.till.url], timeout_seconds=2
            ),
            signer=self.signer,
            lease=lease,
            clock=lambda: datetime.now(UTC),
            options=SenderOptions(caps=FeeCaps(max_fee_per_gas=200 * GWEI, max_tip=20 * GWEI)),
            reached=reached,
        )

    def settle(self, sender: Sender, *, rounds: int = 3) -> None:
        """Sent, mined, final, and heard of."""
        for _ in range(rounds):
            sender.tick()
            self.hedging.desk.till.mine(self.hedging.desk.till.chain.finality_blocks + 1)
            relay.drain(limit=1000)

    def work(self, *, turns: int = 6) -> None:
        for _ in range(turns):
            self.hedging.later()
            self.hedging.turn()
            self.settle(self.sender())


@pytest.fixture
def post(hedging: Hedging, tmp_path: Path) -> Post:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    return Post(hedging, tmp_path)


def test_the_signer_signs_a_hedge_within_its_bounds(post: Post) -> None:
    post.work()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.sold_units) == ("done", 5 * ETHER)
    post.hedging.books_agree()


def test_a_signer_that_knows_better_ends_the_hedge_at_once(
    hedging: Hedging, tmp_path: Path
) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    Post(hedging, tmp_path, eth_usd="4000").work(turns=4)
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.last_error) == ("failed", "policy_refused:below_reference")
    assert HedgeStep.objects.filter(kind="swap").count() == 1
    assert hedging.position() == 5 * ETHER
    hedging.books_agree()


def test_a_node_that_is_down_in_between_delays_and_doubles_nothing(post: Post) -> None:
    hedging = post.hedging
    hedging.turn()
    post.settle(post.sender())
    hedging.turn()  # leave was given; the swap is queued
    assert HedgeStep.objects.get(kind="swap").status == "queued"
    for _ in range(3):
        post.sender("http://127.0.0.1:9").tick()
        hedging.turn()
    assert HedgeStep.objects.filter(kind="swap").count() == 1
    assert hedging.position() == 5 * ETHER
    post.work()
    assert Hedge.objects.get().status == "done"
    hedging.books_agree()


@pytest.mark.parametrize(
    "point", ["prepared", "signed", "stored", "broadcast", "receipt_seen", "final_seen"]
)
def test_a_sender_killed_at_any_point_swaps_once(post: Post, point: str) -> None:
    hedging = post.hedging
    for _ in range(2):  # while leave is given, and while it swaps
        hedging.turn()
        killed = post.sender(reached=kill_at(point))
        with pytest.raises(SenderKilled):
            post.settle(killed, rounds=4)
        post.settle(post.sender())
    post.work()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.sold_units) == ("done", 5 * ETHER)
    hedging.books_agree()

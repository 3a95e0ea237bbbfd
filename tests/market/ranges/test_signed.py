"""A range through the real sender and the real signer, whose policy bounds it; killed anywhere."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.custody.journal import Journal
from gateway.custody.keystore import key_from_secret
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import parse_policy
from gateway.custody.signer import Signer
from gateway.market.ranges.models import RangePosition, RangeStep
from tests.chains.send_kit import Killed, LocalSigner, kill_at
from tests.market.execution.conftest import CHAIN_ID
from tests.market.hedges.test_signed import TREASURY_KEY, Post
from tests.market.ranges.conftest import DOLLAR, ETHER, Ranging

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]


def post_of(ranging: Ranging, folder: Path, *, usdc: int, with_ranges: bool = True) -> Post:
    post = Post(ranging.hedging, folder)
    key = key_from_secret(TREASURY_KEY, label="treasury", demo=True)
    policy: dict[str, Any] = draft_policy(
        [ranging.hedging.desk.entry], accounts=[key.address], limits={}
    )
    if with_ranges:
        pool = ranging.pool
        policy["chains"][str(CHAIN_ID)]["ranges"] = {
            "managers": [ranging.layout.v3_position_manager],
            "pools": [{"token0": pool.token0, "token1": pool.token1, "fee_ppm": pool.fee_pips}],
            "limits": {
                f"USDC@{CHAIN_ID}": {"per_transaction": str(usdc), "per_day": str(usdc)},
                f"WETH@{CHAIN_ID}": {"per_transaction": str(9 * ETHER), "per_day": str(9 * ETHER)},
            },
        }
    post.signer = LocalSigner(
        Signer(
            keys={key.address: key},
            policy=parse_policy(json.dumps(policy).encode()),
            journal=Journal(folder / "other", master_key=bytes(32), now=datetime.now(UTC)),
            clock=lambda: datetime.now(UTC),
        )
    )
    return post


@pytest.mark.parametrize("point", ["", "signed", "stored", "broadcast", "receipt_seen"])
def test_a_range_goes_in_and_out_by_the_signer(
    ranging: Ranging, tmp_path: Path, point: str
) -> None:
    post = post_of(ranging, tmp_path, usdc=20_000 * DOLLAR)
    closing = False
    for _ in range(10):
        ranging.turn()
        if point:
            with suppress(Killed):
                post.sender(reached=kill_at(point)).tick()
        post.settle(post.sender())
        row = RangePosition.objects.get()
        if row.status == "open" and not closing:
            assert ranging.manager_holds() == 1
            closing = True
            ranging.set(enabled=False)
        if row.status == "closed":
            break
    assert row.status == "closed", row.last_error
    assert ranging.manager_holds() == 0
    assert RangeStep.objects.exclude(status="done").count() == 0
    assert RangeStep.objects.count() == 6
    ranging.hedging.books_agree()


def test_without_ranges_in_the_policy_none_is_made(ranging: Ranging, tmp_path: Path) -> None:
    post = post_of(ranging, tmp_path, usdc=1, with_ranges=False)
    for _ in range(4):
        ranging.turn()
        post.settle(post.sender(), rounds=2)
    row = RangePosition.objects.get()
    assert row.status == "failed"
    assert row.last_error.startswith("policy_refused:")
    assert ranging.manager_holds() == 0
    ranging.hedging.books_agree()

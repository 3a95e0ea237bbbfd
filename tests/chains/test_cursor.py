"""Which blocks to undo and apply, and which transfer is which again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.chains.cursor import (
    Advance,
    BrokenLink,
    Header,
    NeedParent,
    Nothing,
    Unrelated,
    plan_advance,
)
from gateway.chains.remining import Fresh, Orphan, pair_remined


def block(number: int, branch: str = "a") -> Header:
    def name(n: int, b: str) -> bytes:
        return f"{b}{n}".encode().rjust(32, b"\0")

    forks_at = {"a": 0, "b": 5, "c": 2}[branch]
    parent = name(number - 1, branch if number - 1 > forks_at else "a")
    return Header(number=number, hash=name(number, branch), parent_hash=parent, timestamp=number)


RING = [block(n) for n in range(3, 9)]


def test_the_next_block_is_applied():
    assert plan_advance(ring=RING, branch=[block(9)]) == Advance(RING[-1], (), (block(9),))


def test_blocks_in_between_are_fetched_first():
    need = plan_advance(ring=RING, branch=[block(11)])
    assert need == NeedParent(10, block(10).hash)
    plan = plan_advance(ring=RING, branch=[block(9), block(10), block(11)])
    assert plan == Advance(RING[-1], (), (block(9), block(10), block(11)))


def test_a_reorg_undoes_down_to_the_common_ancestor():
    branch = [block(n, "b") for n in range(6, 9)]
    plan = plan_advance(ring=RING, branch=branch)
    assert plan == Advance(block(5), (block(8), block(7), block(6)), tuple(branch))


def test_a_shorter_branch_is_followed_too():
    plan = plan_advance(ring=RING, branch=[block(6, "b")])
    assert plan == Advance(block(5), (block(8), block(7), block(6)), (block(6, "b"),))


def test_a_node_that_lags_proves_nothing():
    assert plan_advance(ring=RING, branch=[block(8)]) == Nothing(0)
    assert plan_advance(ring=RING, branch=[block(5)]) == Nothing(3)


def test_a_branch_from_below_what_we_remember_is_unrelated():
    branch = [block(n, "c") for n in range(4, 8)]
    assert plan_advance(ring=RING, branch=branch) == Unrelated(4)
    assert plan_advance(ring=RING, branch=[block(1, "c")]) == Unrelated(1)


def test_blocks_that_do_not_follow_each_other_are_refused():
    with pytest.raises(BrokenLink):
        plan_advance(ring=RING, branch=[block(9), block(11)])
    with pytest.raises(BrokenLink):
        plan_advance(ring=RING, branch=[block(9, "b"), block(10)])


@given(st.data())
def test_any_reorg_leads_from_our_chain_to_the_nodes(data: st.DataObject):
    """Undoing and applying what is planned gives exactly the node's chain."""
    length = data.draw(st.integers(2, 20))
    ours = [Header(n, bytes([0, n]), bytes([0, n - 1]) if n else b"", n) for n in range(length)]
    fork = data.draw(st.integers(0, length - 1))
    growth = data.draw(st.integers(1, 20))
    theirs = ours[: fork + 1]
    for n in range(fork + 1, fork + 1 + growth):
        theirs.append(Header(n, bytes([1, n]), theirs[-1].hash, n))
    branch = [theirs[-1]]
    while isinstance(plan := plan_advance(ring=ours, branch=branch), NeedParent):
        branch.insert(0, theirs[plan.number])
    assert isinstance(plan, Advance)
    kept = [b for b in ours if b not in plan.undo]
    assert kept + list(plan.apply) == theirs


OURS = bytes.fromhex("11" * 20)
THEIRS = bytes.fromhex("22" * 20)

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def orphan(number: int, *, log_index: int = 0, block_number: int = 1, **changes: object) -> Orphan:
    facts = {
        "id": UUID(int=number),
        "address": OURS,
        "asset": "USDC@1",
        "tx_hash": b"\7" * 32,
        "sender": THEIRS,
        "units": 5,
        "block_number": block_number,
        "log_index": log_index,
        "trace_path": "",
        "first_block_time": T0 + timedelta(seconds=number),
    }
    return Orphan(**{**facts, **changes})


def fresh(key: str, *, log_index: int = 0, **changes: object) -> Fresh:
    facts = {
        "key": key,
        "address": OURS,
        "asset": "USDC@1",
        "tx_hash": b"\7" * 32,
        "sender": THEIRS,
        "units": 5,
        "log_index": log_index,
    }
    return Fresh(**{**facts, **changes})


def test_two_transfers_of_one_transaction_find_their_own_orphans():
    pairs = pair_remined(
        fresh=[fresh("second", log_index=9), fresh("first", log_index=4)],
        orphans=[orphan(1, log_index=0), orphan(2, log_index=1)],
    )
    assert {key: told.id.int for key, told in pairs.items()} == {"first": 1, "second": 2}


def test_another_transaction_is_another_payment():
    assert not pair_remined(fresh=[fresh("x", tx_hash=b"\x08" * 32)], orphans=[orphan(1)])
    assert not pair_remined(fresh=[fresh("x", asset="DAI@1")], orphans=[orphan(1)])


def test_the_latest_generation_counts():
    pairs = pair_remined(
        fresh=[fresh("x")], orphans=[orphan(1, block_number=7), orphan(2, block_number=6)]
    )
    assert pairs["x"].id.int == 2


def test_a_block_that_was_left_twice_has_its_latest_orphans():
    pairs = pair_remined(fresh=[fresh("x")], orphans=[orphan(1), orphan(2)])
    assert pairs["x"].id.int == 2


def test_money_seen_by_balance_is_the_same_only_if_the_amount_is():
    seen = orphan(1, tx_hash=b"")
    assert pair_remined(fresh=[fresh("x", tx_hash=b"")], orphans=[seen])
    assert not pair_remined(fresh=[fresh("x", tx_hash=b"", units=6)], orphans=[seen])

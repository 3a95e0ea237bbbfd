"""A queued transaction is sent once, whatever happens on the way; on a real chain."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.chains.addresses import checksum
from gateway.chains.errors import UnknownChain
from gateway.chains.fees import GWEI
from gateway.chains.models import Chain, NonceSequence, OutgoingAttempt, OutgoingTransaction
from gateway.chains.outgoing_services import nonces_accept
from gateway.chains.sending import (
    TransactionConflict,
    TransactionInvalid,
    TransactionUnknown,
    transaction_cancel,
    transaction_get,
    transactions_for,
)
from gateway.custody.policy import Limit
from gateway.custody.transactions import parse_signed
from gateway.events.errors import LeaseLost
from gateway.events.ids import uuid7
from gateway.supervisor.devchain.anvil import Anvil
from tests.chains.send_kit import (
    ETHER,
    FINALITY_BLOCKS,
    OPERATOR,
    REVERTER,
    SHOP,
    Killed,
    Post,
    events_of,
    full_events,
    kill_at,
    policy,
)

CRASH_POINTS = [
    "prepared",
    "signed",
    "stored",
    "broadcast",
    "broadcast_recorded",
    "receipt_seen",
    "final_seen",
]


@pytest.fixture(scope="module")
def node() -> Iterator[Anvil]:
    with Anvil(chain_id=31338) as anvil:
        yield anvil


@pytest.fixture
def post(db: None, node: Anvil, tmp_path: Path) -> Iterator[Post]:
    from gateway.outside.rpc import JsonRpc

    with JsonRpc(node.rpc_url) as rpc:
        rpc.call("anvil_reset")
        post = Post(anvil=node, folder=tmp_path)
        yield post
        post.close()
        rpc.call("evm_setAutomine", [True])


def again(outgoing: OutgoingTransaction) -> OutgoingTransaction:
    return transaction_get(outgoing.id)


# --- the queue -------------------------------------------------------------------------------


def test_the_same_key_is_the_same_transaction(post: Post) -> None:
    first = post.queue("a")
    assert post.queue("a").id == first.id
    assert OutgoingTransaction.objects.count() == 1
    assert [one.id for one in transactions_for("payout:a")] == [first.id]


@pytest.mark.parametrize(
    "change",
    [
        {"value": 1001},
        {"to": b"\x01" * 20},
        {"data": b"\x01"},
        {"purpose": "refund"},
        {"gas_limit": 50_000},
        {"reference": "payout:other"},
        {"account": b"\x01" * 20},
    ],
)
def test_the_same_key_for_something_else_is_refused(post: Post, change: dict[str, object]) -> None:
    post.queue("a")
    with pytest.raises(TransactionConflict) as caught:
        post.queue("a", **change)
    assert (caught.value.code, caught.value.status) == ("transaction_conflict", 409)


@pytest.mark.parametrize(
    "change",
    [
        {"value": -1},
        {"value": 2**256},
        {"to": b""},
        {"account": b"\x01" * 19},
        {"gas_limit": 0},
        {"data": bytes(120_001)},
        {"idempotency_key": ""},
        {"purpose": "gift"},
    ],
)
def test_what_no_chain_would_take_is_refused_at_once(post: Post, change: dict[str, object]) -> None:
    with pytest.raises(TransactionInvalid):
        post.queue("a", **change)


def test_a_chain_that_is_not_there_is_refused(post: Post) -> None:
    with pytest.raises(UnknownChain):
        post.queue("a", chain_id=999)
    Chain.objects.filter(id=post.chain_id).update(enabled=False)
    with pytest.raises(UnknownChain):
        post.queue("b")
    with pytest.raises(TransactionUnknown):
        transaction_get(uuid7())


# --- the plain way ---------------------------------------------------------------------------


def test_a_transfer_is_sent_mined_and_final_with_what_it_cost(post: Post) -> None:
    outgoing = post.queue("a")
    before = post.balance()
    sender = post.sender()
    assert sender.tick()
    assert again(outgoing).status == "sent"
    sender.tick()
    assert again(outgoing).status == "mined"
    assert events_of(outgoing) == ["transaction.mined"]
    sender.tick()
    assert events_of(outgoing) == ["transaction.mined"]
    post.mine(FINALITY_BLOCKS)
    sender.tick()
    assert again(outgoing).status == "final"
    assert not sender.tick()
    assert post.balance() == before + 1000

    mined, final = full_events(outgoing)
    assert (mined.type, final.type) == ("transaction.mined", "transaction.final")
    receipt = post.rpc.call("eth_getTransactionReceipt", [final.body["tx_hash"]])
    paid = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
    assert final.body == {
        "transaction_id": str(outgoing.id),
        "chain_id": post.chain_id,
        "account": checksum(OPERATOR.address),
        "to": checksum(SHOP),
        "value": "1000",
        "purpose": "payout",
        "reference": "payout:a",
        "status": "succeeded",
        "nonce": 0,
        "tx_hash": receipt["transactionHash"],
        "block_number": int(receipt["blockNumber"], 16),
        "block_hash": receipt["blockHash"],
        "gas_used": 21_000,
        "effective_gas_price": str(int(receipt["effectiveGasPrice"], 16)),
        "fee_units": str(paid),
        "reason_code": "",
        "reason": "",
        "logs": [],
    }
    assert post.balance(OPERATOR.address) == 100 * ETHER - 1000 - paid
    assert mined.mode == "test"


def test_many_are_sent_in_the_order_of_the_queue_without_a_gap(post: Post) -> None:
    queued = [post.queue(f"k{number}") for number in range(12)]
    post.settle(post.sender())
    rows = [again(outgoing) for outgoing in queued]
    assert [row.nonce for row in rows] == list(range(12))
    assert {row.status for row in rows} == {"final"}
    assert post.balance() == 12 * 1000
    assert NonceSequence.objects.get().next_nonce == 12


def test_no_more_are_under_way_than_a_node_will_hold(post: Post) -> None:
    post.automine(False)
    for number in range(20):
        post.queue(f"k{number}")
    sender = post.sender()
    sender.tick()
    assert OutgoingTransaction.objects.filter(status="sent").count() == 16
    post.automine(True)
    post.settle(sender, rounds=6)
    assert OutgoingTransaction.objects.filter(status="final").count() == 20


# --- crashes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("automine", [True, False], ids=["mined at once", "mined later"])
@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_sender_killed_anywhere_sends_once(post: Post, point: str, automine: bool) -> None:
    queued = [post.queue(f"k{number}") for number in range(3)]
    post.automine(automine)
    killed = 0
    for _ in range(12):
        sender = post.sender(reached=kill_at(point))
        try:
            sender.tick()
        except Killed:
            killed += 1
        post.mine(1)
    assert killed >= 3
    post.automine(True)
    post.settle(post.sender(), rounds=6)
    rows = [again(outgoing) for outgoing in queued]
    assert {row.status for row in rows} == {"final"}
    assert sorted(row.nonce for row in rows if row.nonce is not None) == [0, 1, 2]
    assert post.count() == 3
    assert post.balance() == 3000
    for outgoing in queued:
        assert events_of(outgoing).count("transaction.final") == 1
        nonces = {
            parse_signed(bytes(attempt.raw))[0].nonce
            for attempt in OutgoingAttempt.objects.filter(transaction=outgoing)
            if attempt.raw is not None
        }
        assert len(nonces) == 1


def test_a_signature_that_was_lost_is_asked_for_again_and_counted_once(post: Post) -> None:
    post.queue("a", value=ETHER)
    with pytest.raises(Killed):
        post.sender(reached=kill_at("signed")).tick()
    assert OutgoingAttempt.objects.get().raw is None
    post.settle(post.sender())
    assert len(post.signer.signed) == 2
    assert post.signer.signed[0] == post.signer.signed[1]
    assert post.journal.spent(post.clock())[f"ETH@{post.chain_id}"] == ETHER


def test_a_sender_that_lost_its_lease_writes_nothing(post: Post) -> None:
    post.queue("a")
    stale = post.sender()
    fresh = post.sender()
    with pytest.raises(LeaseLost):
        stale.tick()
    post.settle(fresh)
    assert post.count() == 1


def test_a_sender_that_loses_its_lease_while_signing_does_not_store(post: Post) -> None:
    post.queue("a")
    successor = []

    def reached(point: str) -> None:
        if point == "signed" and not successor:
            successor.append(post.sender())
            successor[0].tick()

    with pytest.raises(LeaseLost):
        post.sender(reached=reached).tick()
    post.settle(successor[0])
    assert (post.count(), post.balance()) == (1, 1000)


# --- fees ------------------------------------------------------------------------------------


def test_a_stuck_transaction_is_replaced_with_rising_fees_up_to_the_cap(post: Post) -> None:
    post.automine(False)
    outgoing = post.queue("a")
    behind = post.queue("b")
    sender = post.sender()
    sender.tick()
    for _ in range(40):
        post.clock.advance(61)
        sender.tick()
    attempts = list(OutgoingAttempt.objects.filter(transaction=outgoing).order_by("number"))
    assert len(attempts) > 4
    for before, after in pairwise(attempts):
        assert after.kind == "replace"
        assert after.nonce == 0
        assert after.max_fee_per_gas * 8 >= before.max_fee_per_gas * 9
        assert after.max_priority_fee_per_gas * 8 >= before.max_priority_fee_per_gas * 9
        assert after.last_error == ""
    caps = post.options.caps
    assert attempts[-1].max_priority_fee_per_gas <= caps.max_tip
    assert attempts[-1].max_priority_fee_per_gas * 9 > caps.max_tip * 8
    # What merely waits behind it is not stuck.
    assert OutgoingAttempt.objects.filter(transaction=behind).count() == 1
    post.automine(True)
    post.mine()
    post.settle(sender)
    row = again(outgoing)
    assert (row.status, bytes(row.mined_hash)) == ("final", bytes(attempts[-1].tx_hash))
    assert (post.count(), post.balance()) == (2, 2000)


def test_an_earlier_attempt_that_is_mined_after_all_counts(post: Post) -> None:
    """The replacement was written down and signed, and never reached the node."""
    post.automine(False)
    outgoing = post.queue("a")
    post.sender().tick()
    post.clock.advance(61)
    with pytest.raises(Killed):
        post.sender(reached=kill_at("stored")).tick()
    post.automine(True)
    post.mine()
    post.settle(post.sender())
    first, second = OutgoingAttempt.objects.order_by("number")
    assert second.raw is not None
    assert bytes(again(outgoing).mined_hash) == bytes(first.tx_hash)
    assert (again(outgoing).status, post.balance()) == ("final", 1000)


def test_a_replacement_that_the_signer_refuses_leaves_the_first_on_its_way(post: Post) -> None:
    post.automine(False)
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    post.use_policy(policy(post.chain_id, max_priority_fee_per_gas=GWEI))
    sender = post.sender()
    post.clock.advance(61)
    sender.tick()
    sender.tick()
    assert again(outgoing).status == "sent"
    assert [a.refusal for a in OutgoingAttempt.objects.order_by("number")] == ["", "tip_over_cap"]
    post.automine(True)
    post.mine()
    post.settle(sender)
    assert again(outgoing).status == "final"


def test_while_the_chain_is_too_dear_everything_waits_without_a_nonce(post: Post) -> None:
    outgoing = post.queue("a")
    post.rpc.call("anvil_setNextBlockBaseFeePerGas", [hex(300 * GWEI)])
    post.mine()
    sender = post.sender()
    sender.tick()
    assert again(outgoing).status == "queued"
    post.mine(12)
    post.settle(sender)
    assert again(outgoing).status == "final"


# --- reorgs ----------------------------------------------------------------------------------


def test_a_transaction_that_a_reorg_dropped_comes_back_as_the_same_bytes(post: Post) -> None:
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    sender.tick()
    mined = again(outgoing)
    assert mined.status == "mined"
    post.rpc.call("anvil_reorg", [1, []])
    assert post.balance() == 0
    post.automine(True)
    sender.tick()
    assert events_of(outgoing) == ["transaction.mined", "transaction.orphaned"]
    if post.balance() == 0:
        post.mine()
    post.settle(sender)
    row = again(outgoing)
    assert (row.status, row.nonce) == ("final", 0)
    assert bytes(row.mined_hash) == bytes(mined.mined_hash)
    assert OutgoingAttempt.objects.count() == 1
    assert (post.count(), post.balance()) == (1, 1000)
    assert events_of(outgoing) == [
        "transaction.mined",
        "transaction.orphaned",
        "transaction.mined",
        "transaction.final",
    ]


def test_a_reorg_that_nobody_saw_in_between_ends_well(post: Post) -> None:
    """Mined, dropped and forgotten by the node between two rounds."""
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    post.rpc.call("anvil_reorg", [1, []])
    post.mine()
    post.clock.advance(11)
    sender.tick()
    post.mine()
    post.settle(sender)
    assert (again(outgoing).status, post.count(), post.balance()) == ("final", 1, 1000)
    assert OutgoingAttempt.objects.count() == 1


def test_a_shorter_chain_gets_the_same_bytes_again(post: Post) -> None:
    post.mine(5)
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    sender.tick()
    post.rpc.call("anvil_rollback", [1])
    post.clock.advance(11)
    sender.tick()
    post.settle(sender)
    assert (again(outgoing).status, post.count(), post.balance()) == ("final", 1, 1000)
    assert OutgoingAttempt.objects.count() == 1


# --- what can't be sent ----------------------------------------------------------------------


def test_a_call_that_would_revert_fails_with_the_reason_and_takes_no_nonce(post: Post) -> None:
    bad = post.queue("bad", to=REVERTER, purpose="treasury", value=0)
    worse = post.queue("worse", to=REVERTER, purpose="treasury", value=0, gas_limit=100_000)
    good = post.queue("good")
    post.settle(post.sender())
    for outgoing in (bad, worse):
        row = again(outgoing)
        assert (row.status, row.failure_code, row.nonce) == ("failed", "would_revert", None)
        [event] = full_events(outgoing)
        assert event.type == "transaction.failed"
        assert event.body["status"] == "refused"
        assert (event.body["fee_units"], event.body["tx_hash"]) == ("0", None)
        assert event.body["reason"] == "no"
    assert (again(good).status, again(good).nonce) == ("final", 0)


def test_a_call_that_reverts_on_chain_has_failed_once_that_is_final(post: Post) -> None:
    post.automine(False)
    outgoing = post.queue("a", to=b"\x77" * 20, value=5, gas_limit=100_000)
    sender = post.sender()
    sender.tick()
    post.rpc.call("anvil_setCode", ["0x" + "77" * 20, "0x60006000fd"])
    post.automine(True)
    post.mine()
    sender.tick()
    assert (again(outgoing).status, events_of(outgoing)) == ("mined", [])
    post.settle(sender)
    [event] = full_events(outgoing)
    assert event.type == "transaction.failed"
    assert (event.body["status"], event.body["reason_code"]) == ("reverted", "reverted")
    assert int(event.body["fee_units"]) > 0
    assert again(outgoing).status == "failed"


def test_what_the_signer_refuses_fails_and_the_next_takes_its_nonce(post: Post) -> None:
    refused = post.queue("a", to=bytes(20))
    good = post.queue("b")
    post.settle(post.sender())
    row = again(refused)
    assert (row.status, row.nonce) == ("failed", None)
    assert row.failure_code == "policy_refused:destination_not_allowed"
    assert full_events(refused)[0].body["reason_code"] == row.failure_code
    assert (again(good).status, again(good).nonce) == ("final", 0)


def test_what_is_over_the_signers_day_waits_for_the_next_one_oldest_first(post: Post) -> None:
    post.use_policy(
        policy(post.chain_id, limits={f"ETH@{post.chain_id}": Limit(ETHER, ETHER + ETHER // 2)})
    )
    first, second, third = (post.queue(key, value=ETHER) for key in "abc")
    small = post.queue("d", value=ETHER // 2)
    sender = post.sender()
    for _ in range(5):
        post.settle(sender)
        post.clock.advance(61)
    assert again(first).status == again(small).status == "final"
    for waiting in (second, third):
        row = again(waiting)
        assert (row.status, row.nonce) == ("queued", None)
        assert row.last_error.startswith("over_day_limit")
        assert events_of(waiting) == ["transaction.awaiting_limit"]
        assert not OutgoingAttempt.objects.filter(transaction=waiting).exists()
    post.clock.advance(12 * 3600)  # past midnight
    post.settle(sender)
    assert (again(second).status, again(third).status) == ("final", "queued")
    assert events_of(second) == [
        "transaction.awaiting_limit",
        "transaction.limit_freed",
        "transaction.mined",
        "transaction.final",
    ]
    assert (again(second).awaiting_limit_since, again(second).not_before) == (None, None)


def test_what_is_over_the_signers_limit_goes_once_the_policy_is_raised(post: Post) -> None:
    outgoing = post.queue("a", value=2 * ETHER)
    sender = post.sender()
    post.settle(sender)
    assert again(outgoing).status == "queued"
    post.use_policy(
        policy(post.chain_id, limits={f"ETH@{post.chain_id}": Limit(3 * ETHER, 5 * ETHER)})
    )
    sender = post.sender()
    sender.tick()
    assert again(outgoing).status == "queued"  # it is asked for again after a minute
    post.clock.advance(60)
    post.settle(sender)
    assert again(outgoing).status == "final"
    assert post.balance() == 2 * ETHER


def test_many_that_wait_for_the_limit_hold_nobody_up(post: Post) -> None:
    for number in range(40):
        post.queue(f"big{number}", value=2 * ETHER)
    small = post.queue("small")
    sender = post.sender()
    post.settle(sender, rounds=6)
    assert again(small).status == "final"


def test_a_transaction_that_waits_for_the_limit_can_be_cancelled(post: Post) -> None:
    outgoing = post.queue("a", value=2 * ETHER)
    sender = post.sender()
    sender.tick()
    transaction_cancel(transaction_id=outgoing.id, now=post.clock())
    post.clock.advance(61)
    sender.tick()
    assert again(outgoing).status == "cancelled"
    assert events_of(outgoing) == ["transaction.awaiting_limit", "transaction.cancelled"]


def test_without_gas_it_waits_says_so_once_and_goes_on(post: Post) -> None:
    post.fund(10**12)
    outgoing = post.queue("a")
    sender = post.sender()
    for _ in range(3):
        sender.tick()
    assert events_of(outgoing) == ["transaction.awaiting_gas"]
    body = full_events(outgoing)[0].body
    assert (body["asset"], body["available_units"]) == (f"ETH@{post.chain_id}", str(10**12))
    assert int(body["needed_units"]) > 10**12
    post.fund(ETHER)
    post.settle(sender)
    assert events_of(outgoing) == [
        "transaction.awaiting_gas",
        "transaction.mined",
        "transaction.final",
    ]
    assert again(outgoing).awaiting_gas_since is None


def test_one_that_is_too_large_for_the_balance_holds_up_no_other(post: Post) -> None:
    post.fund(ETHER // 2)
    large = post.queue("large", value=ETHER)
    small = post.queue("small")
    post.settle(post.sender())
    assert (again(large).status, again(small).status) == ("queued", "final")


def test_what_is_under_way_is_not_spent_twice(post: Post) -> None:
    """The second is not signed on money that the first may still take."""
    post.automine(False)
    post.fund(ETHER + ETHER // 2)
    first, second = post.queue("a", value=ETHER), post.queue("b", value=ETHER)
    sender = post.sender()
    sender.tick()
    sender.tick()
    assert (again(first).status, again(second).status) == ("sent", "queued")


# --- node and signer in trouble --------------------------------------------------------------


def test_while_the_node_is_down_everything_stays_queued(post: Post) -> None:
    outgoing = post.queue("a")
    post.nodes = ["http://127.0.0.1:9"]
    sender = post.sender()
    for _ in range(3):
        sender.tick()
    row = again(outgoing)
    assert (row.status, OutgoingAttempt.objects.count()) == ("queued", 0)
    post.nodes = ["http://127.0.0.1:9", post.anvil.rpc_url]
    sender = post.sender()
    sender.tick()
    post.settle(sender)
    assert again(outgoing).status == "final"


def test_a_node_of_another_chain_is_not_believed(post: Post) -> None:
    outgoing = post.queue("a")
    with Anvil(chain_id=31339) as other:
        post.nodes = [other.rpc_url]
        sender = post.sender()
        sender.tick()
        sender.tick()
    assert (again(outgoing).status, len(post.signer.signed)) == ("queued", 0)


def test_while_the_signer_is_down_nothing_is_lost(post: Post) -> None:
    outgoing, behind = post.queue("a"), post.queue("b")
    post.signer.is_down = True
    sender = post.sender()
    sender.tick()
    sender.tick()
    assert again(outgoing).status == "queued"
    assert OutgoingAttempt.objects.count() == 1
    post.signer.is_down = False
    post.settle(sender)
    assert (again(outgoing).nonce, again(behind).nonce) == (0, 1)
    assert post.count() == 2


def test_while_the_signer_is_down_what_was_signed_is_still_sent_again(post: Post) -> None:
    """A stuck transaction can't get its higher fees, but its bytes reach a node that lost them."""
    post.automine(False)
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    [first] = OutgoingAttempt.objects.all()
    post.signer.is_down = True
    post.clock.advance(61)
    sender.tick()
    assert OutgoingAttempt.objects.count() == 2
    post.rpc.call("anvil_dropTransaction", ["0x" + bytes(first.tx_hash).hex()])
    post.automine(True)
    sender.tick()
    post.mine()
    sender.tick()
    assert (again(outgoing).status, bytes(again(outgoing).mined_hash)) == (
        "mined",
        bytes(first.tx_hash),
    )


def test_a_chain_set_back_behind_what_was_final_gets_the_same_bytes_again(post: Post) -> None:
    """As a dev chain that lost its last seconds: nothing new is signed until it has caught up."""
    snapshot = post.rpc.call("evm_snapshot")
    first = post.queue("a")
    sender = post.sender()
    post.settle(sender)
    mined_hash = bytes(again(first).mined_hash)
    post.rpc.call("evm_revert", [snapshot])
    post.automine(False)
    assert (post.count(), post.balance()) == (0, 0)
    second = post.queue("b")
    post.clock.advance(11)
    sender.tick()
    assert again(second).status == "queued"
    post.automine(True)
    post.mine()
    assert post.rpc.call("eth_getTransactionReceipt", ["0x" + mined_hash.hex()])
    post.settle(sender)
    assert (again(first).nonce, again(second).nonce) == (0, 1)
    assert (post.count(), post.balance()) == (2, 2000)
    assert len(post.signer.signed) == 2


# --- nonces that others took -----------------------------------------------------------------


def test_nonces_used_behind_our_back_hold_the_account_until_a_person_has_looked(
    post: Post,
) -> None:
    """A restored database looks like this: what it has queued may have been sent already."""
    sender = post.sender()
    first = post.queue("a")
    post.settle(sender)
    post.send_elsewhere(nonce=1)
    second = post.queue("b")
    post.settle(sender)
    assert (again(second).status, again(second).nonce) == ("queued", None)
    assert "nonces_accept" in again(second).last_error
    assert nonces_accept(
        chain_id=post.chain_id, account=OPERATOR.address, of_chain=post.count()
    ) == (1, 2)
    post.settle(sender)
    assert [again(one).nonce for one in (first, second)] == [0, 2]
    assert (again(second).status, again(second).last_error) == ("final", "")


def test_an_account_that_was_used_before_starts_at_the_chains_count(post: Post) -> None:
    post.send_elsewhere(nonce=0)
    post.send_elsewhere(nonce=1)
    outgoing = post.queue("a")
    post.settle(post.sender())
    assert (again(outgoing).nonce, again(outgoing).status) == (2, "final")


def test_one_whose_nonce_was_taken_fails_only_when_that_is_final(post: Post) -> None:
    post.automine(False)
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    [attempt] = OutgoingAttempt.objects.all()
    post.rpc.call("anvil_dropTransaction", ["0x" + bytes(attempt.tx_hash).hex()])
    post.send_elsewhere(nonce=0)
    post.mine()
    sender.tick()
    assert again(outgoing).status == "sent"
    post.mine(FINALITY_BLOCKS)
    sender.tick()
    row = again(outgoing)
    assert (row.status, row.failure_code) == ("failed", "nonce_taken")
    assert events_of(outgoing) == ["transaction.failed"]


# --- cancelling ------------------------------------------------------------------------------


def test_cancelled_in_the_queue_it_is_never_signed(post: Post) -> None:
    outgoing = post.queue("a")
    transaction_cancel(transaction_id=outgoing.id, now=post.clock())
    transaction_cancel(transaction_id=outgoing.id, now=post.clock())
    post.settle(post.sender())
    assert (again(outgoing).status, post.signer.signed) == ("cancelled", [])
    assert events_of(outgoing) == ["transaction.cancelled"]
    assert post.queue("a").status == "cancelled"


def test_cancelled_while_it_was_being_signed_the_bytes_are_thrown_away(post: Post) -> None:
    outgoing = post.queue("a")
    after = post.queue("b")

    def reached(point: str) -> None:
        if point == "signed" and again(outgoing).status == "queued":
            transaction_cancel(transaction_id=outgoing.id, now=post.clock())

    post.settle(post.sender(reached=reached))
    assert (again(outgoing).status, again(outgoing).nonce) == ("cancelled", None)
    assert (again(after).status, again(after).nonce) == ("final", 0)
    assert post.balance() == 1000


def test_cancelled_after_signing_its_nonce_goes_to_nothing(post: Post) -> None:
    post.automine(False)
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    transaction_cancel(transaction_id=outgoing.id, now=post.clock())
    assert again(outgoing).status == "sent"
    sender.tick()
    sender.tick()
    assert [a.kind for a in OutgoingAttempt.objects.order_by("number")] == ["send", "cancel"]
    post.automine(True)
    post.mine()
    post.settle(sender)
    assert again(outgoing).status == "cancelled"
    asked, event = full_events(outgoing)
    assert asked.type == "transaction.cancel_requested"
    assert (event.type, event.body["status"]) == ("transaction.cancelled", "cancelled")
    assert int(event.body["fee_units"]) > 0
    assert (post.count(), post.balance()) == (1, 0)


def test_cancelled_too_late_it_happens(post: Post) -> None:
    post.automine(False)
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    transaction_cancel(transaction_id=outgoing.id, now=post.clock())
    post.automine(True)
    post.mine()
    post.settle(sender)
    assert again(outgoing).status == "final"
    assert (events_of(outgoing)[-1], post.balance(SHOP)) == ("transaction.final", 1000)

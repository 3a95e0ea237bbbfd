"""A queued transaction is sent once, whatever happens on the way; on a real chain."""

import pytest

from gateway.chains.addresses import checksum
from gateway.chains.errors import UnknownChain
from gateway.chains.models import Chain, NonceSequence, OutgoingAttempt, OutgoingTransaction
from gateway.chains.sending import (
    TransactionConflict,
    TransactionInvalid,
    TransactionUnknown,
    transaction_get,
    transactions_for,
)
from gateway.custody.transactions import parse_signed
from gateway.events.errors import LeaseLost
from gateway.events.ids import uuid7
from tests.chains.send_kit import (
    ETHER,
    FINALITY_BLOCKS,
    OPERATOR,
    SHOP,
    Killed,
    Post,
    again,
    events_of,
    full_events,
    kill_at,
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


# --- the queue --------------------------------------------------------------------------------


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


# --- the plain way ----------------------------------------------------------------------------


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


# --- crashes ----------------------------------------------------------------------------------


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

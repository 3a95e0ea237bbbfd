"""What a reorg takes out of the chain comes back as the same bytes."""

from gateway.chains.models import OutgoingAttempt
from tests.chains.send_kit import (
    Post,
    again,
    events_of,
)


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

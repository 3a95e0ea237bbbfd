"""Nodes and signers that are down, and nonces that others took."""

from gateway.chains.models import OutgoingAttempt
from gateway.chains.outgoing_nonces import nonces_accept
from gateway.supervisor.devchain.anvil import Anvil
from tests.chains.send_kit import (
    FINALITY_BLOCKS,
    OPERATOR,
    Post,
    again,
    events_of,
)

# --- node and signer in trouble ---------------------------------------------------------------


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


# --- nonces that others took ------------------------------------------------------------------


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

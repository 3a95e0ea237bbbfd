"""Stuck, it is replaced; cancelled, its nonce goes to nothing; at most one of them is mined."""

from itertools import pairwise

import pytest

from gateway.chains.fees import GWEI
from gateway.chains.models import OutgoingAttempt
from gateway.chains.sending import (
    transaction_cancel,
)
from tests.chains.send_kit import (
    SHOP,
    Killed,
    Post,
    again,
    events_of,
    full_events,
    kill_at,
    policy,
)

# --- fees -------------------------------------------------------------------------------------


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


# --- cancelling -------------------------------------------------------------------------------


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

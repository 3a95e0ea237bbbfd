"""What can't be sent says why, and holds nothing else up."""

from gateway.chains.models import OutgoingAttempt
from gateway.chains.sending import (
    transaction_cancel,
)
from gateway.custody.policy_terms import Limit
from tests.chains.send_kit import (
    ETHER,
    REVERTER,
    Post,
    again,
    events_of,
    full_events,
    policy,
)


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

"""A nonce is used and our receipt is missing: nobody is paid twice, whatever the nodes dropped."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gateway.chains.models import OutgoingAttempt, OutgoingTransaction
from gateway.events.models import Event
from tests.chains.pruned_node import PrunedNode
from tests.chains.scrape import scraped
from tests.chains.send_kit import (
    FINALITY_BLOCKS,
    SHOP,
    Killed,
    Post,
    again,
    events_of,
    full_events,
    kill_at,
)


@pytest.fixture
def pruned(post: Post) -> Iterator[PrunedNode]:
    node = PrunedNode(post.anvil.rpc_url)
    post.nodes = [node.url]
    yield node
    node.close()


@pytest.fixture
def second(post: Post, pruned: PrunedNode) -> Iterator[PrunedNode]:
    """Another configured node of the same chain."""
    node = PrunedNode(post.anvil.rpc_url)
    post.nodes = [pruned.url, node.url]
    yield node
    node.close()


def sent(post: Post) -> OutgoingTransaction:
    """A payout that is mined and final on the chain, which our rows don't know yet."""
    post.mine(5)
    outgoing = post.queue("a")
    post.sender().tick()
    post.mine(20)
    assert (again(outgoing).status, post.balance()) == ("sent", 1000)
    return outgoing


def taken(post: Post, **changes: Any) -> tuple[OutgoingTransaction, str]:
    """A payout whose nonce another wallet with our key has used, finally; that one's hash."""
    post.mine(5)
    post.automine(False)
    outgoing = post.queue("a")
    post.sender().tick()
    [attempt] = OutgoingAttempt.objects.all()
    post.rpc.call("anvil_dropTransaction", ["0x" + bytes(attempt.tx_hash or b"").hex()])
    other = post.send_elsewhere(nonce=0, **changes)
    post.mine(20)
    post.automine(True)
    return outgoing, other


def is_held(outgoing: OutgoingTransaction, *, because: str) -> None:
    row = again(outgoing)
    assert (row.status, row.failure_code) in {("sent", ""), ("mined", "")}
    assert row.doubted_since is not None
    assert because in row.last_error
    assert "transactions settle" in row.last_error
    assert events_of(outgoing)[-1] == "transaction.doubted"
    assert "transaction.failed" not in events_of(outgoing)


# --- what is proved ---------------------------------------------------------------------------


def test_a_payout_whose_receipt_the_node_dropped_never_fails_as_if_a_stranger_took_its_nonce(
    post: Post, pruned: PrunedNode
) -> None:
    """It was paid; to give the shop its money back would pay it twice."""
    outgoing = sent(post)
    pruned.has_receipts = False
    sender = post.sender()
    for _ in range(3):
        sender.tick()
        post.clock.advance(301)
    is_held(outgoing, because="no node shows its receipt")
    assert events_of(outgoing) == ["transaction.doubted"]
    assert len(post.signer.signed) == 1

    pruned.has_receipts = True
    sender.tick()
    row = again(outgoing)
    assert (row.status, row.doubted_since, row.last_error) == ("final", None, "")
    assert events_of(outgoing) == ["transaction.doubted", "transaction.mined", "transaction.final"]
    assert (post.count(), post.balance()) == (1, 1000)


def test_a_receipt_that_another_node_of_the_chain_has_settles_it(
    post: Post, pruned: PrunedNode, second: PrunedNode
) -> None:
    outgoing = sent(post)
    pruned.has_receipts = False
    post.sender().tick()
    assert again(outgoing).status == "final"
    assert events_of(outgoing) == ["transaction.mined", "transaction.final"]


def test_a_nonce_that_a_stranger_took_fails_with_its_hash_as_the_proof(
    post: Post, pruned: PrunedNode
) -> None:
    outgoing, other = taken(post)
    post.sender().tick()
    row = again(outgoing)
    assert (row.status, row.failure_code) == ("failed", "nonce_taken")
    assert other in row.failure_reason
    assert events_of(outgoing) == ["transaction.failed"]


def test_a_stranger_is_believed_only_when_the_second_node_was_asked_too(
    post: Post, pruned: PrunedNode, second: PrunedNode
) -> None:
    outgoing, _ = taken(post)
    post.nodes = [pruned.url, "http://127.0.0.1:9"]
    post.sender().tick()
    is_held(outgoing, because="has to be asked")
    post.nodes = [pruned.url, second.url]
    post.clock.advance(301)
    post.sender().tick()
    assert again(outgoing).failure_code == "nonce_taken"


def test_bytes_of_ours_that_a_restored_database_forgot_are_known_by_their_signature(
    post: Post, pruned: PrunedNode
) -> None:
    """The mined replacement was signed after the backup; it paid the shop all the same."""
    post.automine(False)
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    post.clock.advance(61)
    sender.tick()
    replacement = OutgoingAttempt.objects.get(number=2)
    post.mine(20)
    forgotten = bytes(replacement.tx_hash or b"")
    replacement.delete()
    assert post.balance() == 1000
    sender = post.sender()
    sender.tick()
    assert bytes(OutgoingAttempt.objects.get(number=2).tx_hash or b"") == forgotten
    sender.tick()
    row = again(outgoing)
    assert (row.status, bytes(row.mined_hash or b"")) == ("final", forgotten)
    assert (post.count(), post.balance()) == (1, 1000)


# --- what is not proved -----------------------------------------------------------------------


def test_a_node_without_old_state_proves_nothing(post: Post, pruned: PrunedNode) -> None:
    outgoing, _ = taken(post)
    pruned.state_from = 10**6
    post.sender().tick()
    is_held(outgoing, because="missing trie node")


def test_a_node_whose_state_ends_in_the_middle_of_the_search_proves_nothing(
    post: Post, pruned: PrunedNode
) -> None:
    outgoing, _ = taken(post)
    pruned.state_from = 18
    post.sender().tick()
    is_held(outgoing, because="missing trie node")


def test_a_block_that_does_not_show_the_transaction_proves_nothing(
    post: Post, pruned: PrunedNode
) -> None:
    outgoing, other = taken(post)
    pruned.hides = {other}
    post.sender().tick()
    is_held(outgoing, because="shows no such transaction")


def test_nodes_that_contradict_each_other_prove_nothing(
    post: Post, pruned: PrunedNode, second: PrunedNode
) -> None:
    outgoing, _ = taken(post)
    honest = second.tamper
    second.tamper = lambda method, params, result: (
        "0x0" if method == "eth_getTransactionCount" else honest(method, params, result)
    )
    post.sender().tick()
    is_held(outgoing, because="contradict")


def test_what_is_held_is_asked_for_at_a_slow_pace_and_keeps_nothing_else_waiting(
    post: Post, pruned: PrunedNode
) -> None:
    outgoing, _ = taken(post)
    pruned.state_from = 10**6
    behind = post.queue("b")
    sender = post.sender()
    sender.tick()
    asked = pruned.asked.count("eth_getTransactionCount")
    for _ in range(5):
        sender.tick()
    # One question a round is the head's own.
    assert pruned.asked.count("eth_getTransactionCount") == asked + 5
    is_held(outgoing, because="missing trie node")
    post.settle(sender)
    assert (again(behind).status, again(behind).nonce) == ("final", 1)
    pruned.state_from = 0
    sender.tick()
    assert again(outgoing).status == "sent"
    post.clock.advance(301)
    sender.tick()
    assert again(outgoing).failure_code == "nonce_taken"


def test_a_receipt_that_is_refused_does_not_keep_the_others_from_being_seen(
    post: Post, pruned: PrunedNode
) -> None:
    outgoing = sent(post)
    pruned.refuses = {"eth_getTransactionReceipt"}
    sender = post.sender()
    sender.tick()
    is_held(outgoing, because="no node shows its receipt")
    pruned.refuses = set()
    post.clock.advance(301)
    sender.tick()
    assert again(outgoing).status == "final"


def test_one_seen_mined_whose_receipt_is_gone_before_it_is_final_waits_and_says_so(
    post: Post, pruned: PrunedNode, second: PrunedNode
) -> None:
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    sender.tick()
    assert again(outgoing).status == "mined"
    pruned.has_receipts = second.has_receipts = False
    post.mine(FINALITY_BLOCKS + 1)
    sender.tick()
    is_held(outgoing, because="no node shows it now")
    assert again(outgoing).status == "mined"
    second.has_receipts = True
    sender.tick()
    assert again(outgoing).status == "mined"
    post.clock.advance(301)
    sender.tick()
    assert again(outgoing).status == "final"
    assert events_of(outgoing) == ["transaction.mined", "transaction.doubted", "transaction.final"]


# --- killed anywhere --------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["judged", "receipt_seen", "final_seen"])
def test_killed_while_another_node_tells_it_ends_once(
    post: Post, pruned: PrunedNode, second: PrunedNode, point: str
) -> None:
    outgoing = sent(post)
    pruned.has_receipts = False
    for _ in range(2):
        with pytest.raises(Killed):
            post.sender(reached=kill_at(point)).tick()
    post.clock.advance(301)
    post.settle(post.sender())
    assert again(outgoing).status == "final"
    assert events_of(outgoing) == ["transaction.mined", "transaction.final"]


@pytest.mark.parametrize("point", ["judged", "doubted"])
def test_killed_while_it_is_held_it_is_held_once(
    post: Post, pruned: PrunedNode, point: str
) -> None:
    outgoing = sent(post)
    pruned.has_receipts = False
    for _ in range(2):
        with pytest.raises(Killed):
            post.sender(reached=kill_at(point)).tick()
        post.clock.advance(301)
    post.settle(post.sender())
    is_held(outgoing, because="no node shows its receipt")
    assert events_of(outgoing) == ["transaction.doubted"]


def test_killed_before_a_stranger_is_written_down_it_fails_once(
    post: Post, pruned: PrunedNode
) -> None:
    outgoing, _ = taken(post)
    with pytest.raises(Killed):
        post.sender(reached=kill_at("judged")).tick()
    assert again(outgoing).status == "sent"
    post.settle(post.sender())
    assert events_of(outgoing) == ["transaction.failed"]


# --- a person ---------------------------------------------------------------------------------


@pytest.fixture
def desk(post: Post, settings: Any, chain_entry: dict[str, Any]) -> Post:
    """The command reads the chain's nodes from the settings."""
    post.clock.now = datetime.now(UTC)
    entry = {**chain_entry, "chain_id": post.chain_id, "rpc_urls": post.nodes}
    settings.CHAINS = json.dumps([entry])
    return post


def settle(outgoing: OutgoingTransaction, *more: str) -> str:
    out = io.StringIO()
    said = ["--by", "Ada", "--reason", "looked at an explorer", "--yes"]
    call_command("transactions", "settle", str(outgoing.id), *more, *said, stdout=out)
    return out.getvalue()


def test_a_person_settles_it_as_taken_by_a_transaction_that_a_node_shows(
    pruned: PrunedNode, desk: Post
) -> None:
    outgoing, other = taken(desk)
    with pytest.raises(CommandError, match="transaction_not_in_doubt"):
        settle(outgoing, "--taken-by", other)
    pruned.state_from, pruned.has_receipts = 10**6, False
    desk.sender().tick()
    is_held(outgoing, because="missing trie node")
    assert scraped().value("tillway_transactions_in_doubt", chain=str(desk.chain_id)) == 1
    with pytest.raises(CommandError, match="No node shows"):
        settle(outgoing, "--taken-by", other)
    with pytest.raises(CommandError, match="No node shows"):
        settle(outgoing, "--taken-by", "0x" + "77" * 32, "--node", desk.anvil.rpc_url)
    told = settle(outgoing, "--taken-by", other, "--node", desk.anvil.rpc_url)
    assert "Settled: failed, nonce_taken." in told
    assert events_of(outgoing) == [
        "transaction.doubted",
        "transaction.settled",
        "transaction.failed",
    ]
    trail = full_events(outgoing)[1].body
    assert (trail["decision"], trail["shown_by"]) == ("nonce_taken", other)
    assert (trail["settled_by"], trail["settled_because"]) == ("Ada", "looked at an explorer")
    assert "missing trie node" in trail["doubt"]
    with pytest.raises(CommandError, match="transaction_not_in_doubt"):
        settle(outgoing, "--taken-by", other, "--node", desk.anvil.rpc_url)
    assert scraped().value("tillway_transactions_in_doubt", chain=str(desk.chain_id)) == 0


def test_a_person_settles_it_as_mined_by_a_receipt_that_another_node_shows(
    pruned: PrunedNode, desk: Post
) -> None:
    outgoing = sent(desk)
    pruned.has_receipts = False
    desk.sender().tick()
    with pytest.raises(CommandError, match="No node has a receipt"):
        settle(outgoing, "--mined")
    assert "Settled: final, succeeded." in settle(outgoing, "--mined", "--node", desk.anvil.rpc_url)
    assert events_of(outgoing) == [
        "transaction.doubted",
        "transaction.settled",
        "transaction.final",
    ]
    [final] = Event.objects.filter(type="transaction.final")
    assert final.body["tx_hash"] == "0x" + bytes(again(outgoing).mined_hash or b"").hex()


def test_a_person_cannot_settle_as_taken_what_was_paid(pruned: PrunedNode, desk: Post) -> None:
    outgoing = sent(desk)
    [attempt] = OutgoingAttempt.objects.all()
    ours = "0x" + bytes(attempt.tx_hash or b"").hex()
    pruned.has_receipts = False
    desk.sender().tick()
    with pytest.raises(CommandError, match="one of the transaction's own"):
        settle(outgoing, "--taken-by", ours)
    with pytest.raises(CommandError, match="See --mined"):
        settle(outgoing, "--taken-by", "0x" + "77" * 32, "--node", desk.anvil.rpc_url)
    is_held(outgoing, because="no node shows its receipt")


def test_a_person_cannot_settle_as_taken_what_someone_paid_by_hand(
    pruned: PrunedNode, desk: Post
) -> None:
    outgoing, other = taken(desk, value=1000, legacy=True)
    desk.sender().tick()
    is_held(outgoing, because="did what ours does")
    with pytest.raises(CommandError, match="would pay twice"):
        settle(outgoing, "--taken-by", other)
    assert desk.balance(SHOP) == 1000


def test_nothing_is_settled_without_a_confirmation_or_before_it_is_final(
    pruned: PrunedNode, desk: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    outgoing = sent(desk)
    pruned.has_receipts = False
    desk.sender().tick()
    desk.chain.finality_blocks = 10_000
    desk.chain.save()
    with pytest.raises(CommandError, match="is not final"):
        settle(outgoing, "--mined", "--node", desk.anvil.rpc_url)
    desk.chain.finality_blocks = FINALITY_BLOCKS
    desk.chain.save()
    monkeypatch.setattr("builtins.input", lambda prompt: "yes")
    arguments = ["settle", str(outgoing.id), "--mined", "--node", desk.anvil.rpc_url]
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("transactions", *arguments, "--by", "Ada", "--reason", "x")
    is_held(outgoing, because="no node shows its receipt")

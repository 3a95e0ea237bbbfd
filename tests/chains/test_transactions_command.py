"""An operator sees what does not move and takes it back."""

import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from gateway.chains.sending import transaction_get
from tests.chains.send_kit import ETHER, Post, events_of


@pytest.fixture
def post(post: Post) -> Post:
    post.clock.now = datetime.now(UTC)
    return post


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("transactions", *arguments, stdout=out)
    return out.getvalue()


def test_what_waits_is_listed_with_its_reason(post: Post) -> None:
    outgoing = post.queue("a", value=2 * ETHER)
    assert "Nothing waits" in run("list")
    post.sender().tick()
    told = run("list", "--older-than", "0", "--chain", str(post.chain_id))
    assert str(outgoing.id) in told
    assert "over_transaction_limit" in told
    assert "Nothing waits" in run("list", "--older-than", "0", "--chain", "1")


def test_a_queued_one_is_cancelled_at_once(post: Post) -> None:
    outgoing = post.queue("a")
    assert "Cancelled" in run("cancel", str(outgoing.id), "--yes")
    assert events_of(outgoing) == ["transaction.cancelled"]


def test_a_signed_ones_nonce_is_replaced(post: Post) -> None:
    post.automine(False)
    outgoing = post.queue("a")
    sender = post.sender()
    sender.tick()
    assert "replaces nonce" in run("cancel", str(outgoing.id), "--yes")
    run("cancel", str(outgoing.id), "--yes")
    assert events_of(outgoing) == ["transaction.cancel_requested"]
    sender.tick()
    post.mine()
    post.settle(sender)
    assert transaction_get(outgoing.id).status == "cancelled"
    assert events_of(outgoing)[-1] == "transaction.cancelled"
    with pytest.raises(CommandError, match="too late"):
        post_late = transaction_get(outgoing.id)
        post_late.status = "final"
        post_late.save(update_fields=["status"])
        run("cancel", str(outgoing.id), "--yes")


def test_nothing_is_cancelled_without_a_confirmation(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    outgoing = post.queue("a")
    monkeypatch.setattr("builtins.input", lambda prompt: "y")
    with pytest.raises(CommandError, match="Nothing was changed"):
        run("cancel", str(outgoing.id))
    assert transaction_get(outgoing.id).status == "queued"
    monkeypatch.setattr("builtins.input", lambda prompt: str(outgoing.id))
    run("cancel", str(outgoing.id))
    assert transaction_get(outgoing.id).status == "cancelled"


def test_an_unknown_one_is_an_error_that_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="no such transaction"):
        run("cancel", "01a20ec0-4b4e-75ce-b5a4-f3a10b307092", "--yes")

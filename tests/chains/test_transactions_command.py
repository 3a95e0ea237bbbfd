"""An operator sees what does not move and takes it back."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from gateway.chains.sending import transaction_get
from gateway.supervisor.devchain.anvil import Anvil
from gateway.supervisor.metrics import metrics
from tests.chains.send_kit import ETHER, Post, events_of


@pytest.fixture(scope="module")
def node() -> Iterator[Anvil]:
    with Anvil(chain_id=31339) as anvil:
        yield anvil


@pytest.fixture
def post(db: None, node: Anvil, tmp_path: Path) -> Iterator[Post]:
    post = Post(anvil=node, folder=tmp_path)
    post.clock.now = datetime.now(UTC)
    yield post
    post.automine(True)
    post.close()


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


def test_prometheus_sees_what_waits_and_what_the_signer_refused(post: Post) -> None:
    post.queue("a", value=2 * ETHER)
    post.queue("b")
    sender = post.sender()
    sender.tick()
    text = metrics(RequestFactory().get("/metrics")).content.decode()
    chain = f'chain="{post.chain_id}"'
    assert f"tillway_transactions_awaiting_limit{{{chain}}} 1.0" in text
    assert f'refusals_total{{{chain},reason="over_transaction_limit"}}' in text
    assert f'broadcast_total{{{chain},kind="send"}}' in text


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

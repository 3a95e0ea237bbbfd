"""An operator's Prometheus sees what waits to be sent, why, and what it costs."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.chains.addresses import checksum
from tests.chains.scrape import grown, scraped
from tests.chains.send_kit import ETHER, FINALITY_BLOCKS, OPERATOR, REVERTER, Post

ACCOUNT = {"account": checksum(OPERATOR.address)}


@pytest.fixture
def post(post: Post) -> Post:
    post.clock.now = datetime.now(UTC)
    return post


@pytest.fixture
def chain(post: Post) -> dict[str, str]:
    return {"chain": str(post.chain_id)}


def test_the_queue_is_told_by_state_with_its_oldest(post: Post, chain: dict[str, str]) -> None:
    for state in ("queued", "signed", "sent", "mined"):
        assert scraped().value("tillway_transactions_waiting", **chain, state=state) == 0
    post.queue("a", now=post.clock() - timedelta(seconds=100))
    post.queue("b")
    told = scraped()
    assert told.value("tillway_transactions_waiting", **chain, state="queued") == 2
    assert 100 <= told.value("tillway_transactions_unsent_oldest_seconds", **chain) < 200

    post.automine(False)
    sender = post.sender()
    sender.tick()
    told = scraped()
    assert told.value("tillway_transactions_waiting", **chain, state="queued") == 0
    assert told.value("tillway_transactions_waiting", **chain, state="sent") == 2
    assert told.value("tillway_transactions_unsent_oldest_seconds", **chain) == 0
    assert told.value("tillway_transactions_waiting_oldest_seconds", **chain) >= 100

    post.automine(True)
    post.mine()
    sender.tick()
    told = scraped()
    assert told.value("tillway_transactions_waiting", **chain, state="mined") == 2
    assert told.value("tillway_transactions_waiting_oldest_seconds", **chain) == 0


def test_the_gap_of_nonces_is_what_is_under_way(post: Post, chain: dict[str, str]) -> None:
    post.automine(False)
    post.queue("a")
    sender = post.sender()
    sender.tick()
    assert scraped().value("tillway_nonce_gap", **chain, **ACCOUNT) == 0
    sender.tick()
    assert scraped().value("tillway_nonce_gap", **chain, **ACCOUNT) == 1
    post.automine(True)
    post.mine()
    post.settle(sender)
    assert scraped().value("tillway_nonce_gap", **chain, **ACCOUNT) == 0
    post.send_elsewhere(nonce=1)
    post.queue("b")
    sender.tick()
    assert scraped().value("tillway_nonce_gap", **chain, **ACCOUNT) == -1


def test_replacements_and_what_they_offer_are_told(post: Post, chain: dict[str, str]) -> None:
    post.automine(False)
    post.queue("a")
    sender = post.sender()
    before = scraped()
    sender.tick()
    first = scraped()
    post.clock.advance(61)
    sender.tick()
    after = scraped()
    broadcast = "tillway_transactions_broadcast_total"
    assert grown(broadcast, before, first, **chain, kind="send") == 1
    assert grown(broadcast, first, after, **chain, kind="replace") == 1
    offer = "tillway_transaction_last_max_fee_per_gas_wei"
    assert after.value(offer, **chain) > first.value(offer, **chain) > 0


def test_ends_are_told_by_outcome_and_the_last_one_by_its_fee(
    post: Post, chain: dict[str, str]
) -> None:
    good = post.queue("good")
    post.queue("bad", to=REVERTER, purpose="treasury", value=0)
    post.queue("refused", to=bytes(20))
    before = scraped()
    post.settle(post.sender())
    after = scraped()
    for outcome in ("succeeded", "would_revert", "policy_refused"):
        ended = {**chain, "outcome": outcome}
        assert grown("tillway_transactions_ended_total", before, after, **ended) == 1
    good.refresh_from_db()
    assert after.value("tillway_transaction_last_fee_wei", **chain) == good.fee_units


def test_a_call_that_reverts_on_chain_is_told(post: Post, chain: dict[str, str]) -> None:
    post.automine(False)
    post.queue("a", to=b"\x77" * 20, value=5, gas_limit=100_000)
    sender = post.sender()
    sender.tick()
    post.rpc.call("anvil_setCode", ["0x" + "77" * 20, "0x60006000fd"])
    post.automine(True)
    post.mine(1 + FINALITY_BLOCKS)
    before = scraped()
    sender.tick()
    reverted = {**chain, "outcome": "reverted"}
    assert grown("tillway_transactions_ended_total", before, scraped(), **reverted) == 1


def test_a_node_that_is_down_is_told(post: Post, chain: dict[str, str]) -> None:
    post.queue("a")
    post.nodes = ["http://127.0.0.1:9", post.anvil.rpc_url]
    before = scraped()
    post.sender().tick()
    down = {**chain, "node": "0", "reason": "node_down"}
    assert grown("tillway_node_faults_total", before, scraped(), **down) == 1


def test_a_signer_that_refuses_or_is_down_is_told(post: Post, chain: dict[str, str]) -> None:
    post.queue("a", value=2 * ETHER)
    before = scraped()
    post.sender().tick()
    after = scraped()
    assert after.value("tillway_transactions_awaiting_limit", **chain) == 1
    refusals = {**chain, "reason": "over_transaction_limit"}
    assert grown("tillway_signer_refusals_total", before, after, **refusals) == 1

    post.queue("b")
    post.signer.is_down = True
    post.sender().tick()
    assert grown("tillway_signer_unreachable_total", after, scraped(), **chain) == 1


def test_an_account_without_gas_is_told(post: Post, chain: dict[str, str]) -> None:
    post.fund(10**12)
    post.queue("a")
    post.sender().tick()
    assert scraped().value("tillway_transactions_awaiting_gas", **chain) == 1

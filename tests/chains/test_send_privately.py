"""Trades go to a private relay; what it does not get mined is public in time, or never."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_hash.auto import keccak

from gateway.chains.addresses import checksum
from gateway.chains.configuration import ChainSettings
from gateway.chains.errors import BadChainSettings
from gateway.chains.models import OutgoingAttempt
from gateway.chains.outgoing.relay import Relay, check_relay, relay_of
from gateway.chains.outgoing.relay_signature import RelayKey
from gateway.chains.sending import transaction_cancel
from tests.chains.private_relay import PrivateRelay
from tests.chains.scrape import grown, scraped
from tests.chains.send_kit import OPERATOR, Killed, Post, again, events_of, kill_at, policy

ROUTER = b"\x70" * 20
PUBLIC_AFTER_BLOCKS = 3


@pytest.fixture
def relay(post: Post) -> Iterator[PrivateRelay]:
    """The chain mines nothing by itself: what is public lies in the pool for all to see."""
    post.automine(False)
    post.use_policy(policy(post.chain_id, destinations=frozenset({ROUTER})))
    relay = PrivateRelay(post.anvil.rpc_url)
    use(post, relay)
    yield relay
    relay.close()


def use(
    post: Post,
    relay: PrivateRelay,
    *,
    blocks: int | None = PUBLIC_AFTER_BLOCKS,
    method: str = "eth_sendRawTransaction",
    key: RelayKey | None = None,
) -> None:
    # The test's policy lets the account send treasury transfers; they stand for its trades.
    post.relay = Relay(
        url=relay.url, method=method, blocks={"treasury": blocks}, allow_loopback=True, key=key
    )


def trade(post: Post, key: str = "trade") -> Any:
    return post.queue(key, purpose="treasury", to=ROUTER)


def in_public(post: Post) -> int:
    """Transactions of ours that anybody can see waiting."""
    pool = post.rpc.call("txpool_content")
    return sum(
        len(waiting)
        for part in ("pending", "queued")
        for account, waiting in pool[part].items()
        if bytes.fromhex(account[2:]) == OPERATOR.address
    )


def attempts() -> list[OutgoingAttempt]:
    return list(OutgoingAttempt.objects.order_by("number"))


# --- the plain way ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["eth_sendRawTransaction", "eth_sendPrivateTransaction"])
def test_a_trade_is_mined_without_ever_being_seen_in_public(
    post: Post, relay: PrivateRelay, method: str
) -> None:
    use(post, relay, method=method)
    outgoing = trade(post)
    sender = post.sender()
    sender.tick()
    assert (again(outgoing).status, in_public(post)) == ("sent", 0)
    [attempt] = attempts()
    assert relay.given == [(method, "0x" + bytes(attempt.raw or b"").hex())]
    assert attempt.relayed_at is not None
    assert attempt.published_at is None
    relay.build()
    post.settle(sender)
    assert (again(outgoing).status, post.balance(ROUTER)) == ("final", 1000)
    assert attempts()[0].published_at is None


def test_what_is_no_trade_stays_public(post: Post, relay: PrivateRelay) -> None:
    outgoing = post.queue("payout")
    sender = post.sender()
    sender.tick()
    assert (relay.given, in_public(post)) == ([], 1)
    [attempt] = attempts()
    assert attempt.relayed_at is None
    assert attempt.published_at is not None
    post.settle(sender)
    assert again(outgoing).status == "final"


def test_trades_and_others_keep_their_order(post: Post, relay: PrivateRelay) -> None:
    first, then = trade(post), post.queue("payout")
    sender = post.sender()
    sender.tick()
    post.mine()
    sender.tick()
    assert [again(one).status for one in (first, then)] == ["sent", "sent"]
    relay.build()
    post.mine()
    post.settle(sender)
    assert [again(one).nonce for one in (first, then)] == [0, 1]
    assert {again(one).status for one in (first, then)} == {"final"}


# --- relays in trouble ------------------------------------------------------------------------


def trouble(relay: PrivateRelay, kind: str) -> None:
    match kind:
        case "swallows":
            relay.swallows = True
        case "refuses":
            relay.says = {"error": {"code": -32000, "message": "no builder today"}}
        case "breaks":
            relay.says = 503
        case "lies":
            relay.says = {"result": "0x" + "11" * 32}
        case "babbles":
            relay.says = {"result": None}
        case "is down":
            relay.close()


TROUBLES = ["swallows", "refuses", "breaks", "lies", "babbles", "is down"]


@pytest.mark.parametrize("kind", TROUBLES)
def test_what_the_relay_does_not_get_mined_is_public_after_the_stated_blocks(
    post: Post, relay: PrivateRelay, kind: str
) -> None:
    trouble(relay, kind)
    outgoing, other = trade(post), post.queue("payout")
    sender = post.sender()
    before = scraped()
    sender.tick()
    for _ in range(PUBLIC_AFTER_BLOCKS - 1):
        post.mine()
        post.clock.advance(11)
        sender.tick()
        assert in_public(post) == 1  # the payout behind it
    post.mine()
    post.clock.advance(11)
    sender.tick()
    assert in_public(post) == 2
    [attempt] = [one for one in attempts() if one.transaction_id == outgoing.id]
    assert attempt.relayed_at is not None
    assert attempt.published_at is not None
    chain = {"chain": str(post.chain_id)}
    assert grown("tillway_relay_given_up_total", before, scraped(), **chain) == 1
    post.mine()
    post.settle(sender)
    assert {again(one).status for one in (outgoing, other)} == {"final"}
    assert len(post.signer.signed) == 2


@pytest.mark.parametrize("kind", TROUBLES)
def test_what_is_never_to_be_public_waits_and_can_be_cancelled(
    post: Post, relay: PrivateRelay, kind: str
) -> None:
    use(post, relay, blocks=None)
    trouble(relay, kind)
    outgoing = trade(post)
    sender = post.sender()
    for _ in range(8):
        sender.tick()
        post.clock.advance(31)
    assert in_public(post) == 0
    assert all(one.published_at is None for one in attempts())
    if kind != "swallows":
        assert "relay" in attempts()[-1].last_error
    transaction_cancel(transaction_id=outgoing.id, now=post.clock())
    sender.tick()
    assert in_public(post) == 1
    assert attempts()[-1].kind == "cancel"
    assert attempts()[-1].published_at is not None
    post.settle(sender)
    assert again(outgoing).status == "cancelled"
    assert (post.count(), post.balance(ROUTER)) == (1, 0)


def test_a_chain_that_stands_still_shows_nothing(post: Post, relay: PrivateRelay) -> None:
    """No block, no chance for the relay: an hour without one is none that it missed."""
    relay.swallows = True
    post.options = replace(post.options, stuck_seconds=100_000)
    trade(post)
    sender = post.sender()
    for _ in range(4):
        sender.tick()
        post.clock.advance(3_600)
    sender.tick()
    assert (len(relay.given), in_public(post)) == (5, 0)
    assert attempts()[0].published_at is None


def test_blocks_that_come_at_once_count_at_once(post: Post, relay: PrivateRelay) -> None:
    """A sender that was away for three blocks does not wait for the next three."""
    relay.swallows = True
    trade(post)
    post.sender().tick()
    post.mine(PUBLIC_AFTER_BLOCKS)
    post.clock.advance(11)
    post.sender().tick()
    assert in_public(post) == 1


def test_a_relay_that_comes_back_gets_the_same_bytes(post: Post, relay: PrivateRelay) -> None:
    relay.says = 503
    outgoing = trade(post)
    sender = post.sender()
    sender.tick()
    assert again(outgoing).status == "signed"
    relay.says = None
    post.clock.advance(11)
    sender.tick()
    assert again(outgoing).status == "sent"
    assert len({raw for _, raw in relay.given}) == 1
    relay.build()
    post.settle(sender)
    assert (again(outgoing).status, post.balance(ROUTER)) == ("final", 1000)
    assert attempts()[0].published_at is None


def test_a_relay_that_does_not_answer_keeps_nothing_else_waiting(
    post: Post, relay: PrivateRelay
) -> None:
    """Each question to it may take seconds: it is asked once, then left alone for a while."""
    relay.says = 503
    trades = [trade(post, f"trade {number}") for number in range(4)]
    payout = post.queue("payout")
    sender = post.sender()
    sender.tick()
    assert len(relay.given) == 1
    assert (again(payout).status, in_public(post)) == ("sent", 1)
    unasked = [one for one in attempts() if one.relayed_at is None and one.published_at is None]
    assert len(unasked) == 3
    relay.says = None
    sender.tick()
    assert len(relay.given) == 1
    post.clock.advance(11)
    sender.tick()
    assert {again(one).status for one in trades} == {"sent"}
    relay.build()
    post.mine()
    post.settle(sender)
    assert {again(one).status for one in (*trades, payout)} == {"final"}
    assert post.balance(ROUTER) == 4000


def test_a_dearer_attempt_goes_the_same_way(post: Post, relay: PrivateRelay) -> None:
    use(post, relay, blocks=None)
    outgoing = trade(post)
    sender = post.sender()
    sender.tick()
    post.clock.advance(61)
    sender.tick()
    assert [one.kind for one in attempts()] == ["send", "replace"]
    assert in_public(post) == 0
    relay.build()
    post.settle(sender)
    assert again(outgoing).status == "final"
    assert (post.count(), post.balance(ROUTER)) == (1, 1000)


def test_what_a_reorg_took_back_goes_to_the_relay_again(post: Post, relay: PrivateRelay) -> None:
    use(post, relay, blocks=None)
    outgoing = trade(post)
    sender = post.sender()
    sender.tick()
    relay.build()
    sender.tick()
    assert again(outgoing).status == "mined"
    post.rpc.call("anvil_reorg", [1, []])
    post.rpc.call("anvil_dropAllTransactions")
    sender.tick()
    assert events_of(outgoing) == ["transaction.mined", "transaction.orphaned"]
    assert in_public(post) == 0
    relay.build()
    post.settle(sender)
    assert (again(outgoing).status, post.balance(ROUTER)) == ("final", 1000)
    assert len(attempts()) == 1


def test_what_a_reorg_took_back_late_has_its_blocks_anew(post: Post, relay: PrivateRelay) -> None:
    """It was mined in time, so that it comes back is no fault of the relay's."""
    outgoing = trade(post)
    sender = post.sender()
    sender.tick()
    post.mine(PUBLIC_AFTER_BLOCKS - 1)
    relay.build()
    sender.tick()
    assert again(outgoing).status == "mined"
    post.rpc.call("anvil_reorg", [1, []])
    post.rpc.call("anvil_dropAllTransactions")
    post.mine()
    sender.tick()
    assert events_of(outgoing) == ["transaction.mined", "transaction.orphaned"]
    post.clock.advance(11)
    sender.tick()
    assert in_public(post) == 0
    assert again(outgoing).private_since_block == post.height()
    relay.build()
    post.settle(sender)
    assert (again(outgoing).status, post.balance(ROUTER)) == ("final", 1000)
    assert attempts()[0].published_at is None


# --- who asks ---------------------------------------------------------------------------------


KEY_TEXT = "0x" + "5e" * 32


def test_a_request_is_signed_where_the_relay_wants_to_know_who_asks(
    post: Post, relay: PrivateRelay
) -> None:
    """Recovered by eth-account, as the relay recovers it: over the very body that came."""
    use(post, relay, method="eth_sendPrivateTransaction", key=RelayKey.of_text(KEY_TEXT))
    trade(post)
    sender = post.sender()
    sender.tick()
    [(body, signature)] = relay.asked
    address, _, told = signature.partition(":")
    message = encode_defunct(text="0x" + keccak(body).hex())
    assert Account.recover_message(message, signature=told) == address
    assert address == Account.from_key(KEY_TEXT).address
    [asked] = json.loads(body)["params"]
    assert int(asked["maxBlockNumber"], 16) == PUBLIC_AFTER_BLOCKS + post.height()
    relay.build()
    post.settle(sender)
    assert attempts()[0].published_at is None


def test_nothing_is_signed_or_limited_where_it_is_not_asked_for(
    post: Post, relay: PrivateRelay
) -> None:
    use(post, relay, method="eth_sendPrivateTransaction", blocks=None)
    trade(post)
    post.sender().tick()
    [(body, signature)] = relay.asked
    assert signature == ""
    assert set(json.loads(body)["params"][0]) == {"tx"}


# --- killed anywhere --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "point", ["prepared", "signed", "stored", "broadcast", "broadcast_recorded", "receipt_seen"]
)
def test_killed_anywhere_it_is_sent_once_and_stays_private(
    post: Post, relay: PrivateRelay, point: str
) -> None:
    outgoing = trade(post)
    killed = 0
    for _ in range(3):
        try:
            post.sender(reached=kill_at(point)).tick()
        except Killed:
            killed += 1
        assert in_public(post) == 0
        relay.build()
    assert killed
    sender = post.sender()
    sender.tick()
    relay.build()
    post.settle(sender)
    assert (again(outgoing).status, post.count(), post.balance(ROUTER)) == ("final", 1, 1000)
    assert len({raw for _, raw in relay.given}) == 1
    assert attempts()[0].published_at is None


def test_killed_around_the_fallback_it_is_sent_once(post: Post, relay: PrivateRelay) -> None:
    relay.swallows = True
    outgoing = trade(post)
    post.sender().tick()
    post.mine(PUBLIC_AFTER_BLOCKS)
    post.clock.advance(11)
    for point in ("broadcast", "broadcast_recorded"):
        with pytest.raises(Killed):
            post.sender(reached=kill_at(point)).tick()
        post.clock.advance(11)
    assert in_public(post) == 1
    post.settle(post.sender())
    assert (again(outgoing).status, post.count(), post.balance(ROUTER)) == ("final", 1, 1000)


# --- settings ---------------------------------------------------------------------------------


def entry(chain_entry: dict[str, Any], *, mode: str = "test", **told: Any) -> ChainSettings:
    private = {"url": "https://relay.example.com", "purposes": {"fill": 5}, **told}
    return msgspec.convert({**chain_entry, "mode": mode, "private_submit": private}, ChainSettings)


def test_a_chain_names_its_relay_and_what_goes_there(chain_entry: dict[str, Any]) -> None:
    told = entry(chain_entry, purposes={"fill": 5, "sweep": None})
    check_relay(told)
    relay = relay_of(told)
    assert relay is not None
    assert relay.takes("fill") and not relay.takes("payout")
    assert relay.last_block("fill", since=100) == 105
    assert relay.last_block("sweep", since=100) is None
    assert relay.key is None
    assert relay_of(msgspec.convert(chain_entry, ChainSettings)) is None


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("live", {"url": "http://relay.example.com"}),
        ("live", {"url": "https://127.0.0.1"}),
        ("live", {"url": "https://10.0.0.1"}),
        ("live", {"url": "https://user:secret@relay.example.com"}),
        ("test", {"url": "http://relay.example.com"}),
        ("test", {"method": "eth_sendBundle"}),
        ("test", {"purposes": {"gift": 5}}),
        ("test", {"purposes": {"cancel": 5}}),
        ("test", {"purposes": {"fill": -1}}),
    ],
)
def test_a_relay_that_can_not_be_meant_is_refused(
    chain_entry: dict[str, Any], mode: str, told: dict[str, Any]
) -> None:
    with pytest.raises(BadChainSettings):
        check_relay(entry(chain_entry, mode=mode, **told))


def test_the_key_of_requests_stands_in_the_environment(
    chain_entry: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = entry(chain_entry, signed=True)
    name = "RELAY_KEY_" + told.key.upper().replace("-", "_")
    monkeypatch.setenv(name, KEY_TEXT)
    relay = relay_of(told)
    assert relay is not None and relay.key is not None
    assert checksum(relay.key.address) == Account.from_key(KEY_TEXT).address
    assert "5e5e" not in repr(relay)


@pytest.mark.parametrize("text", ["", "0x12", "00" * 32, "no key at all", "ff" * 32])
def test_a_key_of_requests_that_is_none_is_refused_and_not_repeated(
    chain_entry: dict[str, Any], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    told = entry(chain_entry, signed=True)
    monkeypatch.setenv("RELAY_KEY_" + told.key.upper().replace("-", "_"), text)
    with pytest.raises(BadChainSettings) as refused:
        relay_of(told)
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize("field", ["treasury", "operator"])
def test_an_account_with_money_signs_no_requests(
    chain_entry: dict[str, Any], monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    """The relay would learn whose it is; and the key would lie outside the signer."""
    told = entry({**chain_entry, field: Account.from_key(KEY_TEXT).address}, signed=True)
    monkeypatch.setenv("RELAY_KEY_" + told.key.upper().replace("-", "_"), KEY_TEXT)
    with pytest.raises(BadChainSettings):
        relay_of(told)


def test_a_live_chain_s_relay_on_this_machine_is_never_called(
    post: Post, relay: PrivateRelay
) -> None:
    """Even if the settings were not checked: the way out is guarded by itself."""
    post.relay = Relay(
        url=relay.url,
        method="eth_sendRawTransaction",
        blocks={"treasury": None},
        allow_loopback=False,
    )
    trade(post)
    post.sender().tick()
    assert relay.given == []
    assert "target_not_public" in attempts()[0].last_error

"""Trades go to a private relay; what it does not get mined is public in time, or never."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from gateway.chains.configuration import ChainSettings
from gateway.chains.errors import BadChainSettings
from gateway.chains.models import OutgoingAttempt
from gateway.chains.outgoing.relay import Relay, check_relay, relay_of
from gateway.chains.sending import transaction_cancel
from tests.chains.private_relay import PrivateRelay
from tests.chains.scrape import grown, scraped
from tests.chains.send_kit import OPERATOR, Killed, Post, again, events_of, kill_at, policy

ROUTER = b"\x70" * 20
PUBLIC_AFTER_SECONDS = 45


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
    seconds: int | None = PUBLIC_AFTER_SECONDS,
    method: str = "eth_sendRawTransaction",
) -> None:
    # The test's policy lets the account send treasury transfers; they stand for its trades.
    post.relay = Relay(
        url=relay.url, method=method, seconds={"treasury": seconds}, allow_loopback=True
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
def test_what_the_relay_does_not_get_mined_is_public_after_the_stated_seconds(
    post: Post, relay: PrivateRelay, kind: str
) -> None:
    trouble(relay, kind)
    outgoing, other = trade(post), post.queue("payout")
    sender = post.sender()
    before = scraped()
    sender.tick()
    post.clock.advance(PUBLIC_AFTER_SECONDS - 5)
    sender.tick()
    assert in_public(post) == 1  # the payout behind it
    post.clock.advance(6)
    sender.tick()
    assert in_public(post) == 1
    post.clock.advance(10)
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
    use(post, relay, seconds=None)
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
    use(post, relay, seconds=None)
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
    use(post, relay, seconds=None)
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
    post.clock.advance(PUBLIC_AFTER_SECONDS + 1)
    for point in ("broadcast", "broadcast_recorded"):
        with pytest.raises(Killed):
            post.sender(reached=kill_at(point)).tick()
        post.clock.advance(11)
    assert in_public(post) == 1
    post.settle(post.sender())
    assert (again(outgoing).status, post.count(), post.balance(ROUTER)) == ("final", 1, 1000)


# --- settings ---------------------------------------------------------------------------------


def entry(chain_entry: dict[str, Any], *, mode: str = "test", **told: Any) -> ChainSettings:
    private = {"url": "https://relay.example.com", "purposes": {"fill": 60}, **told}
    return msgspec.convert({**chain_entry, "mode": mode, "private_submit": private}, ChainSettings)


def test_a_chain_names_its_relay_and_what_goes_there(chain_entry: dict[str, Any]) -> None:
    told = entry(chain_entry, purposes={"fill": 60, "sweep": None})
    check_relay(told)
    relay = relay_of(told)
    assert relay is not None
    assert relay.takes("fill") and not relay.takes("payout")
    assert (relay.public_after("fill"), relay.public_after("sweep")) == (60, None)
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
        ("test", {"purposes": {"gift": 60}}),
        ("test", {"purposes": {"cancel": 60}}),
        ("test", {"purposes": {"fill": -1}}),
    ],
)
def test_a_relay_that_can_not_be_meant_is_refused(
    chain_entry: dict[str, Any], mode: str, told: dict[str, Any]
) -> None:
    with pytest.raises(BadChainSettings):
        check_relay(entry(chain_entry, mode=mode, **told))


def test_a_live_chain_s_relay_on_this_machine_is_never_called(
    post: Post, relay: PrivateRelay
) -> None:
    """Even if the settings were not checked: the way out is guarded by itself."""
    post.relay = Relay(
        url=relay.url,
        method="eth_sendRawTransaction",
        seconds={"treasury": None},
        allow_loopback=False,
    )
    trade(post)
    post.sender().tick()
    assert relay.given == []
    assert "target_not_public" in attempts()[0].last_error

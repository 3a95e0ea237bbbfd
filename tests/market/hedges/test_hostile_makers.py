"""Makers that mean harm, over real HTTP and on the real contract: money moves by our terms."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.utils import timezone

from gateway.chains.configuration import configured_chain
from gateway.events import leases
from gateway.ledger.models import Entry
from gateway.market.firm.standing import FIRST_PAUSE_MS, Outcome
from gateway.market.hedges.firm_swaps import orders_reference
from gateway.market.hedges.models import Hedge
from gateway.market.makers import asking
from gateway.market.makers.configuration import configured_makers
from gateway.market.makers.errors import QuoteGone
from gateway.market.makers.models import FirmQuote, MakerStanding, QuoteRequest
from gateway.market.makers.selectors import orders_on_offer
from gateway.market.makers.services import Heard, answer_keep, quote_take
from gateway.supervisor.devchain.calls import call_data
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.hedges.conftest import ETHER
from tests.market.hedges.maker_server import KEY, MakerServer, act, allow
from tests.market.hedges.test_makers import Floor
from tests.market.hedges.test_makers import floor as floor  # noqa: PLC0414 (a fixture)
from tests.outside.servers import Reply, serving

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]

TIMEOUT_MS = 800
SOON_SECONDS = 20.0
"""Far less than a drip goes on for, and room enough for a machine that is busy."""
DRIPS = 600
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
OTHER_KEY = "0x" + "c3" * 32


@contextmanager
def raw(say: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads a request and then says byte for byte what it likes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def attend(connection: socket.socket) -> None:
        with connection:
            connection.recv(65_536)
            try:
                say(connection)
            except OSError:
                return  # we were hung up on

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=attend, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def drip(connection: socket.socket) -> None:
    """A byte of a body that never ends, again and again: each arrives in time, all never."""
    connection.sendall(HEAD + b"content-length: 100000\r\n\r\n")
    for _ in range(DRIPS):
        connection.sendall(b" ")
        time.sleep(0.1)


def drip_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(DRIPS):
        connection.sendall(b"x-%d: y\r\n" % number)
        time.sleep(0.1)


def flood(connection: socket.socket) -> None:
    """Chunks without end, as fast as they are taken."""
    connection.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"[" * 65_536 + b"\r\n"
    while True:
        connection.sendall(chunk)


def zipped(connection: socket.socket) -> None:
    """What would be a gigabyte, were it unpacked."""
    import zlib

    packer = zlib.compressobj(9, wbits=31)
    body = packer.compress(bytes(2**22)) + packer.flush()
    head = HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body)
    connection.sendall(head + body)


def hang_up(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"content-length: 500\r\n\r\n{")


def not_http(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01\x00\xff" * 20)


def say_nothing(connection: socket.socket) -> None:
    """Takes the question and hangs up."""


WIRES: dict[Callable[[socket.socket], None], set[str]] = {
    drip: {"too_slow"},
    drip_headers: {"too_slow"},
    flood: {"unreadable"},
    zipped: {"unreadable"},
    hang_up: {"too_slow"},
    not_http: {"outside_failed"},
    say_nothing: {"outside_failed"},
}


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.__name__)
def test_whatever_comes_over_the_wire_ends_in_time_and_the_pools_serve(
    floor: Floor, wire: Callable[[socket.socket], None]
) -> None:
    with raw(wire) as url:
        floor.settings.MAKERS = [floor.maker.entry(url, timeout_ms=TIMEOUT_MS)]
        started = time.monotonic()
        asked = _ask_of(floor)
        assert time.monotonic() - started < SOON_SECONDS
        assert asked.fault in WIRES[wire]
        assert len(asked.answer) <= 8_000
        assert floor.standing().faults == 1
        floor.hedging.run()
    assert floor.quotes() == [] and floor.firm_steps() == []
    assert Hedge.objects.get().status == "done"
    floor.hedging.books_agree()


def _ask_of(floor: Floor) -> QuoteRequest:
    """The turn in which the maker is asked first; what leave it leads to is given."""
    for leave in floor.hedging.turn():
        floor.hedging.desk.send(leave)
    return QuoteRequest.objects.get()


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_is_an_answer_and_nobody_follows_it(floor: Floor, status: int) -> None:
    reached: list[bytes] = []

    def private(body: bytes, _headers: dict[str, str]) -> Reply:
        reached.append(body)
        return 200, {}, floor.maker.answer(orjson.loads(body))

    with serving(private) as inside:

        def redirect(_body: bytes, _headers: dict[str, str]) -> Reply:
            return status, {"location": inside}, b""

        with serving(redirect) as url:
            floor.settings.MAKERS = [floor.maker.entry(url, timeout_ms=TIMEOUT_MS)]
            assert _ask_of(floor).fault == f"http_{status}"
    assert reached == [] and floor.quotes() == []


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/", "http://192.168.1.1/", "https://[::ffff:127.0.0.1]/"]
)
def test_a_maker_at_a_private_place_is_not_called(floor: Floor, url: str) -> None:
    floor.settings.MAKERS = [floor.maker.entry(url, timeout_ms=TIMEOUT_MS)]
    asked = _ask_of(floor)
    assert (asked.status, asked.fault) == ("late", "target_not_public")
    assert floor.quotes() == []


def test_on_a_live_chain_not_even_loopback_is_called(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A maker beside the house is for dev chains."""
    import msgspec

    live = msgspec.structs.replace(configured_chain(CHAIN_ID), mode="live")
    monkeypatch.setattr(asking, "configured_chain", lambda chain_id: live)
    (maker,) = floor.settings.MAKERS
    floor.settings.MAKERS = [maker | {"live": True}]
    assert _ask_of(floor).fault == "target_not_public"
    assert floor.maker.asked == []


LIES: dict[str, tuple[dict[str, Any], str]] = {
    "it wants a unit more": ({"change": {"amountIn": 5 * ETHER + 1}}, "amount_not_asked"),
    "it gives another token": ({"change": {"tokenOut": "0x" + "09" * 20}}, "tokens_wrong"),
    "it swaps the tokens": ({"after": {"tokenIn": "0x" + "09" * 20}}, "tokens_wrong"),
    "it signs for another name": ({"after": {"maker": "0x" + "09" * 20}}, "maker_wrong"),
    "it says more than it signed": ({"after": {"amountOut": "15001000000"}}, "signature_wrong"),
    "it says a later end than it signed": ({"after": {"expiry": 2**40}}, "signature_wrong"),
    "it holds a second too short": ({"change": {"expiry": 0}}, "expires_too_soon"),
    "its signature is of zeros": ({"after": {"signature": "0x" + "00" * 65}}, "signature_wrong"),
    "its signature is no hex": ({"after": {"signature": "0x" + "zz" * 65}}, "unreadable"),
    "an amount is a number": ({"after": {"amountOut": 15_000_000_000}}, "unreadable"),
    "an amount is 1e9": ({"after": {"amountOut": "1e10"}}, "unreadable"),
    "a nonce is negative": ({"after": {"nonce": "-1"}}, "unreadable"),
}


@pytest.mark.parametrize("lie", LIES)
def test_one_lie_spoils_the_answer(floor: Floor, lie: str) -> None:
    changes, fault = LIES[lie]
    for name, value in changes.items():
        setattr(floor.maker, name, value)
    assert _ask_of(floor).fault == fault
    assert floor.quotes() == []
    assert floor.standing().faults == 1


def test_an_answer_is_no_answer_to_another_question(floor: Floor) -> None:
    """Word for word, again: what was signed for one question is refused for the next."""
    floor.leave()
    first = QuoteRequest.objects.get()
    floor.maker.body = floor.maker.answer({**floor.maker.asked[0], "id": str(first.id)})
    floor.hedging.later()
    floor.hedging.turn()
    last = QuoteRequest.objects.exclude(id=first.id).get()
    assert (last.status, last.fault) == ("refused", "id_wrong")
    assert floor.firm_steps() == []


def test_old_orders_under_a_new_question_are_refused(floor: Floor) -> None:
    floor.leave()
    orders = orjson.loads(QuoteRequest.objects.get().answer)["orders"]

    def again(body: bytes, _headers: dict[str, str]) -> Reply:
        answer = {"id": orjson.loads(body)["id"], "orders": orders}
        return 200, {}, orjson.dumps(answer)

    with serving(again) as url:
        floor.settings.MAKERS = [floor.maker.entry(url, timeout_ms=TIMEOUT_MS)]
        floor.hedging.later()
        floor.hedging.turn()
    last = QuoteRequest.objects.order_by("id").last()
    assert last is not None and last.fault in {"nonce_reused", "expires_too_soon"}
    assert floor.firm_steps() == [] and "offered" not in floor.quotes()


def test_an_answer_that_comes_twice_counts_once(floor: Floor) -> None:
    floor.leave()
    request = QuoteRequest.objects.get()
    before = floor.quotes()
    heard = Heard(200, request.answer.encode(), milliseconds=1)
    answer_keep(request_id=request.id, heard=heard, now=floor.hedging.now())
    assert floor.quotes() == before and floor.standing().answered == 1


def test_an_order_is_taken_once(floor: Floor) -> None:
    floor.leave()
    floor.hedging.turn()
    taken = FirmQuote.objects.get(status="taken")
    with pytest.raises(QuoteGone):
        quote_take(quote_id=taken.id, transaction_id=taken.id, now=timezone.now())


def test_an_order_that_ends_between_answer_and_sending_is_left(floor: Floor) -> None:
    """It must hold long enough to be mined when it is taken, not when it was signed."""
    floor.leave()
    hedge = Hedge.objects.get()
    ends = FirmQuote.objects.filter(status="offered").values_list("expiry", flat=True)[0]
    end = floor.hedging.now().fromtimestamp(int(ends), tz=floor.hedging.now().tzinfo)
    reference = orders_reference(hedge)
    assert orders_on_offer(reference=reference, now=end - timedelta(seconds=31))
    assert orders_on_offer(reference=reference, now=end - timedelta(seconds=29)) == []


def test_of_a_maker_that_rests_nothing_is_taken_though_it_was_offered(floor: Floor) -> None:
    floor.leave()
    reference, now = orders_reference(Hedge.objects.get()), floor.hedging.now()
    assert orders_on_offer(reference=reference, now=now)
    MakerStanding.objects.update(excluded_until=now + timedelta(minutes=1))
    assert orders_on_offer(reference=reference, now=now) == []


def _empties(floor: Floor) -> None:
    """The dollars it promised go to somebody else."""
    held = floor.hedging.desk.till.rpc.call("eth_call", [_balance_call(floor), "latest"])
    data = call_data("transfer(address,uint256)", "0x" + "09" * 20, int(held, 16))
    _do(floor, _usdc(floor), data)


def _takes_leave_back(floor: Floor) -> None:
    allow(floor.hedging, floor.maker, floor.contract, symbol="USDC", units=0)


def _cancels(floor: Floor) -> None:
    """It takes the order's nonce back."""
    nonce = FirmQuote.objects.get(status="taken").nonce
    _do(floor, floor.contract, call_data("cancel(uint256)", nonce))


def _usdc(floor: Floor) -> str:
    return floor.hedging.desk.till.layout.token(USDC.symbol).address


def _balance_call(floor: Floor) -> dict[str, str]:
    data = "0x" + call_data("balanceOf(address)", floor.maker.address).hex()
    return {"to": _usdc(floor), "data": data}


def _do(floor: Floor, to: str, data: bytes) -> None:
    receipt = act(floor.hedging, floor.maker.address, {"to": to, "data": "0x" + data.hex()})
    assert receipt["status"] == "0x1"


@pytest.mark.parametrize("breach", [_empties, _takes_leave_back, _cancels])
def test_a_price_taken_back_costs_gas_and_the_hedge_goes_elsewhere(
    floor: Floor, breach: Callable[[Floor], None]
) -> None:
    hedging = floor.hedging
    floor.leave()
    (fill,) = hedging.turn()
    breach(floor)
    started = timezone.now()  # the maker's pause is of wall time, and the chain's clock runs ahead
    hedging.desk.send(fill)
    (step,) = floor.firm_steps()
    assert (step.status, step.failure_code) == ("failed", "reverted")
    assert (step.sold_units, step.bought_units) == (0, 0) and step.fee_units > 0
    assert hedging.position() == 5 * ETHER
    hedging.books_agree()
    standing = floor.standing()
    assert (standing.failed_on_chain, standing.filled, standing.last_fault) == (1, 0, "reverted")
    assert standing.excluded_until is not None
    pause = timedelta(milliseconds=FIRST_PAUSE_MS[Outcome.FAILED])
    assert pause <= standing.excluded_until - started < pause + timedelta(seconds=60)

    asked = len(floor.maker.asked)
    hedging.later()
    hedging.run()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.sold_units, hedging.position()) == ("done", 5 * ETHER, 0)
    assert len(floor.maker.asked) == asked and len(floor.firm_steps()) == 1
    assert Entry.objects.filter(kind="hedge").count() >= 1
    hedging.books_agree()

    # A new need while it rests: it is not asked. When its pause is over, it is.
    hedging.take_in(5 * ETHER, owed=15_000 * 10**6)
    hedging.run()
    assert len(floor.maker.asked) == asked and hedging.position() == 0
    hedging.take_in(5 * ETHER, owed=15_000 * 10**6)
    MakerStanding.objects.update(excluded_until=hedging.now() - timedelta(seconds=1))
    hedging.turn()
    assert len(floor.maker.asked) > asked


def test_an_honest_maker_serves_beside_one_that_lies(floor: Floor) -> None:
    honest = MakerServer(key=OTHER_KEY, name="honest")
    assert honest.key != KEY
    floor.hedging.desk.till.rpc.call("anvil_setBalance", [honest.address, hex(100 * ETHER)])
    floor.hedging.desk.till.pay(bytes.fromhex(honest.address[2:]), units=10**12, symbol="USDC")
    allow(floor.hedging, honest, floor.contract, symbol="USDC", units=10**40)
    floor.maker.price_e6 = 3_300_000_000
    with serving(honest.reply) as url:
        floor.settings.MAKERS = [*floor.settings.MAKERS, honest.entry(url, timeout_ms=TIMEOUT_MS)]
        assert len(configured_makers()) == 2
        floor.hedging.run()
    (step,) = floor.firm_steps()
    assert (step.status, step.bought_units) == ("done", 15_000 * 10**6)
    assert FirmQuote.objects.get(status="filled").request.maker == "honest"
    assert floor.standing().last_fault == "price_off"
    floor.hedging.books_agree()


def test_nobody_asks_whose_lease_is_lost(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was overtaken writes no question, so no maker hears from two of us."""

    def lost(**_: object) -> None:
        raise leases.LeaseLost

    monkeypatch.setattr(leases, "check", lost)
    floor.hedging.turn()
    assert floor.maker.asked == [] and not QuoteRequest.objects.exists()

"""An answer is used only if every order of it is what was asked for, and its maker's."""

from fractions import Fraction
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.market.firm.answers import AnswerRefused, Asked, Fault, read_answer
from gateway.market.firm.orders import Domain
from tests.market.firm.signing import signed_by
from tests.market.firm.test_orders import KEY, VECTORS

MAKER = bytes.fromhex(VECTORS["signer"][2:])
STRANGER_KEY = "0x" + "11" * 32
ETHER = 10**18
DOMAIN = Domain(31337, b"\7" * 20)
ASKED = Asked(
    request_id="question",
    domain=DOMAIN,
    maker=MAKER,
    taker=b"\1" * 20,
    token_in=b"\2" * 20,
    token_out=b"\3" * 20,
    amounts_in=(4 * ETHER, 2 * ETHER, ETHER),
    fair=Fraction(3_000 * 10**6, ETHER),
    max_deviation_ppm=50_000,
    least_expiry=1_800_000_060,
)


def answer(*changes: dict[str, Any], id: str = "question", key: str = KEY, **domain: Any) -> bytes:
    orders = []
    for number, change in enumerate(changes):
        message = {
            "maker": "0x" + MAKER.hex(),
            "taker": "0x" + ASKED.taker.hex(),
            "tokenIn": "0x" + ASKED.token_in.hex(),
            "tokenOut": "0x" + ASKED.token_out.hex(),
            "amountIn": 4 * ETHER,
            "amountOut": 11_990 * 10**6,
            "expiry": 1_800_000_060,
            "nonce": number,
        } | {name: value for name, value in change.items() if name != "signature"}
        where = {"chain_id": 31337, "contract": "0x" + DOMAIN.contract.hex()} | domain
        signature = "0x" + signed_by(key, message, **where).hex()
        text = {name: str(message[name]) for name in ("amountIn", "amountOut", "nonce")}
        orders.append(message | text | {"signature": change.get("signature", signature)})
    return orjson.dumps({"id": id, "orders": orders})


def fault_of(body: bytes) -> Fault | None:
    try:
        read_answer(body, ASKED)
    except AnswerRefused as refused:
        return refused.fault
    return None


def test_what_was_asked_for_is_taken_as_it_was_signed() -> None:
    whole, half = read_answer(
        answer({}, {"amountIn": 2 * ETHER, "amountOut": 6_000 * 10**6}), ASKED
    )
    assert (whole.order.amount_in, whole.order.amount_out) == (4 * ETHER, 11_990 * 10**6)
    assert (half.order.amount_in, half.order.nonce) == (2 * ETHER, 1)


def test_no_order_is_a_polite_no() -> None:
    assert read_answer(answer(), ASKED) == ()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (answer({}, id="another"), Fault.ID_WRONG),
        (answer({}, {}, {}, {}), Fault.TOO_MANY),
        (answer({}, key=STRANGER_KEY), Fault.SIGNATURE_WRONG),
        (answer({}, chain_id=1), Fault.SIGNATURE_WRONG),
        (answer({}, contract="0x" + "06" * 20), Fault.SIGNATURE_WRONG),
        (answer({"signature": "0x" + "00" * 65}), Fault.SIGNATURE_WRONG),
        (answer({"maker": "0x" + "09" * 20}), Fault.MAKER_WRONG),
        (answer({"taker": "0x" + "09" * 20}), Fault.TAKER_WRONG),
        (answer({"tokenOut": "0x" + "09" * 20}), Fault.TOKENS_WRONG),
        (answer({"amountIn": 0}), Fault.AMOUNT_NOT_ASKED),
        (answer({"amountIn": 2**128}), Fault.AMOUNT_NOT_ASKED),
        (answer({"amountIn": 4 * ETHER - 1}), Fault.AMOUNT_NOT_ASKED),
        (answer({"amountOut": 0}), Fault.PRICE_OFF),
        (answer({"amountOut": 2**128}), Fault.PRICE_OFF),
        (answer({"amountOut": 10_800 * 10**6}), Fault.PRICE_OFF),
        (answer({"amountOut": 13_200 * 10**6}), Fault.PRICE_OFF),
        (answer({"expiry": 1_800_000_059}), Fault.EXPIRES_TOO_SOON),
        (answer({}, {"nonce": 0}), Fault.NONCE_REUSED),
        (answer({}, {"amountOut": 1}), Fault.PRICE_OFF),
        (b"", Fault.UNREADABLE),
        (b"[" * 50_000, Fault.UNREADABLE),
        (b'{"id": "question"}', Fault.UNREADABLE),
        (answer({"signature": "0x00"}), Fault.UNREADABLE),
        (answer({}).replace(b'"11990000000"', b'"1e9"'), Fault.UNREADABLE),
        (answer({}).replace(b'"11990000000"', b'"-1"'), Fault.UNREADABLE),
        (answer({}).replace(b'"11990000000"', b'"' + b"9" * 79 + b'"'), Fault.UNREADABLE),
        (answer({}).replace(b'"11990000000"', b'"' + b"9" * 78 + b'"'), Fault.UNREADABLE),
        (answer({}).replace(b"1800000060", b"-1"), Fault.UNREADABLE),
    ],
)
def test_anything_else_is_refused_whole(body: bytes, fault: Fault) -> None:
    assert fault_of(body) is fault


@settings(max_examples=100)
@given(st.integers(0, 30_000 * 10**6))
def test_only_prices_within_the_bound_pass_to_the_unit(amount_out: int) -> None:
    low, high = 11_400 * 10**6, 12_600 * 10**6
    wanted = None if low <= amount_out <= high else Fault.PRICE_OFF
    assert fault_of(answer({"amountOut": amount_out})) is wanted


def test_the_bound_is_met_at_its_edges() -> None:
    for edge, beyond in ((11_400 * 10**6, -1), (12_600 * 10**6, 1)):
        assert fault_of(answer({"amountOut": edge})) is None
        assert fault_of(answer({"amountOut": edge + beyond})) is Fault.PRICE_OFF


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_no_answer_breaks_the_reader(body: bytes) -> None:
    assert fault_of(body) is Fault.UNREADABLE

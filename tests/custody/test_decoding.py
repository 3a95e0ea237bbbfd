import json
from pathlib import Path

import pytest
from eth_abi import encode

from gateway.custody.decoding import (
    CALLS,
    CallUnknown,
    NativeTransfer,
    Payment,
    RouterSwap,
    Sweep,
    SweepSwap,
    TokenTransfer,
    Wrap,
    decode_call,
    selector_of,
)
from tests.custody.conftest import (
    ATTACKER,
    FACTORY,
    ROUTER,
    SHOP,
    TREASURY,
    USDC,
    WETH,
    transaction,
    transfer_data,
)

ARTIFACTS = Path(__file__).resolve().parents[2] / "contracts" / "artifacts"
SALT = b"\x01" * 32
FEE = (500).to_bytes(3, "big")


def call_data(signature: str, *values: object) -> bytes:
    return selector_of(signature) + encode(CALLS[signature].types, values)


def signature_named(name: str) -> str:
    [signature] = [text for text in CALLS if text.startswith(f"{name}(")]
    return signature


def test_the_factorys_calls_are_those_of_its_compiled_interface() -> None:
    abi = json.loads((ARTIFACTS / "DepositFactory.json").read_text())["abi"]

    def type_text(argument: dict[str, object]) -> str:
        if not str(argument["type"]).startswith("tuple"):
            return str(argument["type"])
        parts = ",".join(type_text(part) for part in argument["components"])  # type: ignore[attr-defined]
        return f"({parts}){str(argument['type'])[5:]}"

    offered = {
        f"{entry['name']}({','.join(type_text(item) for item in entry['inputs'])})"
        for entry in abi
        if entry["type"] == "function"
    }
    ours = {text for text in CALLS if text.startswith(("sweep", "recover"))}
    assert len(ours) == 6
    assert ours <= offered


def test_a_plain_transfer_is_read() -> None:
    assert decode_call(transaction(to=SHOP, value=7)) == NativeTransfer(to=SHOP, units=7)


def test_a_token_transfer_is_read() -> None:
    unsigned = transaction(to=USDC, data=transfer_data(SHOP, 5))
    assert decode_call(unsigned) == TokenTransfer(token=USDC, to=SHOP, units=5)


@pytest.mark.parametrize(
    "data",
    [
        transfer_data(SHOP, 5) + b"\x00",
        transfer_data(SHOP, 5)[:-1],
        bytes.fromhex("a9059cbb") + b"\x01" * 12 + SHOP + bytes(32),
        bytes.fromhex("a9059cbb"),
        bytes.fromhex("23b872dd") + bytes(96),
        b"\x00",
    ],
    ids=["tail", "short", "dirty address", "bare selector", "transferFrom", "one byte"],
)
def test_data_that_two_readers_could_read_differently_is_refused(data: bytes) -> None:
    with pytest.raises(CallUnknown):
        decode_call(transaction(to=USDC, data=data))


def test_native_coin_sent_along_with_a_call_is_refused() -> None:
    with pytest.raises(CallUnknown):
        decode_call(transaction(to=USDC, data=transfer_data(SHOP, 5), value=1))


def test_wrapping_and_unwrapping_are_read() -> None:
    wrapped = transaction(to=WETH, data=selector_of("deposit()"), value=3)
    assert decode_call(wrapped) == Wrap(contract=WETH, units=3)
    unwrapped = transaction(to=WETH, data=call_data("withdraw(uint256)", 4))
    assert decode_call(unwrapped) == Wrap(contract=WETH, units=4)


def test_sweeps_are_read() -> None:
    for data in (
        call_data("sweep(bytes32,address,uint256)", SALT, USDC, 99),
        call_data(signature_named("sweepBatch"), [(SALT, USDC), (SALT, WETH)], 99),
        call_data("sweepToken(bytes32[],address,uint256)", [SALT, SALT], USDC, 99),
        call_data("recover(address,uint256)", USDC, 99),
    ):
        assert decode_call(transaction(to=FACTORY, data=data)) == Sweep(factory=FACTORY)


def test_a_sweep_with_swap_and_payouts_shows_who_is_paid_what() -> None:
    swap = (ROUTER, WETH + FEE + USDC, 1_000, 990)
    terms = (SALT, ATTACKER, USDC, 1_000, 123)
    data = call_data(signature_named("sweepSwapPay"), [SALT], WETH, swap, [(terms, 800)], 99)
    assert decode_call(transaction(to=FACTORY, data=data)) == SweepSwap(
        factory=FACTORY,
        router=ROUTER,
        path=(WETH, WETH, USDC),
        units_in=1_000,
        min_units_out=990,
        payments=(Payment(token=USDC, to=ATTACKER, units=800),),
    )
    data = call_data(
        signature_named("sweepAndSwap"), [SALT], USDC, (bytes(20), b"", 1_000, 1_000), 99
    )
    swept = decode_call(transaction(to=FACTORY, data=data))
    assert isinstance(swept, SweepSwap)
    assert swept.path == (USDC,)


@pytest.mark.parametrize("path", [b"", WETH, WETH + FEE, WETH + FEE + USDC[:-1], bytes(480)])
def test_a_malformed_path_is_refused(path: bytes) -> None:
    data = call_data(signature_named("sweepAndSwap"), [SALT], WETH, (ROUTER, path, 1, 1), 99)
    with pytest.raises(CallUnknown):
        decode_call(transaction(to=FACTORY, data=data))


def test_router_swaps_of_every_kind_are_read_alike() -> None:
    expected = RouterSwap(
        router=ROUTER, path=(WETH, USDC), recipient=TREASURY, units_in=10, min_units_out=9
    )
    path = WETH + FEE + USDC
    by_signature: dict[str, tuple[object, ...]] = {}
    for signature in CALLS:
        if signature.startswith("swapExactTokensForTokens"):
            by_signature[signature] = (10, 9, [WETH, USDC], TREASURY, 99)
        elif signature == "exactInput((bytes,address,uint256,uint256,uint256))":
            by_signature[signature] = ((path, TREASURY, 99, 10, 9),)
        elif signature == "exactInput((bytes,address,uint256,uint256))":
            by_signature[signature] = ((path, TREASURY, 10, 9),)
        elif signature.startswith("exactInputSingle") and signature.count("uint256") == 3:
            by_signature[signature] = ((WETH, USDC, 500, TREASURY, 99, 10, 9, 0),)
        elif signature.startswith("exactInputSingle"):
            by_signature[signature] = ((WETH, USDC, 500, TREASURY, 10, 9, 0),)
    assert len(by_signature) == 6
    for signature, values in by_signature.items():
        unsigned = transaction(to=ROUTER, data=call_data(signature, *values))
        assert decode_call(unsigned) == expected, signature

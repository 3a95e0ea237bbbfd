import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.chains.errors import MalformedAnswer
from gateway.chains.fees import GWEI, FeeCaps, Fees, FeesTooHigh, bumped, fees_for, suggested_tip
from gateway.chains.receipts import (
    is_known_already,
    is_revert,
    is_short_of_gas,
    parse_receipt,
    revert_reason,
)
from gateway.outside.errors import NodeError

CAPS = FeeCaps(max_fee_per_gas=200 * GWEI, max_tip=20 * GWEI, min_tip=GWEI)
WEI = st.integers(0, 400 * GWEI)


@given(base_fee=WEI, rewards=st.lists(WEI, max_size=10))
def test_an_offer_takes_twice_the_base_fee_and_stays_under_the_cap(
    base_fee: int, rewards: list[int]
) -> None:
    tip = suggested_tip(rewards, caps=CAPS)
    assert CAPS.min_tip <= tip <= CAPS.max_tip
    try:
        fees = fees_for(base_fee=base_fee, tip=tip, caps=CAPS)
    except FeesTooHigh:
        assert base_fee + tip > CAPS.max_fee_per_gas
        return
    assert base_fee + tip <= fees.max_fee_per_gas <= CAPS.max_fee_per_gas
    assert fees.max_fee_per_gas == min(2 * base_fee + tip, CAPS.max_fee_per_gas)


@given(
    fee=st.integers(0, 200 * GWEI),
    tip=st.integers(0, 20 * GWEI),
    base_fee=st.integers(0, 50 * GWEI),
)
def test_a_replacement_offers_an_eighth_more_of_both_or_is_too_dear(
    fee: int, tip: int, base_fee: int
) -> None:
    assume(tip <= fee)
    previous = Fees(max_fee_per_gas=fee, tip=tip)
    wanted = fees_for(base_fee=base_fee, tip=GWEI, caps=CAPS)
    try:
        fees = bumped(previous, wanted=wanted, caps=CAPS)
    except FeesTooHigh:
        assert fee * 9 > CAPS.max_fee_per_gas * 8 - 16 or tip * 9 > CAPS.max_tip * 8 - 16
        return
    assert fees.max_fee_per_gas * 8 >= fee * 9 and fees.tip * 8 >= tip * 9
    assert fees.max_fee_per_gas > fee and fees.tip > tip
    assert fees.max_fee_per_gas >= wanted.max_fee_per_gas
    assert fees.tip <= CAPS.max_tip and fees.max_fee_per_gas <= CAPS.max_fee_per_gas


def refusal(message: str, *, code: int = -32000, data: object = None) -> NodeError:
    return NodeError(rpc_code=code, rpc_message=message, data=data)


@pytest.mark.parametrize(
    "message",
    [
        "already known",  # geth
        "transaction already imported",  # anvil
        "Known transaction: 0x12",  # besu
        "AlreadyKnown",  # nethermind
        "nonce too low: address 0x.., tx: 0 state: 1",
        "nonce too low",
    ],
)
def test_bytes_that_the_node_has_are_no_failure(message: str) -> None:
    assert is_known_already(refusal(message))


def test_refusals_are_told_apart() -> None:
    assert is_short_of_gas(refusal("insufficient funds for gas * price + value"))
    assert is_short_of_gas(refusal("Insufficient funds for gas * price + value", code=-32003))
    assert is_revert(refusal("execution reverted", code=3))
    assert is_revert(refusal("gas required exceeds allowance (0)"))
    assert not is_revert(refusal("header not found"))
    assert not is_known_already(refusal("replacement transaction underpriced"))


def test_a_contracts_own_words_are_the_reason() -> None:
    words = "0x08c379a0" + f"{32:064x}" + f"{5:064x}" + b"sorry".hex().ljust(64, "0")
    assert revert_reason(refusal("execution reverted", code=3, data=words)) == "sorry"
    nested = refusal("reverted", code=3, data={"data": "0x4e487b71" + f"{0x11:064x}"})
    assert revert_reason(nested) == "panic 0x11"
    assert revert_reason(refusal("no", code=3, data="0x1425ea42")) == "error 0x1425ea42"
    assert revert_reason(refusal("no", code=3, data="0x08c379a0ff")) == "no"
    assert revert_reason(refusal("no", code=3, data="0xzz")) == "no"
    assert revert_reason(refusal("no", code=3)) == "no"


RECEIPT = {
    "transactionHash": "0x" + "11" * 32,
    "blockNumber": "0x10",
    "blockHash": "0x" + "22" * 32,
    "status": "0x1",
    "gasUsed": "0x5208",
    "effectiveGasPrice": "0x3",
    "logs": [
        {"address": "0x" + "33" * 20, "topics": ["0x01"], "data": "0x", "logIndex": "0x2"},
    ],
}


def test_a_receipt_tells_what_was_paid_a_rollups_data_fee_included() -> None:
    receipt = parse_receipt(RECEIPT)
    assert receipt is not None
    assert (receipt.gas_used, receipt.fee_units, receipt.block_number) == (21_000, 63_000, 16)
    assert receipt.logs[0]["log_index"] == 2
    rollup = parse_receipt({**RECEIPT, "l1Fee": "0x64"})
    assert rollup is not None and rollup.fee_units == 63_100
    assert parse_receipt(None) is None


@pytest.mark.parametrize("field", sorted(RECEIPT))
@pytest.mark.parametrize("value", [None, "0xzz", 7, {}])
def test_a_receipt_that_cant_be_read_is_the_nodes_fault(field: str, value: object) -> None:
    with pytest.raises(MalformedAnswer):
        parse_receipt({**RECEIPT, field: value})

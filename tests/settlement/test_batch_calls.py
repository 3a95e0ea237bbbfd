"""What a batch's call says, and what its receipt is taken to say: pure."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from gateway.custody.decoding import decode_call
from gateway.custody.transactions import UnsignedTransaction
from gateway.settlement.batch_calls import (
    NOT_PAID_TOPIC,
    PAID_TOPIC,
    Item,
    Told,
    pay_call,
    shares,
    told_of,
)
from gateway.settlement.errors import BatchUnreadable

PAYER, TOKEN = b"\xba" * 20, b"\xc0" * 20
ONE = Item(UUID(int=1), b"\x01" * 20, 700)
TWO = Item(UUID(int=2), b"\x02" * 20, 5)
ARTIFACT = Path(__file__).resolve().parents[2] / "contracts" / "artifacts" / "BatchPayer.json"


def log(item: Item, *, reason: bytes | None = None, **changes: Any) -> dict[str, Any]:
    units = changes.pop("units", item.units)
    data = (
        encode(["uint256"], [units])
        if reason is None
        else encode(["uint256", "bytes"], [units, reason])
    )
    words = [item.payout_id.bytes, changes.pop("to", item.to), changes.pop("token", TOKEN)]
    return {
        "address": "0x" + PAYER.hex(),
        "topics": [
            PAID_TOPIC if reason is None else NOT_PAID_TOPIC,
            *("0x" + word.rjust(32, b"\0").hex() for word in words),
        ],
        "data": "0x" + data.hex(),
        **changes,
    }


def read(*logs: dict[str, Any]) -> dict[UUID, Told]:
    return told_of(logs, payer=PAYER, token=TOKEN, items=[ONE, TWO])


def test_the_signer_reads_the_call_as_it_is_meant() -> None:
    call = decode_call(
        UnsignedTransaction(
            chain_id=1,
            nonce=0,
            to=PAYER,
            value=0,
            data=pay_call(token=TOKEN, items=[ONE, TWO]),
            gas_limit=1,
            max_fee_per_gas=1,
            max_priority_fee_per_gas=1,
        )
    )
    assert (call.token, call.paid) == (TOKEN, ((ONE.to, 700), (TWO.to, 5)))  # type: ignore[union-attr]


def test_the_events_are_the_contracts() -> None:
    events = {
        each["name"]: f"{each['name']}({','.join(part['type'] for part in each['inputs'])})"
        for each in json.loads(ARTIFACT.read_bytes())["abi"]
        if each["type"] == "event"
    }
    for name, topic in (("Paid", PAID_TOPIC), ("NotPaid", NOT_PAID_TOPIC)):
        assert topic == "0x" + keccak(events[name].encode()).hex()


def test_each_is_told_of_with_the_tokens_own_words() -> None:
    blocked = bytes.fromhex("08c379a0") + encode(["string"], ["Blocked\x00 here"])
    assert read(log(TWO, reason=blocked), log(ONE)) == {
        ONE.payout_id: Told(True),
        TWO.payout_id: Told(False, "Blocked here"),
    }
    for odd in (b"", b"\x08\xc3\x79\xa0\x00"):
        assert read(log(ONE), log(TWO, reason=odd))[TWO.payout_id].reason


def test_what_others_say_counts_for_nothing() -> None:
    stranger = log(ONE, address="0x" + b"\xbd".hex() * 20)
    transfer = log(ONE, topics=["0x" + "dd" * 32, *log(ONE)["topics"][1:]])
    assert read(stranger, transfer, log(ONE), log(TWO)) == {
        ONE.payout_id: Told(True),
        TWO.payout_id: Told(True),
    }
    with pytest.raises(BatchUnreadable):
        read(stranger, transfer, log(TWO))


@pytest.mark.parametrize(
    "logs",
    [
        [],
        [log(ONE)],
        [log(ONE), log(TWO), log(TWO)],
        [log(ONE), log(TWO), log(TWO, reason=b"")],
        [log(ONE), log(TWO), log(Item(UUID(int=3), b"\x03" * 20, 1))],
        [log(ONE), log(TWO, units=6)],
        [log(ONE), log(TWO, to=ONE.to)],
        [log(ONE), log(TWO, token=PAYER)],
        [log(ONE), log(TWO, data="0x")],
    ],
)
def test_nothing_is_guessed(logs: list[dict[str, Any]]) -> None:
    with pytest.raises(BatchUnreadable):
        read(*logs)


@given(total=st.integers(0, 10**24), count=st.integers(1, 100))
def test_the_parts_of_the_gas_add_up_to_it_and_differ_by_a_wei_at_most(
    total: int, count: int
) -> None:
    parts = shares(total, count)
    assert (sum(parts), len(parts)) == (total, count)
    assert max(parts) - min(parts) <= 1 and parts == sorted(parts, reverse=True)

"""Transfers as logs, transactions, traces and blooms tell them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.chains.bloom import bloom_mask, may_contain
from gateway.chains.errors import MalformedAnswer
from gateway.chains.lens import parse_balances
from gateway.chains.traces import internal_transfers
from gateway.chains.transfers import TRANSFER_TOPIC, native_transfers, slice_logs

OURS = bytes.fromhex("11" * 20)
THEIRS = bytes.fromhex("22" * 20)
TOKEN = "0x" + "aa" * 20


def transfer_log(*, to: bytes = OURS, sender: bytes = THEIRS, **changes: object) -> dict:
    return {
        "address": TOKEN,
        "topics": [
            TRANSFER_TOPIC,
            "0x" + sender.rjust(32, b"\0").hex(),
            "0x" + to.rjust(32, b"\0").hex(),
        ],
        "data": "0x" + (7).to_bytes(32, "big").hex(),
        "blockNumber": "0x10",
        "blockHash": "0x" + "cc" * 32,
        "transactionHash": "0x" + "dd" * 32,
        "logIndex": "0x3",
        "removed": False,
        **changes,
    }


def test_a_transfer_to_us_is_cut_out_and_one_to_others_is_not():
    found = slice_logs([transfer_log(), transfer_log(to=THEIRS)], {OURS})
    (transfer,) = found.incoming
    assert (transfer.recipient, transfer.sender, transfer.units) == (OURS, THEIRS, 7)
    assert (transfer.block_number, transfer.log_index) == (16, 3)
    assert found.numbers == {"0x10"}


def test_a_transfer_from_us_is_told_apart():
    found = slice_logs([transfer_log(to=THEIRS, sender=OURS)], {OURS})
    assert not found.incoming
    assert found.outgoing[0].sender == OURS


def test_an_nft_transfer_is_not_money():
    log = transfer_log()
    log["topics"].append("0x" + "00" * 32)
    assert not slice_logs([log], {OURS}).incoming


@pytest.mark.parametrize(
    "changes",
    [
        {"topics": []},
        {"topics": None},
        {"topics": [TRANSFER_TOPIC, "0x12", "0x34"]},
        {"topics": [TRANSFER_TOPIC, "0x" + "zz" * 32, "0x" + "zz" * 32]},
        {"topics": ["0x" + "ab" * 32]},
        {"data": "0x"},
        {"data": "0x07"},
        {"data": None},
        {"data": "0x" + "zz" * 32},
        {"blockHash": "0x12"},
        {"blockHash": None},
        {"transactionHash": "0x" + "dd" * 31},
        {"logIndex": None},
        {"logIndex": "three"},
        {"blockNumber": None},
        {"removed": True},
    ],
)
def test_one_broken_log_condemns_the_answer(changes: dict):
    with pytest.raises(MalformedAnswer):
        slice_logs([transfer_log(to=THEIRS), transfer_log(**changes)], {OURS})


@pytest.mark.parametrize("log", [None, 1, "0x", [], {}])
def test_what_is_no_log_at_all_condemns_the_answer(log: object):
    with pytest.raises(MalformedAnswer):
        slice_logs([log], {OURS})


def test_even_a_log_for_others_must_have_its_shape():
    with pytest.raises(MalformedAnswer):
        slice_logs([transfer_log(to=THEIRS, topics=[TRANSFER_TOPIC, "0x1", "0x2"])], {OURS})


def test_native_coin_is_found_in_transactions():
    base = {"from": "0x" + THEIRS.hex(), "hash": "0x" + "dd" * 32}
    transactions = [
        {**base, "to": None, "value": "0x5"},
        {**base, "to": "0x" + OURS.hex(), "value": "0x0"},
        {**base, "to": "0x" + THEIRS.hex(), "value": "0x5"},
        {**base, "to": "0x" + OURS.hex(), "value": "0x5"},
    ]
    (found,) = native_transfers(transactions, {OURS}, block_number=1, block_hash=b"\1" * 32)
    assert (found.units, found.recipient, found.log_index) == (5, OURS, -1)
    with pytest.raises(MalformedAnswer):
        native_transfers(["0xdd"], {OURS}, block_number=1, block_hash=b"\1" * 32)


def test_balances_are_one_word_each():
    assert parse_balances("0x" + "00" * 31 + "05" + "00" * 32, count=2) == [5, 0]
    for answer in (None, "0x", "0x" + "00" * 31, "0x" + "zz" * 64, {}):
        with pytest.raises(MalformedAnswer):
            parse_balances(answer, count=2)


def frame(to: bytes, value: int = 5, *, kind: str = "CALL", **changes: object) -> dict:
    return {
        "type": kind,
        "from": "0x" + THEIRS.hex(),
        "to": "0x" + to.hex(),
        "value": hex(value),
        **changes,
    }


def traces(*calls: dict, **root: object) -> list:
    return [{"txHash": "0x" + "dd" * 32, "result": frame(OURS, calls=list(calls), **root)}]


def test_traces_tell_what_contracts_sent():
    deep = frame(THEIRS, calls=[frame(OURS, 1), frame(OURS, 2, kind="SELFDESTRUCT")])
    found = internal_transfers(traces(frame(THEIRS), deep, frame(OURS, 3)), {OURS})
    assert [(t.path, t.units) for t in found] == [("1.0", 1), ("1.1", 2), ("2", 3)]


@pytest.mark.parametrize(
    "told",
    [
        traces(),
        traces(frame(OURS, 0)),
        traces(frame(OURS, kind="DELEGATECALL")),
        traces(frame(OURS, error="out of gas")),
        traces(frame(THEIRS, error="execution reverted", calls=[frame(OURS)])),
        traces(frame(OURS), error="execution reverted"),
    ],
)
def test_what_was_undone_or_only_mentioned_is_no_money(told: list):
    assert internal_transfers(told, {OURS}) == []


@pytest.mark.parametrize("told", [None, {}, [None], [{}], traces({"type": "CALL", "value": "0x1"})])
def test_traces_that_cannot_be_read_are_refused(told: object):
    with pytest.raises(MalformedAnswer):
        internal_transfers(told, {OURS})


@given(st.lists(st.binary(min_size=20, max_size=32), max_size=20), st.binary(min_size=20))
def test_a_bloom_never_hides_a_log(items: list[bytes], other: bytes):
    bloom = 0
    for item in items:
        bloom |= bloom_mask(item)
    assert all(may_contain(bloom, item) for item in items)
    assert not may_contain(0, other)

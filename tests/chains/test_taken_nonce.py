"""Which block used a nonce, and what several nodes prove together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.chains.outgoing.taken_nonce import (
    LostOurs,
    MinedOurs,
    Statement,
    Stranger,
    Taker,
    Unproved,
    Work,
    block_that_used,
    judge,
)
from gateway.chains.receipts import Receipt
from gateway.custody.transactions import SignedTransaction

OURS, OTHER = b"\x01" * 32, b"\x02" * 32
WORK = Work(to=b"\x0a" * 20, value=7, data=b"pay")
TAKER = Taker(
    tx_hash=OTHER,
    block_number=9,
    block_hash=b"\x09" * 32,
    to=b"\x0b" * 20,
    value=1,
    data=b"",
    signed=None,
)
RECEIPT = Receipt(
    tx_hash=OURS,
    block_number=9,
    block_hash=b"\x09" * 32,
    succeeded=True,
    gas_used=1,
    effective_gas_price=1,
    fee_units=1,
    logs=(),
)
SAME_WORK = replace(TAKER, to=WORK.to, value=WORK.value, data=WORK.data)
SHOWS = Statement(node="A", taker=TAKER)
PRUNED = Statement(node="B", lack="has no state")
SILENT = Statement(node="C", lack="does not answer", is_silent=True)
DENIES = Statement(node="D", lack="says that the nonce is free", denies=True)
HAS_RECEIPT = Statement(node="E", receipt=RECEIPT, lack="has no state")


@given(st.lists(st.integers(0, 3), min_size=2, max_size=300), st.data())
def test_the_block_that_used_a_nonce_is_found_in_few_questions(
    sent: list[int], data: st.DataObject
) -> None:
    """``sent[n]``: transactions that the account has in block n + 1; block 0 holds none."""
    counts = [0]
    for number in sent:
        counts.append(counts[-1] + number)
    if counts[-1] == 0:
        return
    nonce = data.draw(st.integers(0, counts[-1] - 1))
    asked: list[int] = []

    def count_after(block: int) -> int:
        asked.append(block)
        return counts[block]

    found = block_that_used(count_after, nonce=nonce, final=len(sent))
    assert counts[found] > nonce >= counts[found - 1]
    assert len(asked) <= 2 * max(1, len(sent) - found + 1).bit_length() + 2
    assert all(0 <= block <= len(sent) for block in asked)


def test_a_node_that_claims_the_same_count_for_every_block_leads_nowhere_but_ends() -> None:
    assert block_that_used(lambda _block: 5, nonce=3, final=1000) == 0


@pytest.mark.parametrize(
    ("statements", "proved"),
    [
        ([SHOWS], Stranger(TAKER)),
        ([PRUNED, SHOWS], Stranger(TAKER)),
        ([SHOWS, SHOWS], Stranger(TAKER)),
        ([HAS_RECEIPT], MinedOurs(RECEIPT)),
        ([SILENT, HAS_RECEIPT, PRUNED], MinedOurs(RECEIPT)),
    ],
)
def test_what_a_node_shows_and_none_contradicts_is_proved(
    statements: list[Statement], proved: object
) -> None:
    assert judge(statements, ours=[OURS], work=WORK) == proved


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        ([], ""),
        ([PRUNED], "B has no state"),
        ([PRUNED, SILENT], "B has no state; C does not answer"),
        ([SHOWS, SILENT], "C has to be asked"),
        ([SHOWS, DENIES], "contradict"),
        ([HAS_RECEIPT, DENIES], "contradict"),
        ([SHOWS, HAS_RECEIPT], "contradict"),
        ([SHOWS, Statement(node="F", taker=replace(TAKER, tx_hash=b"\x03" * 32))], "contradict"),
        ([Statement(node="G", taker=replace(TAKER, tx_hash=OURS))], "no node shows its receipt"),
        ([Statement(node="H", taker=SAME_WORK)], "did what ours does"),
    ],
)
def test_anything_else_proves_nothing(statements: list[Statement], reason: str) -> None:
    judged = judge(statements, ours=[OURS], work=WORK)
    assert isinstance(judged, Unproved)
    assert reason in judged.reason


def test_bytes_that_did_our_work_under_our_key_are_ours_though_no_row_knows_them() -> None:
    signed = SignedTransaction(raw=b"raw", hash=OTHER)
    lost = replace(SAME_WORK, signed=signed)
    assert judge([Statement(node="A", taker=lost)], ours=[OURS], work=WORK) == LostOurs(
        lost, signed
    )

"""What a register is told of a sale: the rules alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.invoices.models import STATUSES
from merchants.ecr.results import (
    RECEIPT_CHARACTERS,
    is_number,
    reason_of,
    receipt_lines,
    result_of,
)


def sale(**changed):
    told = {
        "id": "01935b1e-0000-7000-8000-000000000000",
        "status": "waiting",
        "exceptions": [],
        "release_goods": "wait",
        "shop_name": "Café Amélie",
        "amount": "12.50",
        "currency": "EUR",
        "tender": None,
        "received": [],
        "code_word": "red fox",
    }
    return {**told, **changed}


@pytest.mark.parametrize(
    ("told", "result", "reason"),
    [
        ({}, "waiting", ""),
        ({"status": "partial"}, "waiting", ""),
        ({"status": "processing"}, "waiting", ""),
        ({"status": "processing", "release_goods": "yes"}, "paid", ""),
        ({"status": "paid", "release_goods": "yes"}, "paid", ""),
        ({"status": "paid", "release_goods": "wait"}, "waiting", ""),
        ({"status": "cancelled", "release_goods": "no"}, "declined", "cancelled"),
        ({"status": "expired", "release_goods": "no"}, "declined", "expired"),
        ({"status": "invalid", "release_goods": "no"}, "declined", "invalid"),
        ({"status": "processing", "release_goods": "no", "exceptions": ["held"]}, "held", ""),
        ({"status": "expired", "release_goods": "no", "exceptions": ["held"]}, "held", ""),
        ({"status": "paid", "release_goods": "yes", "exceptions": ["held"]}, "paid", ""),
        ({"status": "processing", "release_goods": "wait", "exceptions": ["held"]}, "waiting", ""),
        ({"exceptions": ["held"]}, "waiting", ""),
    ],
)
def test_the_answer_goes_by_the_goods(told, result, reason):
    assert result_of(sale(**told)) == result
    assert reason_of(sale(**told)) == reason


@given(
    status=some.sampled_from(sorted(STATUSES)),
    release=some.sampled_from(["yes", "wait", "no"]),
    held=some.booleans(),
)
def test_paid_is_said_where_the_goods_may_go_and_only_there(status, release, held):
    told = sale(status=status, release_goods=release, exceptions=["held"] if held else [])
    assert (result_of(told) == "paid") == (release == "yes")


def test_a_receipt_fits_its_roll_and_says_what_counts():
    paid = sale(
        status="paid",
        release_goods="yes",
        tender="tokens",
        shop_name="Donaudampfschifffahrtsgesellschaftskapitänskasse am Haupteingang",
        received=[
            {"amount": "13.62", "symbol": "USDC", "chain_name": "Base", "state": "confirmed"},
            {"amount": "9", "symbol": "USDC", "chain_name": "Base", "state": "orphaned"},
        ],
    )
    lines = receipt_lines(paid, till="Counter", number="7", at="2026-11-30 14:02")
    assert max(map(len, lines)) <= RECEIPT_CHARACTERS
    printed = "\n".join(lines)
    for part in ("EUR 12.50", "13.62 USDC on Base", "*** PAID ***", "red fox", "Transaction 7"):
        assert part in printed
    assert "9 USDC" not in printed


def test_a_held_receipt_is_neutral():
    held = sale(status="processing", exceptions=["held"], release_goods="no")
    lines = receipt_lines(held, till="Counter", number="7", at="")
    assert "*** PAYMENT IS BEING CHECKED ***" in lines


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("1", True), ("2026-11-30.0001", True), ("", False), ("a b", False), ("é", False),
     ("9" * 40, True), ("9" * 41, False), ("1/2", False)],
)  # fmt: skip
def test_numbers_are_what_a_path_can_hold(text, is_one):
    assert is_number(text) is is_one

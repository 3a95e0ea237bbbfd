"""What stands on a paper, and how it fits: no database."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.receipts.escpos_bytes import escpos_of
from merchants.receipts.layout import Note, Sheet, Words, sheet_of
from merchants.receipts.papers import (
    Extra,
    Head,
    Paper,
    Share,
    Sold,
    Tender,
    number_text,
    paper_as_json,
    paper_from,
)
from merchants.receipts.plain_text import COLUMNS, plain_text, width_of

LINK = "https://pay.example/r/Zm9vYmFyYmF6cXV4MTIzNA"


class Spoken(dict[str, str]):
    """Each word says its own key."""

    def __missing__(self, key: str) -> str:
        return key


WORDS = Words(
    labels=Spoken(),
    money=lambda units: f"€{units / 100:.2f}",
    token=lambda amount, symbol: f"{amount} {symbol}",
    rate=lambda symbol, rate: f"1 {symbol} = {rate}",
    moment=lambda moment: moment,
)
PAPER = Paper(
    kind="receipt",
    mode="live",
    currency="EUR",
    head=Head("Café Prinz", "Prinz GmbH", ("Ring 1", "1010 Wien"), "ATU123", "Thank you!"),
    sold_at="2026-11-30T10:00:00Z",
    zone="Europe/Vienna",
    full_units=1_300,
    off_units=50,
    tip_units=100,
    total_units=1_350,
    shares=(Share(200_000, 1_250, 208), Share(None, 100, 0, kind="tip")),
    sold=(Sold("Espresso", 300, 2_000, 600, 50, (Extra("Oat", 50),)), Sold("", 700, 1_000, 700)),
    tenders=(
        Tender(
            "tokens",
            850,
            token="USDC",
            token_amount="9.26",
            chain="Base",
            transaction="0x" + "ab" * 32,
            rate="0.9177",
        ),
        Tender("cash", 500, given_units=1_000, change_units=500),
    ),
    cashier="x",
    till="Counter",
)


def sheet(paper: Paper = PAPER, **more: Any) -> Sheet:
    return sheet_of(paper, number="R-000012", words=WORDS, link=LINK, **more)


def test_a_receipt_says_all_that_was_sold_and_what_paid_it() -> None:
    text = plain_text(sheet(cashier="Ann"))
    for words in (
        "Café Prinz",
        "Prinz GmbH",
        "tax_number ATU123",
        "R-000012",
        "Ann",
        "2 × €3.00",
        "Oat +€0.50",
        "tax 20 %",
        "€2.08",
        "€10.42",
        "9.26 USDC",
        "1 USDC = 0.9177",
        "Base",
        "0xabababab…ababab",
        "€13.50",
        "given",
        "Thank you!",
        LINK,
    ):
        assert words in text, words
    assert "copy" not in text and "test" not in text


def test_a_copy_says_so_first_and_test_money_too() -> None:
    lines = plain_text(sheet(replace(PAPER, mode="test"), is_copy=True)).splitlines()
    assert [line.strip() for line in lines[:3]] == ["*** copy ***", "*** test ***", "receipt"]
    assert "taken_back" in plain_text(sheet(stands=False))


def test_what_went_back_so_far_stands_on_it() -> None:
    notes = [Note("C-000003", "2026-11-30T11:00:00Z", 500)]
    assert "credit_note C-000003" in plain_text(sheet(notes=notes))
    assert "€-5.00" in plain_text(sheet(notes=notes))


def test_a_credit_note_names_its_receipt_and_why() -> None:
    note = Paper(
        kind="credit_note",
        mode="live",
        currency="EUR",
        head=PAPER.head,
        sold_at=PAPER.sold_at,
        zone=PAPER.zone,
        total_units=500,
        shares=(Share(200_000, 500, 83),),
        tenders=(Tender("cash", 500),),
        of="R-000012",
        reason="Cold coffee",
    )
    text = plain_text(sheet(note))
    for words in ("credit_note", "of_receipt", "R-000012", "Cold coffee", "given_back", "€0.83"):
        assert words in text


def test_a_paper_comes_back_from_what_is_kept() -> None:
    assert paper_from(paper_as_json(PAPER)) == PAPER


@pytest.mark.parametrize(
    ("kind", "mode", "text"),
    [
        ("receipt", "live", "R-000012"),
        ("credit_note", "live", "C-000012"),
        ("receipt", "test", "TEST-R-000012"),
    ],
)
def test_numbers(kind: str, mode: str, text: str) -> None:
    assert number_text(kind=kind, mode=mode, number=12) == text


texts = st.text(st.characters(exclude_categories=("C", "Z", "M")) | st.just(" "), max_size=90)


@given(columns=st.sampled_from(COLUMNS), name=texts, legal=texts, order=texts)
def test_no_line_is_wider_than_the_paper(columns: int, name: str, legal: str, order: str) -> None:
    head = replace(PAPER.head, name=name or "x", legal_name=legal, footer=order)
    paper = replace(PAPER, head=head, order=order, sold=(Sold(name, 300, 1_000, 10**12),))
    *lines, _link, _end = plain_text(sheet(paper), width=columns).split("\n")
    assert max(map(width_of, lines)) <= columns


def test_the_printer_draws_the_code_six_dots_a_module() -> None:
    data = escpos_of(sheet(), columns=42)
    assert data.startswith(b"\x1b@")
    assert b"\x1d(k\x03\x001C\x06" in data, "six dots a module"
    assert b"\x1d(k\x03\x001E1" in data, "error correction M"
    assert b"1P0" + LINK.encode() in data
    assert data.index(b"1P0") < data.index(b"\x1d(k\x03\x001Q0"), "kept, then printed"
    assert b"\x1dV" in data, "and cut"
    assert "Café".encode("cp858") in data
    assert "€13.50".encode("cp858") in data
    assert b"\x1bt\x13" in data, "code page 858"


@pytest.mark.parametrize("charset", ["latin", "gb18030"])
def test_no_name_opens_the_drawer(charset: Any) -> None:
    """What a customer or another system named may hold a printer's commands."""
    kick = "\x1bp\x00\x19\x19\x10\x14\x01\x1d(k"
    paper = replace(PAPER, order=f"T4{kick}", head=replace(PAPER.head, footer=kick))
    data, usual = (escpos_of(sheet(one), columns=42, charset=charset) for one in (paper, PAPER))
    for command in (b"\x1bp", b"\x10\x14"):
        assert command not in data
    assert data.count(b"\x1d(k") == usual.count(b"\x1d(k")


def test_a_chinese_printer_gets_chinese() -> None:
    paper = replace(PAPER, head=replace(PAPER.head, name="王子咖啡"))
    data = escpos_of(sheet(paper), columns=32, charset="gb18030")
    assert "王子咖啡".encode("gb18030") in data
    assert b"?" in escpos_of(sheet(paper), columns=32), "others say that they lack it"

"""The protocol's messages and travel addresses, against the protocol's own examples."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.travelling import life, trp, trp_fields
from gateway.compliance.travelling.errors import IvmsInvalid, TravelAddressInvalid, TrpInvalid
from gateway.compliance.travelling.life import NEXT, PENDING, STATES, next_state, wait_seconds
from gateway.compliance.travelling.travel_address import (
    travel_address_decode,
    travel_address_encode,
)
from tests.compliance.travelling.test_ivms import TODAY, identity, written

CALLBACK = "https://originator.example/implementation/defined/path"


# The first is the protocol's own example, the others are those of trisacrypto/trisa, pkg/openvasp.
@pytest.mark.parametrize(
    ("url", "word"),
    [
        (
            "https://beneficiary.com/x/12345?t=i",
            "ta2W2HPKfHxgSgrzY178knqXHg1H3jfeQrwQ9JrKBs9wv",
        ),
        (
            "https://trisa.beneficiary.com:4443/x/12345?t=i",
            "ta2wijJqYhcj5zriQyV5SVWybf71AyHEXgRCa7WWJ8XQk9g1NodLEHbKoHdg",
        ),
        ("https://envoy.local/x/12345?t=i", "taEi7uRVTrhfqLUzffcu7AqS17UJXUjMqhAdZ6p"),
    ],
)
def test_travel_addresses_are_the_protocols(url: str, word: str) -> None:
    assert travel_address_encode(url) == word
    assert travel_address_decode(f" {word}\n") == url


@given(st.from_regex(r"https://[a-z]{1,9}\.[a-z]{2,3}(/[a-z0-9]{0,8}){0,3}\?t=i", fullmatch=True))
def test_a_travel_address_leads_back(url: str) -> None:
    assert travel_address_decode(travel_address_encode(url)) == url


@given(st.integers(min_value=2, max_value=44), st.sampled_from("23456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
def test_a_mistyped_travel_address_leads_nowhere(place: int, letter: str) -> None:
    word = "ta2W2HPKfHxgSgrzY178knqXHg1H3jfeQrwQ9JrKBs9wv"
    wrong = word[:place] + letter + word[place + 1 :]
    if wrong != word:
        with pytest.raises(TravelAddressInvalid):
            travel_address_decode(wrong)


@pytest.mark.parametrize(
    "word", ["", "ta", "tb2W2HPK", "ta0OIl", "lnurl1dp68gurn8ghj7", "ta1111", "ta" + "2" * 4_000]
)
def test_other_words_are_no_travel_addresses(word: str) -> None:
    with pytest.raises(TravelAddressInvalid):
        travel_address_decode(word)


@pytest.mark.parametrize(
    "url", ["http://a.example/x?t=i", "https://a.example/x", "https://u:p@a.example/?t=i", "x"]
)
def test_only_an_address_to_ask_at_becomes_one(url: str) -> None:
    with pytest.raises(TravelAddressInvalid):
        travel_address_encode(url)


def body(**parts: Any) -> bytes:
    said = {
        "asset": {"dti": "4H95J0R2X"},
        "amount": "0.000021",
        "callback": CALLBACK,
        "IVMS101": written(),
    }
    return json.dumps({**said, **parts}).encode()


def test_an_inquiry_goes_and_comes_back_exactly() -> None:
    sent = trp.Inquiry(
        asset=trp_fields.AssetName(dti="4H95J0R2X"),
        amount=Decimal("1234567890123456789.000000000000000001"),
        callback=CALLBACK,
        identity=identity(),
        ivms="101.2023",
    )
    for form in ("text", "number"):
        plain = trp.inquiry_write(sent, today=TODAY, amount_form=form)  # type: ignore[arg-type]
        assert trp.inquiry_read(plain, today=TODAY) == sent
    as_text = json.loads(trp.inquiry_write(sent, today=TODAY))
    assert as_text["amount"] == "1234567890123456789.000000000000000001"
    number = json.loads(
        trp.inquiry_write(sent, today=TODAY, amount_form="number"), parse_float=Decimal
    )
    assert number["amount"] == sent.amount


@pytest.mark.parametrize(
    "parts",
    [
        {"asset": {"dti": "4H95J0R2X", "slip0044": 1}},
        {"asset": {"dti": "aeiou"}},
        {"asset": {"slip0044": True}},
        {"asset": "BTC"},
        {"amount": 0},
        {"amount": -1},
        {"amount": True},
        {"amount": "NaN"},
        {"amount": "1e999"},
        {"amount": None},
        {"callback": "http://originator.example/"},
        {"callback": 1},
        {"extensions": {"sealed": {}}},
        {"other": 1},
    ],
)
def test_an_inquiry_that_is_none_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(TrpInvalid):
        trp.inquiry_read(body(**parts), today=TODAY)


def test_an_inquiry_without_people_is_refused() -> None:
    with pytest.raises(IvmsInvalid):
        trp.inquiry_read(body(IVMS101=None), today=TODAY)
    with pytest.raises(TrpInvalid):
        trp.inquiry_read(b"[" * 50_000, today=TODAY)
    with pytest.raises(TrpInvalid) as long:
        trp.inquiry_read(b" " * (trp_fields.MAX_BYTES + 1), today=TODAY)
    assert long.value.status == 413


# As the protocol writes them, and trisacrypto/trisa's client sends them.
def test_answers_are_read_as_the_protocol_writes_them() -> None:
    assert trp.answer_read(b'{"version": "3.2.1"}') == trp.Acknowledged(version="3.2.1")
    approved = b'{"approved": {"address": "0xabc", "callback": "https://b.example/c"}}'
    assert trp.answer_read(approved) == trp.Approved("0xabc", "https://b.example/c")
    assert trp.answer_read(b'{"rejected": "human readable comment"}') == trp.Rejected(
        "human readable comment"
    )
    assert trp.confirmation_read(b'{"txid": "0x1f"}') == trp.Confirmation(txid="0x1f")
    assert trp.confirmation_read(b'{"canceled": "no"}') == trp.Confirmation(canceled="no")
    for said in (trp.Approved("0xabc", "https://b.example/c"), trp.Rejected("no")):
        assert trp.resolution_read(trp.resolution_write(said)) == said
    for told in (trp.Confirmation(txid="0x1f"), trp.Confirmation(canceled="no")):
        assert trp.confirmation_read(trp.confirmation_write(told)) == told


@pytest.mark.parametrize(
    "plain",
    [
        b"{}",
        b"[]",
        b"",
        b'{"approved": {}}',
        b'{"approved": {"address": "x", "callback": "http://b"}}',
        b'{"approved": {"address": "x y", "callback": "https://b"}}',
        b'{"approved": {"address": "x", "callback": "https://b"}, "rejected": "no"}',
        b'{"rejected": 1}',
    ],
)
def test_a_resolution_that_is_none_is_refused(plain: bytes) -> None:
    with pytest.raises(TrpInvalid):
        trp.resolution_read(plain)
    with pytest.raises(TrpInvalid):
        trp.confirmation_read(plain)


def test_headers_are_the_protocols() -> None:
    sent = trp.headers_write(request_identifier="7c4a8d09-ca37-4f3e-9d1b-3d5f0e0a1b2c")
    told = {name.title(): value for name, value in sent.items()}
    assert trp.headers_read(told).request_identifier == sent["request-identifier"]
    for wrong in (
        {"api-version": "2.0.0"},
        {"api-version": ""},
        {"request-identifier": "one"},
        {"api-extensions": "message-signing"},
    ):
        with pytest.raises(TrpInvalid):
            trp.headers_read(sent | wrong)


def test_an_exchange_ends_and_goes_nowhere_from_there() -> None:
    for direction, ways in NEXT.items():
        reached, known = {"asking" if direction == "out" else "received"}, set[str]()
        while reached - known:
            state = (reached - known).pop()
            known.add(state)
            reached |= ways.get(state, frozenset())  # type: ignore[call-overload]
        assert {state for state in known if state not in ways} <= life.ENDED
    assert set(life.DELIVERED) == PENDING and set(life.DELIVERED.values()) <= set(STATES)
    with pytest.raises(ValueError, match="can't become"):
        next_state("out", "rejected", "confirming")


def test_tries_come_slower_and_slower_and_end_within_two_days() -> None:
    waits = [wait_seconds(tries) for tries in range(1, life.GIVE_UP_TRIES)]
    assert waits == sorted(waits) and sum(waits) < 48 * 3_600
    assert wait_seconds(0) == 0
    assert date.fromisoformat("2026-11-30") == TODAY

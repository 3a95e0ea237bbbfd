"""Codes as mathematics: of an app, of a sheet, and what wrong ones cost."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.accounts.factors import recovery, totp
from merchants.accounts.factors.waits import FREE, LONGEST, wait_after
from merchants.accounts.tokens import link_key, link_token, token_hash

SEED = b"12345678901234567890"
SEEDS = {"sha1": SEED, "sha256": SEED + b"123456789012", "sha512": SEED * 3 + b"1234"}
NOW = datetime(2026, 11, 30, 12, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "sha1", "sha256", "sha512"),
    [
        (59, "94287082", "46119246", "90693936"),
        (1111111109, "07081804", "68084774", "25091201"),
        (1111111111, "14050471", "67062674", "99943326"),
        (1234567890, "89005924", "91819424", "93441116"),
        (2000000000, "69279037", "90698825", "38618901"),
        (20000000000, "65353130", "77737706", "47863826"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, sha1: str, sha256: str, sha512: str) -> None:
    """Its appendix B, with its eight digits."""
    step = totp.step_at(datetime.fromtimestamp(seconds, UTC))
    for algorithm, code in (("sha1", sha1), ("sha256", sha256), ("sha512", sha512)):
        assert totp.code_at(SEEDS[algorithm], step, digits=8, algorithm=algorithm) == code


def test_codes_are_those_of_rfc_4226() -> None:
    """Its appendix D."""
    codes = ["755224", "287082", "359152", "969429", "338314"]
    codes += ["254676", "287922", "162583", "399871", "520489"]
    assert [totp.code_at(SEED, count) for count in range(10)] == codes


@pytest.mark.parametrize(
    ("off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_phones_clock_may_be_off_by_half_a_minute(off: int, taken: bool) -> None:
    step = totp.step_at(NOW) + off
    found = totp.step_of(SEED, totp.code_at(SEED, step), now=NOW, after=0)
    assert found == (step if taken else None)


def test_a_code_is_taken_once_and_none_before_it_any_more() -> None:
    present = totp.step_at(NOW)
    for step in (present - 1, present):
        code = totp.code_at(SEED, step)
        assert totp.step_of(SEED, code, now=NOW, after=present) is None
    assert totp.step_of(SEED, totp.code_at(SEED, present + 1), now=NOW, after=present)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_no_crash(typed: str) -> None:
    present = {totp.code_at(SEED, totp.step_at(NOW) + off) for off in (-1, 0, 1)}
    found = totp.step_of(SEED, typed, now=NOW, after=0)
    assert (found is not None) == (totp.code_typed(typed) in present)
    code = recovery.code_typed(typed)
    assert code is None or len(code) == recovery.CHARACTERS


def test_an_app_reads_what_its_camera_sees() -> None:
    uri = urlsplit(totp.uri_of(SEED, account="ann@shop.example", issuer="Tillway"))
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Tillway:ann%40shop.example")
    assert parse_qs(uri.query) == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"],
        "issuer": ["Tillway"],
    }
    assert totp.secret_shown(SEED).startswith("GEZD GNBV GY3T")


def test_a_sheet_is_read_as_people_write_it() -> None:
    sheet = recovery.codes_make()
    assert len(set(sheet)) == recovery.CODES
    for code in sheet:
        shown = recovery.code_shown(code)
        assert recovery.code_typed(f" {shown.upper()} ") == code
    assert recovery.code_typed("123456") is None
    one, another = (recovery.code_hash(sheet[0], whose=who, pepper=b"p") for who in ("a", "b"))
    assert one != another


def test_wrong_codes_wait_longer_each_time_and_never_for_ever() -> None:
    waits = [wait_after(failed) for failed in range(1, 30)]
    assert waits[:FREE] == [None] * FREE
    assert waits[FREE : FREE + 3] == [timedelta(seconds=seconds) for seconds in (30, 60, 120)]
    assert waits[-1] == LONGEST


def test_a_links_secret_is_its_rows_and_no_other_ones() -> None:
    from uuid import UUID

    key = link_key("11" * 32)
    tokens = {
        link_token(kind=kind, row=UUID(int=row), serial=serial, key=key)
        for kind in ("invitation", "password_link")
        for row in (1, 2)
        for serial in (1, 2)
    }
    assert len(tokens) == 8
    assert all(len(token) == 43 and token_hash(token) for token in tokens)
    assert token_hash("x" * 42) is None
    assert token_hash("../" + "x" * 40) is None

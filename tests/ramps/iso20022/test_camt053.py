"""A bank's statement is taken as a whole or refused with the reason; so is what only looks so."""

import time
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ramps.iso20022.camt053 import camt053
from gateway.ramps.iso20022.chaining import Link, break_in
from gateway.ramps.iso20022.errors import BankFileRefused, StatementRefused
from gateway.ramps.iso20022.matching import found_in
from gateway.ramps.iso20022.pain002 import pain002
from tests.ramps.iso20022.banking import CAMT, IBAN, Line, rejection, statement

DAY = date(2026, 12, 1)
AT_ONCE_SECONDS = 5
"""Even on a busy machine; what expands or is fetched takes longer."""
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _made(*lines: Line, opening: int = 1000, off: int = 0) -> bytes:
    closing = opening + sum(line.units for line in lines) + off
    return statement(*lines, opening=opening, closing=closing, day=DAY, number=7)


def test_a_statement_says_what_was_booked() -> None:
    (found,) = camt053(_made(Line(-250, "E2E1"), Line(100, "E2E1", reason="AC04"), Line(-5)))
    assert (found.iban, found.statement_id, found.sequence) == (IBAN, "S2026-12-01", 7)
    assert (found.opening.units, found.closing.units) == (1000, 845)
    assert [entry.units for entry in found.entries] == [-250, 100, -5]
    assert found.entries[1].parts[0].return_code == "AC04"
    assert found.entries[0].code == "PMNT/ICDT/ESCT"


def test_an_overdraft_is_negative() -> None:
    (found,) = camt053(_made(Line(-1500)))
    assert found.closing.units == -500


@UNHURRIED
@given(st.lists(st.integers(-(10**9), 10**9).filter(bool), max_size=20), st.integers(-99, 99))
def test_only_what_adds_up_is_taken(units: list[int], off: int) -> None:
    body = _made(*(Line(each) for each in units), off=off)
    if off:
        with pytest.raises(StatementRefused, match="does not add up"):
            camt053(body)
    else:
        assert camt053(body)[0].closing.units == 1000 + sum(units)


def test_what_is_only_expected_moves_nothing() -> None:
    body = _made(Line(-250)).replace(b"BOOK", b"PDNG").replace(b">7.50<", b">10.00<")
    assert camt053(body)[0].entries == ()


BOMB = b'<!DOCTYPE Document [<!ENTITY a "lol">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
) + b"]>"  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<Document", BOMB + b"<Document"),
        (b"<Document", b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document'),
        (b"<Document", b'<!DOCTYPE d [<!ENTITY x SYSTEM "http://127.0.0.1/">]><Document'),
        (b'encoding="UTF-8"', b'encoding="ISO-8859-1"'),
        (b"<Stmt>", b"<Stmt>\xe4"),
        (b">2.50<", b">-2.50<"),
        (b">2.50<", b">2.505<"),
        (b">2.50<", b">2,50<"),
        (b">2.50<", b">1e2<"),
        (b">2.50<", b">NaN<"),
        (b">2.50<", b"><"),
        (b">2.50<", b">" + b"9" * 5000 + b"<"),
        (b">2.50<", b">\xd9\xa2.50<"),
        (b'"EUR">2.50', b'"USD">2.50'),
        (b'"EUR">2.50', b'"XXX">2.50'),
        (b"camt.053.001.08", b"camt.052.001.08"),
        (b"<Document", b"<Documents"),
        (b"CLBD", b"ITBD"),
        (b"OPBD", b"CLBD"),
        (IBAN.encode(), b"DE00370400440532013000"),
        (b">DBIT</CdtDbtInd><Sts>", b">BOTH</CdtDbtInd><Sts>"),
        (b"BOOK", b"ODD"),
        (b"<BookgDt><Dt>2026-12-01", b"<BookgDt><Dt>someday"),
        (
            b"<Stmt><Id>",
            b"<Stmt><StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn><Id>",
        ),
        (b"<Stmt><Id>", b"<Stmt><CpyDplctInd>COPY</CpyDplctInd><Id>"),
        (b"</Document>", b""),
        (b"<Stmt>", b"<Stmt>" + b"<a>" * 100 + b"</a>" * 100),
    ],
)
def test_what_is_hostile_or_broken_is_refused_at_once(old: bytes, new: bytes) -> None:
    body = _made(Line(-250, "E2E1"))
    assert old in body
    begun = time.monotonic()
    with pytest.raises(BankFileRefused):
        camt053(body.replace(old, new))
    assert time.monotonic() - begun < AT_ONCE_SECONDS


def test_a_file_of_a_hundred_megabytes_is_not_even_read() -> None:
    begun = time.monotonic()
    with pytest.raises(BankFileRefused, match="longer"):
        camt053(_made() + b" " * 100_000_000)
    assert time.monotonic() - begun < AT_ONCE_SECONDS


@pytest.mark.parametrize(
    "body", [b"", b"x", b"\xff\xfe<\x00", f'<Document xmlns="{CAMT}"/>'.encode()]
)
def test_what_is_no_statement_is_refused(body: bytes) -> None:
    with pytest.raises(BankFileRefused):
        camt053(body)


def _details(*parts: tuple[int, str]) -> bytes:
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs>"
        f'<Amt Ccy="EUR">{units // 100}.{units % 100:02}</Amt></TxDtls>'
        for units, name in parts
    )
    return f"<NtryDtls>{details}</NtryDtls><AddtlNtryInf>".encode()


def test_one_entry_of_many_transfers_is_taken_apart() -> None:
    body = _made(Line(-250)).replace(b"<AddtlNtryInf>", _details((100, "A"), (150, "B")))
    (entry,) = camt053(body)[0].entries
    kinds = [(one.kind, one.units) for one in found_in(entry, ours={"A": 100, "B": 151})]
    assert kinds == [("debited", -100), ("unmatched", -150)]
    with pytest.raises(StatementRefused, match="parts"):
        camt053(_made(Line(-250)).replace(b"<AddtlNtryInf>", _details((100, "A"), (151, "B"))))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (Line(-100, "A"), "debited"),
        (Line(-99, "A"), "unmatched"),
        (Line(100, "A", reason="AC04"), "returned"),
        (Line(90, "A", reason="AC04"), "returned"),
        (Line(101, "A", reason="AC04"), "unmatched"),
        (Line(-100, "B"), "unmatched"),
        (Line(-3, code="CHRG"), "fee"),
        (Line(-3, code="COMM"), "fee"),
        (Line(3, code="CHRG"), "unmatched"),
        (Line(500), "unmatched"),
    ],
)
def test_an_entry_is_ours_by_its_name_and_to_the_cent(line: Line, kind: str) -> None:
    (entry,) = camt053(_made(line))[0].entries
    assert [one.kind for one in found_in(entry, ours={"A": 100})] == [kind]


def _link(number: int, opening: int, closing: int, *, sequence: int | None = None) -> Link:
    day = date(2026, 12, number)
    return Link(f"S{number}", number if sequence is None else sequence, opening, closing, day, day)


def test_statements_follow_one_another_in_any_order() -> None:
    chain = [_link(1, 0, 5), _link(2, 5, 5), _link(3, 5, 9)]
    assert break_in(reversed(chain)) == ""
    assert "opens with 5" in break_in([_link(1, 0, 4), _link(2, 5, 5)])
    assert "missing" in break_in([chain[0], chain[2]])
    assert break_in([_link(1, 0, 5, sequence=260), _link(2, 5, 5, sequence=1)]) == ""
    assert break_in([_link(1, 0, 5, sequence=0), _link(3, 5, 5, sequence=0)]) == ""


def test_a_rejection_names_a_transfer_or_all_of_a_message() -> None:
    (one,) = pain002(rejection("M", end_to_end="A"))
    assert (one.message_id, one.end_to_end_id, one.code) == ("M", "A", "AC04")
    (whole,) = pain002(rejection("M"))
    assert (whole.end_to_end_id, whole.code) == ("", "AC04")
    assert pain002(rejection("M").replace(b"RJCT", b"ACCP")) == ()
    with pytest.raises(BankFileRefused):
        pain002(_made())

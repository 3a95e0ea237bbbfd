"""Read a bank's statements, camt.053.001.08 (.001.02 too): what was booked, between which balances.
Pure.

A statement is taken only if it adds up by itself: opening balance, credits less debits, closing
balance. Whether it follows the one before is ``chaining``'s to say.
"""

import hashlib
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from gateway.money.amounts import Amount
from gateway.ramps.iso20022.errors import BadIban, StatementRefused
from gateway.ramps.iso20022.iban import iban_of
from gateway.ramps.iso20022.reading import (
    amount_at,
    day_at,
    document,
    moment_at,
    text_at,
    texts_at,
)

NAMESPACES: Final = (
    "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08",
    "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02",
)
OPENING: Final = ("OPBD", "PRCD")
CLOSING: Final = "CLBD"
MAX_STATEMENTS: Final = 400


@dataclass(frozen=True, slots=True)
class Part:
    """One transaction of an entry.

    Attributes:
        units: minor units, positive; the entry's, where it has one transaction.
        end_to_end_id: the payer's name for it; "" if the bank gives none.
        return_code, return_text: why it was sent back; "" if it was not.
    """

    units: int
    end_to_end_id: str = ""
    return_code: str = ""
    return_text: str = ""
    remittance: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something booked on the account.

    Attributes:
        number: 1, 2, 3 … in its statement.
        reference: the bank's; "" if it gives none.
        units: signed: what came is positive.
        code: domain, family and sub-family of its kind, "PMNT/ICDT/ESCT".
        parts: of it; none where a sum of many is given without them.
    """

    number: int
    reference: str
    units: int
    booked_on: date
    code: str
    parts: tuple[Part, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """
    Attributes:
        statement_id: the bank's.
        sequence: the bank's number of it; 0 if it gives none.
        opening, closing: booked balances; an overdraft is negative.
    """

    iban: str
    statement_id: str
    sequence: int
    opening: Amount
    closing: Amount
    opening_on: date
    closing_on: date
    made_at: datetime | None
    entries: tuple[Entry, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of what it says, however it is written."""
        said = (self.iban, self.statement_id, self.opening, self.closing, self.entries)
        return hashlib.sha256(repr(said).encode()).hexdigest()


def camt053(body: bytes) -> tuple[Statement, ...]:
    """The statements of a message, in its order.

    Raises:
        BankFileRefused: it is no such message.
        StatementRefused: one of them does not add up, or can't be understood.
    """
    root = document(body, namespaces=NAMESPACES)
    found = root.findall("BkToCstmrStmt/Stmt")
    if not 0 < len(found) <= MAX_STATEMENTS:
        raise StatementRefused(f"The file has {len(found)} statements.")
    return tuple(_statement(one) for one in found)


def _statement(stmt: ET.Element) -> Statement:
    name = text_at(stmt, "Id")
    _check_whole(stmt, name)
    opening, opening_on = _balance(stmt, name, OPENING)
    closing, closing_on = _balance(stmt, name, (CLOSING,))
    entries = tuple(
        _entry(entry, number, closing) for number, entry in enumerate(_booked(stmt), start=1)
    )
    moved = sum(entry.units for entry in entries)
    if opening.asset != closing.asset or opening.units + moved != closing.units:
        raise StatementRefused(
            f"Statement {name} does not add up: {opening} and entries of {moved} minor units"
            f" don't make {closing}."
        )
    if opening_on > closing_on:
        raise StatementRefused(f"Statement {name} closes before it opens.")
    return Statement(
        iban=_iban(stmt, name),
        statement_id=name,
        sequence=_sequence(stmt),
        opening=opening,
        closing=closing,
        opening_on=opening_on,
        closing_on=closing_on,
        made_at=moment_at(stmt, "CreDtTm"),
        entries=entries,
    )


def _check_whole(stmt: ET.Element, name: str) -> None:
    """Pages of one statement have balances between them, and copies are not statements."""
    first, last = stmt.findtext("StmtPgntn/PgNb"), stmt.findtext("StmtPgntn/LastPgInd")
    if (first, last) not in ((None, None), ("1", "true"), ("1", "1"), ("01", "true")):
        raise StatementRefused(f"Statement {name} is one page of several.")
    if stmt.findtext("CpyDplctInd") in ("COPY", "CODU"):
        raise StatementRefused(f"Statement {name} is a copy for somebody else.")


def _iban(stmt: ET.Element, name: str) -> str:
    try:
        return iban_of(text_at(stmt, "Acct/Id/IBAN"))
    except BadIban as error:
        raise StatementRefused(f"Statement {name} is of no IBAN.") from error


def _sequence(stmt: ET.Element) -> int:
    words = text_at(stmt, "ElctrncSeqNb", default="") or text_at(stmt, "LglSeqNb", default="0")
    return int(words) if words.isascii() and words.isdigit() and len(words) <= 18 else 0


def _balance(stmt: ET.Element, name: str, codes: tuple[str, ...]) -> tuple[Amount, date]:
    for code in codes:
        found = [b for b in stmt.findall("Bal") if b.findtext("Tp/CdOrPrtry/Cd") == code]
        if len(found) > 1:
            raise StatementRefused(f"Statement {name} has two balances {code}.")
        if found:
            amount = amount_at(found[0], "Amt")
            units = amount.units * _sign(found[0])
            return Amount(units, amount.asset), day_at(found[0], "Dt")
    raise StatementRefused(f"Statement {name} has no balance {' or '.join(codes)}.")


def _booked(stmt: ET.Element) -> list[ET.Element]:
    """Entries that are booked; what is only expected moves no balance."""
    booked = []
    for entry in stmt.findall("Ntry"):
        status = entry.findtext("Sts/Cd") or (entry.findtext("Sts") or "").strip()
        if status == "BOOK":
            booked.append(entry)
        elif status not in ("PDNG", "INFO", "FUTR"):
            raise StatementRefused(f"An entry is {status[:20]!r}, which we don't know.")
    return booked


def _entry(ntry: ET.Element, number: int, closing: Amount) -> Entry:
    amount = amount_at(ntry, "Amt")
    if amount.asset != closing.asset:
        raise StatementRefused(f"Entry {number} is in {amount.asset.code}.")
    details = ntry.findall("NtryDtls/TxDtls")
    return Entry(
        number=number,
        reference=text_at(ntry, "AcctSvcrRef", default="") or text_at(ntry, "NtryRef", default=""),
        units=amount.units * _sign(ntry),
        booked_on=day_at(ntry, "BookgDt"),
        code=_code(ntry),
        parts=_parts(details, amount, number),
        text=text_at(ntry, "AddtlNtryInf", default=""),
    )


def _parts(details: list[ET.Element], amount: Amount, number: int) -> tuple[Part, ...]:
    if len(details) < 2:
        return tuple(_part(one, amount.units) for one in details)
    parts = []
    for one in details:
        found = amount_at(one, _amount_path(one))
        if found.asset != amount.asset:
            raise StatementRefused(f"A part of entry {number} is in {found.asset.code}.")
        parts.append(_part(one, found.units))
    if sum(part.units for part in parts) != amount.units:
        raise StatementRefused(f"The parts of entry {number} don't add up.")
    return tuple(parts)


def _amount_path(details: ET.Element) -> str:
    return "Amt" if details.find("Amt") is not None else "AmtDtls/TxAmt/Amt"


def _part(details: ET.Element, units: int) -> Part:
    end_to_end = text_at(details, "Refs/EndToEndId", default="")
    return Part(
        units=units,
        end_to_end_id="" if end_to_end == "NOTPROVIDED" else end_to_end,
        return_code=text_at(details, "RtrInf/Rsn/Cd", default="")
        or text_at(details, "RtrInf/Rsn/Prtry", default=""),
        return_text=" ".join(texts_at(details, "RtrInf/AddtlInf"))[:300],
        remittance=" ".join(texts_at(details, "RmtInf/Ustrd"))[:300],
    )


def _code(ntry: ET.Element) -> str:
    domain = "BkTxCd/Domn"
    places = (f"{domain}/Cd", f"{domain}/Fmly/Cd", f"{domain}/Fmly/SubFmlyCd")
    return "/".join(text_at(ntry, place, default="") for place in places).strip("/")


def _sign(element: ET.Element) -> int:
    match text_at(element, "CdtDbtInd"):
        case "CRDT":
            return 1
        case "DBIT":
            return -1
        case other:
            raise StatementRefused(f"{other[:20]!r} is neither credit nor debit.")

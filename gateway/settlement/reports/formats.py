"""Book lines in the files that bookkeeping programs import. Pure.

Sources: Xero's manual journal template (central.xero.com, "Import manual journals"); QuickBooks
Online's journal entry import (quickbooks.intuit.com, "Import journal entries"); DATEV-Format,
"Buchungsstapel", header version 700, format version 13 (developer.datev.de).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from gateway.settlement.reports.bookkeeping import ROLES, BookLine, Role

Program = Literal["plain", "xero", "quickbooks", "datev"]
PROGRAMS: Final[tuple[Program, ...]] = ("plain", "xero", "quickbooks", "datev")
AccountRole = Literal["clearing", "sales", "fees", "refunds", "payouts", "other"]
ACCOUNT_ROLES: Final[tuple[AccountRole, ...]] = ("clearing", *ROLES)

DEFAULT_ACCOUNTS: Final[Mapping[Program, Mapping[AccountRole, str]]] = {
    "plain": {role: role for role in ACCOUNT_ROLES},
    "xero": {
        **{"clearing": "611", "sales": "200", "fees": "404"},
        **{"refunds": "201", "payouts": "091", "other": "461"},
    },
    "quickbooks": {
        **{"clearing": "Tillway Clearing", "sales": "Sales", "fees": "Merchant Fees"},
        **{"refunds": "Refunds", "payouts": "Digital Wallet", "other": "Adjustments"},
    },
    # SKR03
    "datev": {
        **{"clearing": "1360", "sales": "8400", "fees": "4970"},
        **{"refunds": "8700", "payouts": "1361", "other": "2309"},
    },
}
"""What the accounts are called where a shop names none of its own."""
_WORDS: Final[Mapping[Role, str]] = {
    "sales": "Sales",
    "fees": "Gateway fees",
    "refunds": "Refunds",
    "payouts": "Payouts",
    "other": "Adjustments",
}


@dataclass(frozen=True, slots=True)
class DatevHead:
    """Who books, and what the file is of.

    Attributes:
        consultant, client: DATEV's numbers of the accountant and of the shop.
        year_begins: the first day of the financial year.
        account_digits: how long general ledger accounts are.
    """

    consultant: int
    client: int
    year_begins: date
    account_digits: int = 4


def plain(lines: Iterable[BookLine], accounts: Mapping[AccountRole, str]) -> Iterator[list[str]]:
    """Both sides of each line, a row each; what any program can be taught to read."""
    yield ["date", "reference", "account", "debit", "credit", "currency", "asset", "description"]
    for line in lines:
        for account, minor in _sides(line, accounts):
            yield [
                f"{line.day:%Y-%m-%d}",
                line.reference,
                account,
                _decimal(minor, line) if minor > 0 else "",
                _decimal(-minor, line) if minor < 0 else "",
                line.currency,
                line.asset,
                _WORDS[line.role],
            ]


def xero(lines: Iterable[BookLine], accounts: Mapping[AccountRole, str]) -> Iterator[list[str]]:
    """A manual journal a line; debits positive, credits negative."""
    yield ["*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"]
    for line in lines:
        for account, minor in _sides(line, accounts):
            yield [
                f"Tillway {line.reference}",
                f"{line.day:%d/%m/%Y}",
                f"{_WORDS[line.role]} ({line.asset})",
                account,
                "Tax Exempt",
                _decimal(minor, line),
            ]


def quickbooks(
    lines: Iterable[BookLine], accounts: Mapping[AccountRole, str]
) -> Iterator[list[str]]:
    """A journal entry a line; accounts by name."""
    yield [
        *("JournalNo", "JournalDate", "AccountName", "Debits", "Credits"),
        *("Description", "Currency"),
    ]
    for number, line in enumerate(lines, 1):
        for account, minor in _sides(line, accounts):
            yield [
                f"TW{line.day:%y%m%d}-{number}",
                f"{line.day:%m/%d/%Y}",
                account,
                _decimal(minor, line) if minor > 0 else "",
                _decimal(-minor, line) if minor < 0 else "",
                f"{_WORDS[line.role]} ({line.asset})",
                line.currency,
            ]


def csv_text(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows as CSV (RFC 4180), one piece a row. What a spreadsheet would take for a formula is
    quoted so that it stays text."""
    for row in rows:
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerow([_harmless(cell) for cell in row])
        yield out.getvalue().encode()


def _harmless(cell: str) -> str:
    """A number may begin with a sign; other text that does is no longer one."""
    if cell.startswith(("=", "@", "\t", "\r")) or (
        cell.startswith(("+", "-")) and not _is_number(cell)
    ):
        return "'" + cell
    return cell


def _is_number(cell: str) -> bool:
    return cell[1:].replace(".", "", 1).isdigit()


def _sides(
    line: BookLine, accounts: Mapping[AccountRole, str]
) -> tuple[tuple[str, int], tuple[str, int]]:
    return (accounts[line.role], line.minor), (accounts["clearing"], -line.minor)


def _decimal(minor: int, line: BookLine) -> str:
    return format_amount(Amount(minor, FIAT[line.currency]))


# --- DATEV ---------------------------------------------------------------------------------------

DATEV_COLUMNS: Final[tuple[str, ...]] = (
    *("Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs"),
    *("Basis-Umsatz", "WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)"),
    *("BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext"),
    *("Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt"),
    *("Zinssperre", "Beleglink"),
    *(f"Beleginfo - {what} {n}" for n in range(1, 9) for what in ("Art", "Inhalt")),
    *("KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge"),
    *("EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart"),
    *("Sachverhalt L+L", "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp"),
    *("BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung"),
    *(f"Zusatzinformation{what} {n}" for n in range(1, 21) for what in (" - Art", "- Inhalt")),
    *("Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr"),
    *("Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer", "Buchungstyp"),
    *("USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)"),
    *("EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz"),
    *("Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre"),
    *("Gesellschaftername", "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer"),
    *("Postensperre bis", "Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung"),
    *("Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit"),
    *("Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position"),
    *("EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto"),
)
_AMOUNT, _SIDE, _CURRENCY, _ACCOUNT, _AGAINST, _DATE, _DOCUMENT, _TEXT = 0, 1, 2, 6, 7, 9, 10, 13
_DOCUMENT_LENGTH: Final = 36
_TEXT_LENGTH: Final = 60
DATEV_ENCODING: Final = "cp1252"


def datev_text(
    lines: Sequence[BookLine],
    accounts: Mapping[AccountRole, str],
    *,
    head: DatevHead,
    first: date,
    last: date,
    made_at: datetime,
) -> Iterator[bytes]:
    """A DATEV "Buchungsstapel" in Windows-1252, a piece a line.

    Its dates hold no year: all of the period must lie in the financial year of ``head``.
    """
    yield _datev_row(_datev_head(head=head, first=first, last=last, made_at=made_at))
    yield _datev_row(list(DATEV_COLUMNS))
    for line in lines:
        row = [""] * len(DATEV_COLUMNS)
        row[_AMOUNT] = _decimal(abs(line.minor), line).replace(".", ",")
        row[_SIDE] = _quoted("S" if line.minor > 0 else "H")
        row[_CURRENCY] = _quoted(line.currency)
        row[_ACCOUNT], row[_AGAINST] = accounts[line.role], accounts["clearing"]
        row[_DATE] = f"{line.day:%d%m}"
        row[_DOCUMENT] = _quoted(line.reference.replace("@", "-")[:_DOCUMENT_LENGTH])
        row[_TEXT] = _quoted(f"Tillway {_WORDS[line.role]} {line.asset}"[:_TEXT_LENGTH])
        yield _datev_row(row)


def _datev_head(*, head: DatevHead, first: date, last: date, made_at: datetime) -> list[str]:
    return [
        *(_quoted("EXTF"), "700", "21", _quoted("Buchungsstapel"), "13"),
        *(f"{made_at:%Y%m%d%H%M%S}{made_at.microsecond // 1000:03}", "", _quoted("RE")),
        *(_quoted("Tillway"), _quoted(""), str(head.consultant), str(head.client)),
        *(f"{head.year_begins:%Y%m%d}", str(head.account_digits)),
        *(f"{first:%Y%m%d}", f"{last:%Y%m%d}", _quoted("Tillway"), _quoted("")),
        *("1", "0", "0", _quoted("EUR"), "", _quoted(""), "", "", _quoted(""), "", ""),
        *(_quoted(""), _quoted("")),
    ]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _datev_row(cells: Sequence[str]) -> bytes:
    return (";".join(cells) + "\r\n").encode(DATEV_ENCODING, errors="replace")

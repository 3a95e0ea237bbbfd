"""Files as the programs that import them read them."""

import csv
import io
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.settlement.reports import formats
from gateway.settlement.reports.bookkeeping import BookLine

DAY = date(2026, 11, 3)
LINES = [
    BookLine(DAY, "sales", "EUR", -123_456, "EURC@8453", "20261103-EURC@8453-sales"),
    BookLine(DAY, "fees", "EUR", 617, "EURC@8453", "20261103-EURC@8453-fees"),
]
HEAD = formats.DatevHead(consultant=29098, client=55003, year_begins=date(2026, 1, 1))


def rows_of(pieces):
    return list(csv.reader(io.StringIO(b"".join(pieces).decode())))


def accounts(program):
    return formats.DEFAULT_ACCOUNTS[program]


def test_xero_gets_journals_that_balance():
    head, *rows = rows_of(formats.csv_text(formats.xero(LINES, accounts("xero"))))
    assert head == ["*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"]
    assert rows[0][1:] == ["03/11/2026", "Sales (EURC@8453)", "200", "Tax Exempt", "-1234.56"]
    assert rows[1][3:] == ["611", "Tax Exempt", "1234.56"]
    assert {row[0] for row in rows[:2]} == {"Tillway 20261103-EURC@8453-sales"}


def test_quickbooks_gets_entries_by_number_with_debits_and_credits():
    head, *rows = rows_of(formats.csv_text(formats.quickbooks(LINES, accounts("quickbooks"))))
    assert head[:5] == ["JournalNo", "JournalDate", "AccountName", "Debits", "Credits"]
    assert rows[0][:5] == ["TW261103-1", "11/03/2026", "Sales", "", "1234.56"]
    assert rows[1][:5] == ["TW261103-1", "11/03/2026", "Tillway Clearing", "1234.56", ""]
    assert rows[2][:5] == ["TW261103-2", "11/03/2026", "Merchant Fees", "6.17", ""]


def test_every_plain_row_has_its_other_side():
    _head, *rows = rows_of(formats.csv_text(formats.plain(LINES, accounts("plain"))))
    assert sorted(row[3] for row in rows if row[3]) == sorted(row[4] for row in rows if row[4])


def test_a_datev_batch_is_as_the_format_says():
    """Positions by the description of the format: header version 700, batch version 13."""
    text = b"".join(
        formats.datev_text(
            LINES,
            accounts("datev"),
            head=HEAD,
            first=date(2026, 11, 1),
            last=date(2026, 11, 30),
            made_at=datetime(2026, 12, 1, 9, 30, 15, 7000, tzinfo=UTC),
        )
    )
    head, columns, sale, fee, rest = text.decode("cp1252").split("\r\n")
    assert rest == ""
    assert head == (
        '"EXTF";700;21;"Buchungsstapel";13;20261201093015007;;"RE";"Tillway";"";29098;55003;'
        '20260101;4;20261101;20261130;"Tillway";"";1;0;0;"EUR";;"";;;"";;;"";""'
    )
    assert head.count(";") == 30
    assert columns.count(";") == sale.count(";") == 124
    assert columns.split(";")[7] == "Gegenkonto (ohne BU-Schlüssel)"
    assert sale.startswith('1234,56;"H";"EUR";;;;8400;1360;;0311;"20261103-EURC-8453-sales";;;')
    assert fee.startswith('6,17;"S";"EUR";;;;4970;1360;;0311;"20261103-EURC-8453-fees";;;')
    assert sale.split(";")[13] == '"Tillway Sales EURC@8453"'


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_no_cell_is_a_formula_and_text_comes_back(text):
    [[cell]] = rows_of(formats.csv_text([[text]])) or [[""]]
    assert cell in (text, "'" + text) or "\r" in text or "\n" in text
    assert cell[:1] not in ("=", "@", "\t")


def test_a_negative_number_stays_a_number():
    assert rows_of(formats.csv_text([["-12.50", "+1", "-x", "=1+1"]])) == [
        ["-12.50", "+1", "'-x", "'=1+1"]
    ]

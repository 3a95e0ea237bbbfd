"""What stands in exports comes out as it stood; what can't be read says why and harms no other."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.moving import bitcart, btcpay
from merchants.moving import csv_lines as csv_room
from merchants.moving.csv_lines import NoCsv, csv_lines
from merchants.moving.exact import NotExact, bps_from_percent, exact_from, exact_text
from merchants.moving.export_files import (
    BEGINNING,
    MOST_WHOLE,
    NoExport,
    TooLong,
    sales_in,
    source_of,
)
from merchants.moving.json_items import MOST_IN_AN_ITEM, NoJson, json_items
from merchants.moving.moments import moment_from
from merchants.moving.rows import PastSale, Unread
from tests.merchants.moving.samples import (
    BITCART_CSV,
    LEGACY_COLUMNS,
    LEGACY_CSV,
    REPORT_CSV,
    bitcart_invoice,
    btcpay_invoice,
    btcpay_store,
    btcpay_webhook,
)

BERLIN = ZoneInfo("Europe/Berlin")
CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def in_pieces(body: bytes, size: int = 7) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def read(body: bytes, zone=UTC) -> list[PastSale | Unread]:
    return list(sales_in(in_pieces(body), zone=zone))


def test_the_legacy_export_is_one_sale_an_invoice_with_the_transactions_that_counted() -> None:
    first, second = read(LEGACY_CSV)
    assert first == PastSale(
        line=2,
        old_id="InvA",
        order_id="1001",
        units=1250,
        decimals=2,
        currency="EUR",
        status="paid",
        exceptions=("overpaid",),
        at=datetime(2024, 1, 31, 10, 11, 12, tzinfo=UTC),
        transactions=("aa11", "bb22"),
        store_id="St1",
        email="ann@shop.example",
    )
    assert (second.order_id, second.status, second.units) == ("1002, gift", "expired", 700)


def test_a_report_is_read_by_the_clock_of_the_browser_that_wrote_it() -> None:
    first, late = read(REPORT_CSV, zone=BERLIN)
    assert (first.old_id, first.order_id, first.units) == ("InvC", "2001", 1990)
    assert first.at == datetime(2025, 7, 1, 10, tzinfo=UTC)
    assert first.transactions == ("cc33", "ee55")
    assert (late.status, late.exceptions) == ("paid", ("late",))


def test_bitcarts_export_is_read_with_its_lists() -> None:
    first, second = read(BITCART_CSV)
    assert (first.units, first.currency, first.transactions) == (550, "USD", ("1a2b", "3c4d"))
    assert (second.order_id, second.exceptions, second.transactions) == ("", ("overpaid",), ())


def test_json_exports_are_told_by_their_names_and_read_the_same() -> None:
    assert source_of(in_pieces(json.dumps([btcpay_invoice(1)]).encode())) == "btcpay"
    (sale,) = read(json.dumps([bitcart_invoice(3)], indent=2).encode())
    assert (sale.old_id, sale.units, sale.transactions) == ("b3", 300, ("tx3",))
    fields = [
        {"name": name, "type": "text"} for name in REPORT_CSV.decode().split("\n")[0].split(",")
    ]
    data = [line.split(",") for line in REPORT_CSV.decode().split("\n")[1:3]]
    data[0][4] = {"v": "19.90", "d": 2}
    (sale,) = read(json.dumps({"fields": fields, "data": data}).encode())
    assert (sale.old_id, sale.units, sale.transactions) == ("InvC", 1990, ("cc33", "ee55"))


@pytest.mark.parametrize("body", [b"", b"\x89PNG", b"a,b\n1,2\n", b"[1, 2]", b"{}", b"[", b'"x"'])
def test_what_is_no_export_is_refused_at_once(body: bytes) -> None:
    with pytest.raises(NoExport):
        source_of(in_pieces(body))


def test_a_row_that_cant_be_read_says_why_and_loses_no_other() -> None:
    rows = [
        btcpay_invoice(1),
        btcpay_invoice(2, amount="12,50"),
        btcpay_invoice(3, currency=None),
        btcpay_invoice(4, createdTime="yesterday"),
        btcpay_invoice(5, status="Strange"),
        btcpay_invoice(6, id=""),
        btcpay_invoice(7, amount=None),
        btcpay_invoice(8, metadata={"orderId": "x" * 300}),
        btcpay_invoice(9, id="a\0b"),
        "nonsense",
        btcpay_invoice(11, metadata=None),
    ]
    found = read(json.dumps(rows).encode())
    assert [one.line for one in found] == list(range(1, 12))
    assert [one.reason for one in found if isinstance(one, Unread)] == [
        *("bad_amount", "no_currency", "no_time", "no_status", "no_id", "no_amount"),
        *("too_long", "broken", "broken"),
    ]
    assert [one.old_id for one in found if isinstance(one, PastSale)] == ["inv1", "inv11"]


def test_a_file_that_breaks_off_gives_what_stood_before_it() -> None:
    rows = sales_in(
        in_pieces(json.dumps([btcpay_invoice(1), btcpay_invoice(2)]).encode()[:-9]), zone=UTC
    )
    assert next(rows).old_id == "inv1"
    with pytest.raises(NoExport):
        next(rows)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6), st.integers(1, 9))
def test_any_cell_survives_the_csv_reader(rows: list[list[str]], size: int) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [["a", "b", "c"], *rows]
    )
    told = [one.cells for one in csv_lines(in_pieces(out.getvalue().encode(), size))]
    assert told == [dict(zip("abc", row, strict=True)) for row in rows if any(map(str.strip, row))]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20)), st.integers(1, 9))
def test_any_text_survives_the_json_reader(texts: list[str], size: int) -> None:
    items = [{"id": text, "price": 0.1} for text in texts]
    body = json.dumps(items, ensure_ascii=False).encode()
    assert list(json_items(in_pieces(body, size))) == [{"id": one, "price": "0.1"} for one in texts]


def test_a_broken_line_is_told_of_and_passed_over() -> None:
    huge = "x" * 140_000
    body = f"{LEGACY_COLUMNS}\n{huge}\n".encode() + LEGACY_CSV.split(b"\r\n", 1)[1]
    found = list(sales_in(in_pieces(body, 4096), zone=UTC))
    assert [type(one) for one in found] == [Unread, PastSale, PastSale]
    assert found[0].reason == "broken"


@pytest.mark.parametrize("body", [b"\xff\xfea,b", b"", b"a" * 600_000])
def test_what_is_no_csv_is_none(body: bytes) -> None:
    with pytest.raises(NoCsv):
        list(csv_lines(in_pieces(body, 4096)))


@pytest.mark.parametrize("body", [b"[1", b"[1,", b"[1 2]", b"{}", b"[1,]", b"[\xff]", b""])
def test_what_is_no_json_array_is_none(body: bytes) -> None:
    with pytest.raises(NoJson):
        list(json_items(in_pieces(body, 2)))


@given(st.integers(-(10**20), 10**20), st.integers(0, 12))
def test_an_amount_is_kept_to_the_last_digit(units: int, decimals: int) -> None:
    text = exact_text(units, decimals)
    kept, places = exact_from(text, "BTC")
    assert kept * 10**decimals == units * 10**places


@pytest.mark.parametrize(
    ("text", "currency", "kept"),
    [
        ("12.5", "EUR", (1250, 2)),
        ("12.500", "EUR", (1250, 2)),
        ("12.505", "EUR", (12505, 3)),
        ("1E-05", "BTC", (1, 5)),
        ("5", "JPY", (5, 0)),
        (7, "EUR", (700, 2)),
        ("0.00", "BTC", (0, 0)),
    ],
)
def test_amounts_have_the_decimals_that_they_need(text, currency, kept) -> None:
    assert exact_from(text, currency) == kept


@pytest.mark.parametrize(
    "text", [True, None, "", "1,5", "NaN", "Infinity", "0x1", "1e999", "٣", "1 000", "9" * 61, 0.5]
)
def test_what_is_no_amount_is_refused(text) -> None:
    with pytest.raises(NotExact):
        exact_from(text, "EUR")


def test_a_percentage_becomes_whole_basis_points() -> None:
    assert [bps_from_percent(one) for one in ("1.25", 2, "0.999", "101", "-1", None)] == [
        *(125, 200, 99, None, None, None),
    ]


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (1_750_000_000, datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)),
        ("1750000000", datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)),
        (1_750_000_000_000, datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)),
        ("2025-06-15T15:06:40Z", datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)),
        ("2025-06-15 17:06:40", datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)),
        ("6/15/2025 3:06:40 PM", datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)),
        ("1999-01-01", None),
        ("13/13/2025 10:00", None),
        ("soon", None),
        (True, None),
        (None, None),
        (10**30, None),
    ],
)
def test_moments_are_read_in_every_form_that_exports_have(cell, moment) -> None:
    assert moment_from(cell, zone=BERLIN) == moment


def test_a_store_of_btcpay_tells_its_settings_and_webhooks() -> None:
    shop = btcpay.shop_from(btcpay_store(), [btcpay_webhook(), "nonsense"])
    assert (shop.currency, shop.lock_seconds, shop.confirmations) == ("USD", 1800, 6)
    assert [one.events for one in shop.webhooks] == [("InvoiceSettled", "PaymentRequestCompleted")]
    everything = btcpay_webhook(authorizedEvents={"everything": True, "specificEvents": []})
    assert btcpay.shop_from({}, [everything]).webhooks[0].events == ("*",)
    assert (
        btcpay.shop_from({"invoiceExpiration": "900", "paymentTolerance": "x"}).lock_seconds == 900
    )


def test_a_product_of_bitcart_is_an_item_or_says_why_not() -> None:
    tea = bitcart.item_from({"name": " Green  tea ", "price": "3.20", "quantity": 0}, line=4)
    assert (tea.name, tea.price, tea.sold_out, tea.category) == ("Green tea", "3.20", True, "")
    assert bitcart.item_from({"id": "p1"}, line=5) == Unread(5, "no_name", "p1")
    assert bitcart.item_from([], line=6) == Unread(6, "no_object")


def test_a_top_up_is_worth_what_was_paid() -> None:
    told = btcpay_invoice(1, type="TopUp", amount="0", paidAmount="4.75")
    assert btcpay.invoice_from(told, line=1).units == 475


@pytest.mark.parametrize("changes", [{"id": "a\0" + "b" * 300}, {"id": "c", "storeId": "d\ud800"}])
def test_no_text_comes_out_that_a_database_cant_hold(changes) -> None:
    found = btcpay.invoice_from(btcpay_invoice(1, **changes), line=1)
    texts = (found.old_id, getattr(found, "store_id", ""))
    assert not any(sign in text for text in texts for sign in ("\0", "\ud800"))
    assert len(found.old_id) <= 120


def test_a_stores_texts_are_cleaned_and_what_names_something_is_whole_or_left_out() -> None:
    hook = btcpay_webhook(url="https://cafe.example/\0", id="w" * 500)
    hook["authorizedEvents"]["specificEvents"] = ["InvoiceSettled", "a\ud800", *["x"] * 100_000]
    shop = btcpay.shop_from(btcpay_store(name="Caf\0\ud800é"), [hook])
    assert shop.name == "Café"
    assert [(one.id, one.url, one.events) for one in shop.webhooks] == [
        ("", "", ("InvoiceSettled", "x"))
    ]
    assert bitcart.item_from({"name": "Te\0a", "category": "H\0ot"}, line=1).name == "Tea"
    assert bitcart.item_from({"id": "p\0"}, line=1).old_id == "p"


def test_which_program_wrote_a_file_is_known_by_its_beginning_alone() -> None:
    asked = 0

    def told(begins: bytes, goes_on: bytes) -> Iterator[bytes]:
        nonlocal asked
        asked = 0
        yield begins
        while True:
            asked += 1
            assert asked * len(goes_on) <= 2 * MOST_WHOLE
            yield goes_on

    piece = b"0," * (BEGINNING // 2)
    for begins, goes_on in ((b"[", piece), (b" ", b" " * BEGINNING), (b"[[", b"[]," * BEGINNING)):
        with pytest.raises(NoExport):
            source_of(told(begins, goes_on))
        assert asked <= 2
    with pytest.raises(TooLong):
        source_of(told(b'{"result":[', piece))
    good = json.dumps([btcpay_invoice(1)]).encode()[:-1] + b","
    assert source_of(told(good, piece)) == "btcpay"


def test_what_begins_with_too_much_else_is_no_export() -> None:
    for few, many in ((20, 21),):
        rows = [0] * few + [btcpay_invoice(1)]
        assert len(read(json.dumps(rows).encode())) == few + 1
        with pytest.raises(NoExport):
            read(json.dumps([0] * many + [btcpay_invoice(1)]).encode())


def test_an_invoice_of_endless_lines_is_not_kept_line_by_line() -> None:
    def lines() -> Iterator[bytes]:
        cells = {"InvoiceCurrency": "EUR", "InvoicePrice": "1", "pad": "x" * 400}
        yield b"["
        for number in range(10_000):
            row = {"InvoiceId": "one", "PaymentId": f"hash{number}-0", **cells}
            yield json.dumps(row).encode() + b","
        yield b"0]"

    tracemalloc.start()
    try:
        found = list(sales_in(lines(), zone=UTC))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [type(one) for one in found] == [Unread, Unread]
    assert peak < 2_000_000  # the lines hold more than 5 MB


def test_a_file_of_empty_lines_is_not_read_for_ever(monkeypatch) -> None:
    monkeypatch.setattr(csv_room, "MOST_LINES", 50)
    body = LEGACY_CSV + b"\n" * 60 + LEGACY_CSV.split(b"\r\n", 1)[1]
    with pytest.raises(NoExport):
        read(body)
    assert len(read(LEGACY_CSV)) == 2


def test_an_item_comes_in_however_many_pieces_up_to_its_limit() -> None:
    item = {"pad": "x" * (MOST_IN_AN_ITEM - 100)}
    body = json.dumps([item, 1]).encode()
    assert list(json_items(in_pieces(body, 16))) == [item, 1]
    for size in (4096, 10 * MOST_IN_AN_ITEM):
        with pytest.raises(NoJson):
            list(json_items(in_pieces(body.replace(b"x", b"xx"), size)))

"""Reports over HTTP, beside what the shop really took."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from gateway.ledger.selectors import shop_balance
from gateway.settlement.reports.sales import ROWS_AT_ONCE, sales
from gateway.shops.models import Shop
from tests.chain_rows import USDC
from tests.merchants.api.conftest import Api, refused


def today() -> str:
    return timezone.now().date().isoformat()


def span(days: int = 1) -> str:
    now = timezone.now().date()
    return f"first={now - timedelta(days=days)}&last={now + timedelta(days=days)}"


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


@pytest.fixture
def sold(open_shop: Any) -> Any:
    """Two sales, one of them with tax and a tip."""
    open_shop.confirmed(open_shop.issue(1_250, metadata={"tax": "2.00", "tip": "1.50"}))
    open_shop.confirmed(open_shop.issue(420))
    return open_shop


def test_a_day_adds_up_to_what_the_shop_is_owed(api: Api, sold: Any) -> None:
    report = api.get(f"reports/daily?{span()}").json()
    [day] = report["days"]
    owed = shop_balance(shop_id=sold.shop_id, asset=USDC)
    assert day["opening"] == "0" and day["payments"] == 2
    assert int(Decimal(day["closing"]).scaleb(6)) == owed.available + owed.reserved
    assert Decimal(day["sales"]) + Decimal(day["fees"]) == Decimal(day["closing"])
    assert report["totals"][0] == day | {"day": None}
    [worth] = report["currencies"]
    assert (worth["value"], worth["tax"], worth["tip"]) == ("16.70", "2.00", "1.50")


def test_sales_are_rows_that_sum_to_the_day(api: Api, sold: Any) -> None:
    rows = rows_of(api.get(f"reports/sales.csv?{span()}"))
    assert [row["value"] for row in rows] == ["12.50", "4.20"]
    assert [(row["tax"], row["tip"]) for row in rows] == [("2.00", "1.50"), ("0.00", "0.00")]
    [day] = api.get(f"reports/daily?{span()}").json()["days"]
    credited = sum(int(Decimal(row["credited"]).scaleb(6)) for row in rows)
    assert credited == int(Decimal(day["closing"]).scaleb(6))
    assert all(row["transaction"].startswith("0x") for row in rows)


def test_a_payment_taken_back_is_a_row_of_its_own(api: Api, sold: Any) -> None:
    invoice = sold.issue(1_000)
    deposit = sold.confirmed(invoice)
    sold.hear(deposit, "orphaned")
    rows = rows_of(api.get(f"reports/sales.csv?{span()}"))
    assert [row["what"] for row in rows] == ["paid", "paid", "paid", "taken_back"]
    assert rows[-1]["value"] == "-10.00" and rows[-1]["credited"].startswith("-")
    [day] = api.get(f"reports/daily?{span()}").json()["days"]
    assert day["payments"] == 2 and Decimal(day["taken_back"]) < 0
    assert api.get(f"reports/daily?{span()}").json()["currencies"][0]["value"] == "16.70"


def test_days_are_the_shops_own(api: Api, sold: Any) -> None:
    Shop.objects.filter(id=sold.shop_id).update(time_zone="Pacific/Kiritimati")
    [day] = api.get(f"reports/daily?{span()}").json()["days"]
    local = timezone.now().astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    assert day["day"] == local.isoformat()


def test_a_period_before_the_first_sale_is_empty(api: Api, sold: Any) -> None:
    report = api.get("reports/daily?first=2020-01-01&last=2020-01-31").json()
    assert report["days"] == report["currencies"] == report["totals"] == []
    assert rows_of(api.get("reports/sales.csv?first=2020-01-01&last=2020-01-31")) == []


@pytest.mark.parametrize("program", ["plain", "xero", "quickbooks"])
def test_book_lines_come_as_a_file(api: Api, sold: Any, program: str) -> None:
    answer = api.get(f"reports/books.csv?{span()}&program={program}&sales=4711")
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert b"4711" in b"".join(answer.streaming_content)


def test_datev_needs_to_know_whose_file_it_is(api: Api, sold: Any) -> None:
    asked = f"reports/books.csv?{span()}&program=datev"
    refused(api.get(asked), 400, "datev_head_missing")
    whose = "&consultant=29098&client=55003&year_begins="
    refused(api.get(f"{asked}{whose}2020-01-01"), 400, "datev_head_missing")
    year = f"{timezone.now().year}-01-01"
    first = last = today()
    answer = api.get(f"reports/books.csv?first={first}&last={last}&program=datev{whose}{year}")
    assert answer["Content-Type"] == "text/csv; charset=windows-1252"
    assert b"".join(answer.streaming_content).startswith(b'"EXTF";700;21;')


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("first=2026-11-02&last=2026-11-01", "period_upside_down"),
        ("first=2020-01-01&last=2026-11-01", "period_too_long"),
        ("first=2026-11-31&last=2026-12-01", "day_invalid"),
        ("first=20261101&last=2026-12-01", "day_invalid"),
        ("first=2026-11-01", "field_required"),
        ("last=2026-11-01&first=", "field_required"),
        ("first=2026-11-01&last=2026-11-02&x=1", "unknown_parameter"),
    ],
)
def test_a_period_that_is_none_is_refused(api: Api, query: str, code: str) -> None:
    for report in ("daily", "sales.csv"):
        refused(api.get(f"reports/{report}?{query}"), 400, code)


def test_an_account_that_breaks_the_file_is_refused(api: Api, sold: Any) -> None:
    asked = f"reports/books.csv?{span()}"
    refused(api.get(f"{asked}&program=xero&sales={'x' * 61}"), 400, "account_unreadable")
    whose = "&consultant=1&client=1&year_begins=2026-01-01"
    refused(api.get(f"{asked}&program=datev{whose}&sales=84x0"), 400, "account_unreadable")
    refused(api.get(f"{asked}&program=sage"), 400, "parameter_invalid")
    refused(api.get(asked), 400, "field_required")


def test_a_strangers_key_sees_its_own_shop_alone(stranger: Api, sold: Any) -> None:
    assert stranger.get(f"reports/daily?{span()}").json()["days"] == []
    assert rows_of(stranger.get(f"reports/sales.csv?{span()}")) == []


def test_a_key_without_the_scope_gets_no_report(open_shop: Any, key_for: Any) -> None:
    api = Api(key_for(open_shop.shop_id, scopes=("invoices:read",)))
    refused(api.get(f"reports/daily?{span()}"), 403, "scope_missing")


def test_many_sales_are_read_page_by_page(sold: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.settlement.reports.sales.ROWS_AT_ONCE", 1)
    now = timezone.now().date()
    asked = {"first": now - timedelta(days=1), "last": now + timedelta(days=1)}
    found = list(sales(shop_id=sold.shop_id, zone=ZoneInfo("UTC"), **asked))
    assert len(found) == 2 and ROWS_AT_ONCE == 1_000
    assert found[0].at < found[1].at


def test_rubbish_in_the_metadata_is_no_tax(api: Api, open_shop: Any) -> None:
    for tax in ("x", "1e9", "-1", "99999999999", {"a": 1}):
        open_shop.confirmed(open_shop.issue(1_000, metadata={"tax": tax}))
    rows = rows_of(api.get(f"reports/sales.csv?{span()}"))
    assert [row["tax"] for row in rows] == ["0.00", "0.00", "0.00", "10.00", "0.00"]

"""The page of reports, as the shop's bookkeeper uses it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.faces import Staff


def span() -> str:
    now = timezone.now().date()
    return f"first={now - timedelta(days=1)}&last={now + timedelta(days=1)}"


@pytest.fixture
def sold(open_shop: Any) -> Any:
    open_shop.confirmed(open_shop.issue(1_250, metadata={"tax": "2.00", "tip": "1.50"}))
    return open_shop


def test_the_accountant_sees_what_was_sold_and_what_is_owed(sold: Any, staff: Staff) -> None:
    client = staff.client("accountant", headers={"accept-language": "en"})
    page = client.get(f"/dashboard/{sold.shop_id}/reports?{span()}").content.decode()
    assert "12.50" in page and "2.00" in page and "1.50" in page
    assert "All days" in page and "USDC" in page
    books = client.get(f"/dashboard/{sold.shop_id}/reports/books.csv?{span()}&program=xero")
    assert b"*Narration" in b"".join(books.streaming_content)
    sales = client.get(f"/dashboard/{sold.shop_id}/reports/sales.csv?{span()}")
    assert sales["Content-Disposition"].endswith('.csv"')
    assert len(b"".join(sales.streaming_content).splitlines()) == 2


def test_a_month_without_sales_says_so(open_shop: Any, staff: Staff) -> None:
    client = staff.client("owner", headers={"accept-language": "zh-hans"})
    page = client.get(f"/dashboard/{open_shop.shop_id}/reports").content.decode()
    assert "这些日期没有记录" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("first=2026-11-02&last=2026-11-01", "The last day lies before the first."),
        ("first=yesterday&last=2026-11-01", "That is no day."),
        ("first=2026-11-01", "Choose the first and the last day."),
    ],
)
def test_a_period_that_is_none_is_told_and_the_page_stays(
    open_shop: Any, staff: Staff, query: str, said: str
) -> None:
    client = staff.client("owner", headers={"accept-language": "en"})
    answer = client.get(f"/dashboard/{open_shop.shop_id}/reports?{query}")
    assert answer.status_code == 422 and said in answer.content.decode()


def test_datev_without_its_numbers_leads_back_to_the_page(open_shop: Any, staff: Staff) -> None:
    client = staff.client("owner", headers={"accept-language": "en"})
    asked = f"/dashboard/{open_shop.shop_id}/reports/books.csv?{span()}&program=datev"
    answer = client.get(asked, follow=True)
    assert "DATEV needs the accountant" in answer.content.decode()
    assert answer.redirect_chain[0][0].endswith(span())
    assert client.get(asked.replace("datev", "sage")).status_code == 404


@pytest.mark.parametrize("role", ["cashier", "developer"])
def test_who_may_not_export_sees_no_report(open_shop: Any, staff: Staff, role: str) -> None:
    for path in ("reports", f"reports/sales.csv?{span()}", f"reports/books.csv?{span()}"):
        answer = staff.client(role).get(f"/dashboard/{open_shop.shop_id}/{path}")
        assert answer.status_code == 403


def test_the_page_costs_the_same_for_many_days(
    sold: Any, staff: Staff, django_assert_num_queries: Any
) -> None:
    client = staff.client("owner")
    today = timezone.now().date()
    for days in (1, 300):
        asked = f"first={today - timedelta(days=days)}&last={today}"
        with django_assert_num_queries(10):
            client.get(f"/dashboard/{sold.shop_id}/reports?{asked}")

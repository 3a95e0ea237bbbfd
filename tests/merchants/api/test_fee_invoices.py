"""Monthly fee invoices over HTTP, beside what the journal says was taken."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gateway.events.models import Event
from gateway.invoices.models import Payment
from gateway.ledger.closing import Month
from gateway.ledger.selectors import shop_days
from gateway.settlement.billing.errors import MonthNotOver, NotCorrectable, ReasonMissing
from gateway.settlement.billing.issuing import fee_invoice_correct, fee_invoice_issue, month_ends
from gateway.settlement.billing.lines import fees_by_asset
from gateway.settlement.billing.models import FeeDocument, FeeSeries
from gateway.settlement.billing.tasks import fee_invoices_issue_due
from gateway.shops.models import Shop
from tests.chain_rows import USDC
from tests.faces import Staff
from tests.merchants.api.conftest import Api, refused


def this_month() -> Month:
    return Month.of(timezone.now())


def after(month: Month) -> datetime:
    return month_ends(month, ZoneInfo("UTC")) + timedelta(hours=2)


def issued(shop_id: UUID, **options: Any) -> FeeDocument:
    month = options.pop("month", this_month())
    made = fee_invoice_issue(shop_id=shop_id, month=month, now=after(month), by="test", **options)
    assert made is not None
    return made


@pytest.fixture
def sold(open_shop: Any) -> Any:
    for cents in (1_250, 420, 999):
        open_shop.confirmed(open_shop.issue(cents))
    return open_shop


def booked_fees(shop_id: UUID) -> int:
    month = this_month()
    first = date(month.year, month.month, 1)
    found = shop_days(
        shop_id=shop_id, first=first, last=first + timedelta(days=40), zone=ZoneInfo("UTC")
    )
    return sum(line.fees for line in found if line.asset == USDC)


def test_its_lines_add_up_to_what_the_journal_took(api: Api, sold: Any) -> None:
    document = issued(sold.shop_id)
    assert fees_by_asset(document.fee_lines) == {USDC: booked_fees(sold.shop_id)}
    payments = Payment.objects.filter(shop_id=sold.shop_id)
    assert booked_fees(sold.shop_id) == sum(int(payment.fee_units) for payment in payments) > 0
    told = api.get("fee-invoices").json()["data"]
    assert [one["number"] for one in told] == ["TEST-000001"]
    one = api.get(f"fee-invoices/{document.id}").json()
    assert one == told[0]
    [line], [value] = one["lines"], one["values"]
    assert line["payments"] == 3 and line["currency"] == value["currency"] == "EUR"
    # 26.69 EUR at 50 basis points
    assert line["value"] == value["amount"] == "0.13"


def test_a_payment_taken_back_takes_its_fee_off(sold: Any) -> None:
    deposit = sold.confirmed(sold.issue(5_000))
    sold.hear(deposit, "orphaned")
    document = issued(sold.shop_id)
    assert fees_by_asset(document.fee_lines) == {USDC: booked_fees(sold.shop_id)}
    assert sum(line.payments for line in document.fee_lines) == 3


def test_the_same_month_is_invoiced_once(sold: Any) -> None:
    assert issued(sold.shop_id).id == issued(sold.shop_id).id
    assert Event.objects.filter(type="fee_invoice.issued", shop_id=sold.shop_id).count() == 1


def test_a_month_is_over_by_the_shops_clock(sold: Any) -> None:
    month = this_month()
    Shop.objects.filter(id=sold.shop_id).update(time_zone="America/Los_Angeles")
    with pytest.raises(MonthNotOver):
        fee_invoice_issue(shop_id=sold.shop_id, month=month, now=after(month), by="test")
    assert fee_invoices_issue_due(now=after(month)) == 0
    assert fee_invoices_issue_due(now=after(month) + timedelta(hours=9)) == 1
    assert fee_invoices_issue_due(now=after(month) + timedelta(hours=9)) == 0


def test_a_month_without_a_fee_has_no_invoice(open_shop: Any) -> None:
    assert fee_invoices_issue_due(now=after(this_month())) == 0
    assert not FeeSeries.objects.exists()


def test_numbers_have_no_gaps_even_if_an_issue_comes_to_nothing(sold: Any) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        issued(sold.shop_id)
        1 / 0
    first = issued(sold.shop_id)
    note = fee_invoice_correct(
        document_id=first.id, reason="wrong fee", by="test", now=timezone.now()
    )
    again = issued(sold.shop_id)
    assert [one.number for one in (first, note, again)] == [1, 2, 3]
    assert [one.revision for one in (first, note, again)] == [0, 0, 1]
    told = [fees_by_asset(one.fee_lines)[USDC] for one in (first, note, again)]
    assert told[0] == -told[1] == told[2]


def test_what_was_issued_is_undone_by_a_note_alone_and_once(sold: Any) -> None:
    document = issued(sold.shop_id)
    now = timezone.now()
    with pytest.raises(ReasonMissing):
        fee_invoice_correct(document_id=document.id, reason=" ", by="test", now=now)
    note = fee_invoice_correct(document_id=document.id, reason="wrong", by="test", now=now)
    for one in (document, note):
        with pytest.raises(NotCorrectable):
            fee_invoice_correct(document_id=one.id, reason="again", by="test", now=now)


@pytest.mark.parametrize(
    "write",
    [
        "UPDATE billing_feedocument SET lines = '[]'",
        "DELETE FROM billing_feedocument",
        "UPDATE billing_feeseries SET last = 7",
        "DELETE FROM billing_feeseries",
    ],
)
def test_the_database_keeps_what_was_issued(sold: Any, write: str) -> None:
    issued(sold.shop_id)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(write)


def test_a_second_invoice_beside_one_that_stands_is_refused(sold: Any) -> None:
    document = issued(sold.shop_id)
    with pytest.raises(DatabaseError, match="stands"), transaction.atomic():
        FeeDocument.objects.create(
            mode="test", kind="invoice", shop_id=sold.shop_id, shop_name="x", revision=1,
            month=document.month, time_zone="UTC", lines=[], issued_by="x",
            issued_at=timezone.now(),
        )  # fmt: skip


def test_from_a_shell(sold: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="not over"):
        call_command("fee_invoices", "issue", str(this_month()))
    document = issued(sold.shop_id)
    call_command("fee_invoices", "credit", str(document.id), "--reason", "agreed")
    assert "TEST-000002" in capsys.readouterr().out


def text_of(pdf: bytes) -> str:
    """What a reader shows: strings of the page, in either font's encoding."""
    told = []
    for raw in re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", pdf, re.DOTALL):
        plain = re.sub(
            rb"\\([0-7]{3}|.)",
            lambda found: bytes([int(found[1], 8)]) if len(found[1]) == 3 else found[1],
            raw,
            flags=re.DOTALL,
        )
        told.append(plain.decode("utf-16-be" if b"\0" in plain else "cp1252", "replace"))
        told.append(plain.decode("utf-16-be", "ignore"))
    return "\n".join(told)


def test_as_pdf_it_says_the_same_in_either_language(api: Api, sold: Any) -> None:
    document = issued(sold.shop_id)
    answer = api.get(f"fee-invoices/{document.id}.pdf", accept_language="en")
    pdf = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "application/pdf" and pdf.startswith(b"%PDF-")
    shown = text_of(pdf)
    assert "Fee invoice" in shown and "TEST-000001" in shown and "0.13 EUR" in shown
    chinese = api.get(f"fee-invoices/{document.id}.pdf", accept_language="zh-hans")
    content = b"".join(chinese.streaming_content)
    assert b"STSong-Light" in content and "手续费发票" in text_of(content)
    again = api.get(f"fee-invoices/{document.id}.pdf", accept_language="en")
    assert b"".join(again.streaming_content) == pdf


def test_the_statement_says_what_the_report_says(api: Api, sold: Any) -> None:
    now = timezone.now().date()
    span = f"first={now - timedelta(days=1)}&last={now + timedelta(days=1)}"
    [day] = api.get(f"reports/daily?{span}").json()["days"]
    answer = api.get(f"reports/statement.pdf?{span}", accept_language="en")
    shown = text_of(b"".join(answer.streaming_content))
    assert day["closing"] in shown and day["sales"] in shown and "Café" in shown
    assert "26.69 EUR" in shown
    Shop.objects.filter(id=sold.shop_id).update(name="北京烤鸭店")
    chinese = api.get(f"reports/statement.pdf?{span}", accept_language="zh-hans")
    assert "北京烤鸭店" in text_of(b"".join(chinese.streaming_content))
    refused(
        api.get("reports/statement.pdf?first=2026-11-02&last=2026-11-01"), 400, "period_upside_down"
    )


def test_a_stranger_and_a_lesser_key_see_none(stranger: Api, sold: Any, key_for: Any) -> None:
    document = issued(sold.shop_id)
    assert stranger.get("fee-invoices").json()["data"] == []
    for path in (f"fee-invoices/{document.id}", f"fee-invoices/{document.id}.pdf"):
        refused(stranger.get(path), 404, "fee_invoice_not_found")
    refused(Api(key_for(sold.shop_id, scopes=("invoices:read",))).get("fee-invoices"), 403,
            "scope_missing")  # fmt: skip


def test_the_shops_bookkeeper_finds_them(sold: Any, django_assert_max_num_queries: Any) -> None:
    staff = Staff(sold)
    document = issued(sold.shop_id)
    client = staff.client("accountant", headers={"accept-language": "en"})
    page = f"/dashboard/{sold.shop_id}/fee-invoices"
    with django_assert_max_num_queries(7):
        shown = client.get(page).content.decode()
    assert "TEST-000001" in shown and "0.13 EUR" in shown
    pdf = client.get(f"{page}/{document.id}.pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")
    assert staff.client("cashier").get(page).status_code == 403
    assert page in client.get(f"/dashboard/{sold.shop_id}/reports").content.decode()
    report = client.get(f"/dashboard/{sold.shop_id}/reports/statement.pdf?first=x&last=y")
    assert report.status_code == 302


def test_a_long_document_takes_more_pages() -> None:
    from merchants.reports.paper import Column, Paper, Table, pdf_of

    rows = [[str(number), "1" * 60] for number in range(200)]
    columns = (Column("n", 0.5), Column("figure", 0.5, is_number=True))
    pdf = pdf_of(Paper("Long", [("a", "b")], [Table("T", columns, rows)], "foot"))
    assert pdf.count(b"/Type /Page\n") > 3
    shown = text_of(pdf)
    assert all(f"\n{number}\n" in f"\n{shown}\n" for number in range(200))
    assert shown.count("1" * 60) >= 200, "no figure is cut"

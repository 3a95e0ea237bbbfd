"""Payments before Tillway on their page: found, filtered, paged, taken along harmlessly."""

import csv
import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.events.cursors import PAGE_SIZE
from merchants.moving.models import PastInvoice
from merchants.moving.moves import move_from_file
from merchants.moving.selectors import Sought, past_page
from merchants.moving.telling import past_invoices
from tests.checkout.test_views import assert_strict
from tests.merchants.moving.samples import LEGACY_CSV, btcpay_invoice

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def here(open_shop) -> str:
    return f"/dashboard/{open_shop.shop_id}/history"


@pytest.fixture
def accountant(staff):
    return staff.client("accountant", **ENGLISH)


@pytest.fixture
def kept(open_shop, work):
    """Rows brought over."""

    def keep(rows, **changes):
        upload = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
        told = {"zone": "UTC", "with_emails": False, "by": "user:ann", "now": timezone.now()}
        move = move_from_file(shop_id=open_shop.shop_id, upload=upload, **{**told, **changes})
        return work(move)

    return keep


def test_an_empty_history_says_how_it_would_come(accountant, staff, here) -> None:
    page = accountant.get(here)
    assert_strict(page)
    assert "The owner can bring past payments over" in page.content.decode()
    assert (
        "Bring your past payments over"
        in staff.client("owner", **ENGLISH).get(here).content.decode()
    )


def test_past_payments_stand_with_all_that_is_known(accountant, here, kept) -> None:
    kept(LEGACY_CSV)
    text = accountant.get(here).content.decode()
    for words in ("€12.50", "1001", "InvA", "aa11", "Overpaid", "2024-01-31", "BTCPay Server"):
        assert words in text
    assert "ann@shop.example" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=o-2", {"inv2"}),
        ("q=inv3", {"inv3"}),
        ("q=O-", {"inv1", "inv2", "inv3"}),
        ("status=expired", {"inv3"}),
        ("source=bitcart", set()),
        ("first=2025-06-15&last=2025-06-15", {"inv1", "inv2", "inv3"}),
        ("last=2025-06-14", set()),
        ("q=%25", set()),
        ("q=a%00b", set()),
    ],
)
def test_they_are_searched_and_filtered(accountant, here, kept, query, found) -> None:
    kept([btcpay_invoice(1), btcpay_invoice(2), btcpay_invoice(3, status="Expired")])
    answer = accountant.get(f"{here}?{query}")
    text = answer.content.decode()
    assert {f"inv{number}" for number in (1, 2, 3) if f">inv{number}<" in text} == found


def test_what_cant_be_asked_is_refused(accountant, here) -> None:
    for query in ("status=strange", "source=paypal", "cursor=!"):
        assert accountant.get(f"{here}?{query}").status_code == 404
    answer = accountant.get(f"{here}?first=2025-02-30")
    assert answer.status_code == 422
    assert "That is no day." in answer.content.decode()


def test_a_transaction_finds_its_sale(accountant, here, kept) -> None:
    kept(LEGACY_CSV)
    text = accountant.get(f"{here}?q=bb22").content.decode()
    assert "InvA" in text
    assert "InvB" not in text


def test_pages_follow_one_another_with_one_query_each(open_shop, accountant, here, kept) -> None:
    kept([btcpay_invoice(number) for number in range(1, PAGE_SIZE + 4)])
    first = past_page(shop_id=open_shop.shop_id, sought=Sought())
    with CaptureQueriesContext(connection) as queries:
        second = past_page(shop_id=open_shop.shop_id, sought=Sought(), cursor=first.next_cursor)
    assert len(queries) == 1
    assert [one.old_id for one in second.items] == [
        f"inv{number}" for number in range(PAGE_SIZE + 1, PAGE_SIZE + 4)
    ]
    assert "Older" in accountant.get(here).content.decode()
    assert "Newest" in accountant.get(f"{here}?cursor={first.next_cursor}").content.decode()


def test_the_file_holds_what_is_listed_and_no_formula(accountant, here, kept) -> None:
    evil = btcpay_invoice(1, id="=cmd|' /C calc'!A1", metadata={"orderId": "@SUM(A1)"})
    kept([evil, btcpay_invoice(2, amount="-5.00"), btcpay_invoice(3, status="Expired")])
    answer = accountant.get(f"{here}.csv?status=paid")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["invoice_id"] for row in rows] == ["'=cmd|' /C calc'!A1", "inv2"]
    assert rows[0]["order_id"] == "'@SUM(A1)"
    assert (rows[1]["amount"], rows[1]["currency"]) == ("-5.00", "EUR")
    assert accountant.get(f"{here}.csv?first=x").status_code == 404


def test_emails_stand_in_the_file_alone_and_are_forgotten_by_the_owner(
    accountant, staff, here, kept
) -> None:
    now = int(timezone.now().timestamp())
    kept([btcpay_invoice(1, createdTime=now - 60)], with_emails=True)
    owner = staff.client("owner", **ENGLISH)
    assert "Forget all emails" in owner.get(here).content.decode()
    assert "Forget all emails" not in accountant.get(here).content.decode()
    file = b"".join(accountant.get(f"{here}.csv").streaming_content).decode()
    assert "buyer1@shop.example" in file
    assert accountant.post(f"{here}/emails/forget").status_code == 403
    assert owner.post(f"{here}/emails/forget")["Location"] == here
    assert "1 email was forgotten." in owner.get(here).content.decode()
    file = b"".join(accountant.get(f"{here}.csv").streaming_content).decode()
    assert "buyer1@shop.example" not in file


def test_a_shop_that_asks_what_is_held_is_told_of_them(open_shop, kept) -> None:
    from gateway.compliance.retaining.collecting import Whom

    kept(LEGACY_CSV)
    told = {row["id"]: row for row in past_invoices(Whom("shop", open_shop.shop_id)) or ()}
    assert (told["InvA"]["amount"], told["InvA"]["has_email"]) == ("12.50", False)
    assert past_invoices(Whom("subject", open_shop.shop_id)) is None


def test_amounts_of_any_currency_are_written_as_they_were(accountant, here, kept) -> None:
    kept(
        [
            btcpay_invoice(1, amount="0.00012345", currency="BTC"),
            btcpay_invoice(2, currency="JPY", amount="500"),
        ]
    )
    text = accountant.get(here).content.decode()
    assert "0.00012345\N{NO-BREAK SPACE}BTC" in text
    assert "¥500" in text


def test_a_past_sale_is_no_payment_of_ours(staff, open_shop, kept) -> None:
    kept(LEGACY_CSV)
    payments = staff.client("accountant", **ENGLISH).get(f"/dashboard/{open_shop.shop_id}/invoices")
    assert "InvA" not in payments.content.decode()
    assert PastInvoice.objects.filter(at__lt=timezone.now() - timedelta(days=1)).count() == 2
    assert not PastInvoice.objects.filter(shop_id=uuid4()).exists()

"""A payout's payments and an invoice's payouts, over the API and on the shop's pages."""

import csv
import io
from typing import Any

import pytest

from gateway.invoices.models import Invoice
from tests.faces import Staff, staff
from tests.merchants.api.conftest import Api, refused

__all__ = ["staff"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(api: Api, open_shop: Any) -> tuple[list[str], dict[str, Any]]:
    """Three coffees, paid and final, and one payout of all of them."""
    ids = []
    for number in range(3):
        invoice = api.invoice(order_id=f"coffee-{number}")
        deposit = open_shop.confirmed(Invoice.objects.get(id=invoice["id"]))
        open_shop.hear(deposit, "final")
        open_shop.drain()
        ids.append(invoice["id"])
    return ids, api.post("payouts", {}, Idempotency_Key="p1").json()


def test_a_payout_lists_its_payments_and_they_add_up(
    api: Api, sold: tuple[list[str], dict[str, Any]]
) -> None:
    ids, payout = sold
    first = api.get(f"payouts/{payout['id']}/invoices?limit=2").json()
    rest = api.get(f"payouts/{payout['id']}/invoices?cursor={first['next_cursor']}").json()
    rows = first["data"] + rest["data"]
    assert [row["invoice_id"] for row in rows] == ids
    assert sum(int(row["units"]) for row in rows) == int(first["taken_units"])
    assert int(first["taken_units"]) == int(payout["units"])
    assert first["not_from_payments_units"] == "0"


def test_the_file_holds_the_same(api: Api, sold: tuple[list[str], dict[str, Any]]) -> None:
    ids, payout = sold
    answer = api.get(f"payouts/{payout['id']}/invoices.csv")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["invoice_id"] for row in rows] == ids
    assert sum(int(row["units"]) for row in rows) == int(payout["units"])


def test_an_invoice_names_its_payouts(api: Api, sold: tuple[list[str], dict[str, Any]]) -> None:
    ids, payout = sold
    for invoice_id in ids:
        [paid_in] = api.get(f"invoices/{invoice_id}").json()["payouts"]
        assert paid_in["payout_id"] == payout["id"]
        assert int(paid_in["units"]) > 0


def test_a_payout_that_was_taken_back_pays_nothing(
    api: Api, sold: tuple[list[str], dict[str, Any]]
) -> None:
    ids, payout = sold
    if api.post(f"payouts/{payout['id']}/cancel").status_code == 200:
        assert api.get(f"payouts/{payout['id']}/invoices").json()["data"] == []
        assert api.get(f"invoices/{ids[0]}").json()["payouts"] == []


def test_a_strangers_payout_is_not_there(
    api: Api, sold: tuple[list[str], dict[str, Any]], stranger: Api
) -> None:
    _, payout = sold
    for path in ("invoices", "invoices.csv"):
        refused(stranger.get(f"payouts/{payout['id']}/{path}"), 404, "payout_unknown")


def test_the_shops_pages_lead_both_ways(
    sold: tuple[list[str], dict[str, Any]], staff: Staff, open_shop: Any
) -> None:
    ids, payout = sold
    root = f"/dashboard/{open_shop.shop_id}"
    owner = staff.client("owner")
    here = f"{root}/payouts/{payout['id']}/invoices"
    assert here.removesuffix("/invoices") in owner.get(f"{root}/payouts").content.decode()
    assert f"{here}.csv" in owner.get(here.removesuffix("/invoices")).content.decode()
    page = owner.get(here).content.decode()
    for invoice_id in ids:
        assert f"{root}/invoices/{invoice_id}" in page
        assert here in owner.get(f"{root}/invoices/{invoice_id}").content.decode()
    lines = b"".join(owner.get(f"{here}.csv").streaming_content).decode().splitlines()
    assert len(lines) == 1 + len(ids)
    assert staff.client("cashier").get(here).status_code == 403
    assert owner.get(f"{here}?cursor=nonsense").status_code == 404

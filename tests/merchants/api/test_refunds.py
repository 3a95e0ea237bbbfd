"""Refunds over the API."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from gateway.invoices.models import Invoice
from gateway.refunds.models import Refund
from gateway.refunds.selectors import refund_by_link
from gateway.shops.services import shop_set_terms
from tests.merchants.api.conftest import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(api: Api, open_shop: Any) -> dict[str, Any]:
    """An invoice that was paid, with a surplus; the shop sold something else too."""
    for units in (None, 30_000_000):
        invoice = api.invoice()
        deposit = open_shop.confirmed(Invoice.objects.get(id=invoice["id"]), units=units)
        open_shop.hear(deposit, "final")
    return invoice


def ask(api: Api, invoice: dict[str, Any], key: str = "r1", **wanted: Any) -> Any:
    return api.post("refunds", {"invoice_id": invoice["id"], **wanted}, Idempotency_Key=key)


def test_a_refund_is_asked_for_once_and_its_link_is_told_once(
    api: Api, paid: dict[str, Any]
) -> None:
    first = ask(api, paid, amount="5.00", reason="Broken")
    assert first.status_code == 201, first.content
    told = first.json()
    assert (told["status"], told["worth"], told["approved_by"]) == ("requested", "5.00", None)
    token = told["claim_url"].rpartition("/c/")[2]
    assert str(refund_by_link(token).id) == told["id"]
    again = ask(api, paid, amount="5.00", reason="Broken")
    assert again.content == first.content and again["Idempotent-Replayed"] == "true"
    assert Refund.objects.count() == 1
    got = api.get(f"refunds/{told['id']}").json()
    assert "claim_url" not in got and got["requested_by"].startswith("key:")
    assert api.get("refunds?status=requested").json()["data"] == [got]
    assert api.get(f"refunds?invoice_id={uuid4()}").json()["data"] == []
    beside = api.get(f"invoices/{paid['id']}").json()["refunds"]
    assert [(one["id"], one["status"]) for one in beside] == [(told["id"], "requested")]


def test_what_is_left_is_told_and_a_surplus_is_asked_for(api: Api, paid: dict[str, Any]) -> None:
    found = api.get(f"invoices/{paid['id']}/refundable").json()
    assert (found["left"], found["currency"]) == ("12.62", "EUR")
    (owed,) = found["owed"]
    assert owed["reason"] == "surplus"
    answer = ask(api, paid, claim_id=owed["claim_id"])
    assert (answer.status_code, answer.json()["kind"]) == (201, "surplus")
    refused(ask(api, paid, key="r2", claim_id=owed["claim_id"]), 409, "refund_claim_taken")
    refused(ask(api, paid, key="r3", claim_id=owed["claim_id"], rate="paid"), 400, "unknown_field")
    assert api.get(f"invoices/{paid['id']}/refundable").json()["owed"] == []


def test_a_key_approves_within_its_limit_only(
    api: Api, paid: dict[str, Any], open_shop: Any
) -> None:
    refund = ask(api, paid, amount="5.00").json()
    refused(api.post(f"refunds/{refund['id']}/approve"), 403, "refund_approval_refused")
    shop_set_terms(
        shop_id=open_shop.shop_id, changes={"refund_key_limit_units": 500}, now=timezone.now()
    )
    assert api.post(f"refunds/{refund['id']}/approve").json()["approved_by"].startswith("key:")


def test_a_refund_is_cancelled_and_a_link_made_anew(api: Api, paid: dict[str, Any]) -> None:
    refund = ask(api, paid, amount="5.00").json()
    renewed = api.post(f"refunds/{refund['id']}/link")
    assert renewed.status_code == 200 and renewed.json()["claim_url"] != refund["claim_url"]
    cancelled = api.post(f"refunds/{refund['id']}/cancel").json()
    assert (cancelled["status"], cancelled["rejected_by"]) == ("rejected", refund["requested_by"])
    refused(api.post(f"refunds/{refund['id']}/link"), 409, "refund_not_open")


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        ({"amount": "12.63"}, 422, "refund_too_large"),
        ({"amount": "0"}, 400, "amount_not_positive"),
        ({"amount": "1", "asset": "DOGE@1"}, 422, "refund_asset_unknown"),
        ({"amount": "1", "asset": "DAI@31337"}, 422, "refund_asset_unknown"),
        ({"claim_id": str(uuid4())}, 404, "refund_claim_unknown"),
        ({"assets": ["DAI@31337"]}, 422, "refund_asset_unknown"),
    ],
)
def test_what_can_not_be_refunded_is_refused(
    api: Api, paid: dict[str, Any], wanted: dict[str, Any], status: int, code: str
) -> None:
    answer = ask(api, paid, **wanted)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert not Refund.objects.exists()


def test_a_refund_needs_an_idempotency_key(api: Api, paid: dict[str, Any]) -> None:
    refused(api.post("refunds", {"invoice_id": paid["id"]}), 400, "idempotency_key_required")


def test_a_strangers_key_finds_no_refund_and_no_invoice(
    api: Api, stranger: Api, paid: dict[str, Any]
) -> None:
    refund = ask(api, paid, amount="5.00").json()
    for path in ("", "/approve", "/cancel", "/link"):
        answer = stranger.send("POST" if path else "GET", f"refunds/{refund['id']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "refund_unknown")
    assert stranger.get(f"invoices/{paid['id']}/refundable").status_code == 404
    refused(ask(stranger, paid), 404, "invoice_not_found")
    assert stranger.get("refunds").json()["data"] == []

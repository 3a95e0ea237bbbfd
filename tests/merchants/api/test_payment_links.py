"""Payment links over the API."""

from typing import Any

import pytest
from django.test import Client

from gateway.invoices.models import Invoice
from tests.merchants.api.conftest import Api, refused
from tests.merchants.api.test_description import _check

pytestmark = pytest.mark.django_db
TICKET = {"title": "Concert ticket", "amount": "12.50"}


def test_a_link_is_made_changed_and_closed(api: Api) -> None:
    made = api.post("payment-links", {**TICKET, "sales_limit": 3, "note": "Doors at seven."})
    _check(made, "/v1/payment-links", "post")
    link, path = made.json(), made["Location"].removeprefix("/v1/")
    assert link["url"].endswith(f"/l/{link['url'][-12:]}")
    assert (link["state"], link["amount"], link["minimum"]) == ("open", "12.50", None)
    assert (link["sales"], link["takings"], link["kind"]) == (0, "0.00", "link")
    change = {"title": "Seat", "ends_at": "2099-12-24T18:00:00+01:00", "paused": True}
    changed = api.send("PATCH", path, change)
    _check(changed, "/v1/payment-links/{link_id}", "patch")
    assert changed.json()["ends_at"] == "2099-12-24T17:00:00Z"
    assert (changed.json()["state"], changed.json()["title"]) == ("paused", "Seat")
    back = api.send("PATCH", path, {"ends_at": None, "paused": False}).json()
    assert (back["ends_at"], back["state"], back["note"]) == (None, "open", "Doors at seven.")
    closed = api.post(f"{path}/close")
    _check(closed, "/v1/payment-links/{link_id}/close", "post")
    assert closed.json()["state"] == "closed" and closed.json()["closed_at"]
    refused(api.send("PATCH", path, {"title": "x"}), 409, "payment_link_closed")
    _check(api.get(path), "/v1/payment-links/{link_id}", "get")
    _check(api.get("payment-links"), "/v1/payment-links", "get")


def test_what_came_of_it_is_told(api: Api, open_shop: Any) -> None:
    asked = {"title": "Roof", "kind": "donation", "minimum": "1", "maximum": "500"}
    link = api.post("payment-links", asked).json()
    drawn = Client().post(f"/l/{link['url'][-12:]}", {"amount": "20"})
    invoice_id = drawn["Location"].removeprefix("/i/")
    open_shop.confirmed(Invoice.objects.get(id=invoice_id))
    again = api.get(f"payment-links/{link['id']}").json()
    assert (again["sales"], again["takings"]) == (1, "20.00")
    invoice = api.get(f"invoices/{invoice_id}").json()
    assert invoice["metadata"] == {"payment_link": link["id"]}


def test_the_same_key_makes_one_link(api: Api) -> None:
    one, two = (api.post("payment-links", TICKET, Idempotency_Key="k").json() for _ in range(2))
    assert one["id"] == two["id"]
    assert len(api.get("payment-links").json()["data"]) == 1


def test_the_list_goes_on_by_its_cursor(api: Api) -> None:
    ids = [api.post("payment-links", TICKET).json()["id"] for _ in range(3)]
    first = api.get("payment-links?limit=2").json()
    rest = api.get(f"payment-links?cursor={first['next_cursor']}").json()
    assert [one["id"] for one in (*first["data"], *rest["data"])] == ids[::-1]
    refused(api.get("payment-links?cursor=!"), 400, "bad_cursor")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "field_required", "title"),
        ({"title": "x"}, "payment_link_price_invalid", "amount"),
        ({**TICKET, "minimum": "1", "maximum": "2"}, "payment_link_price_invalid", "amount"),
        ({"title": "x", "minimum": "2", "maximum": "1"}, "payment_link_price_invalid", "amount"),
        ({**TICKET, "amount": "12.505"}, "amount_too_precise", "amount"),
        ({**TICKET, "amount": 12}, "amount_not_text", "amount"),
        ({"title": "x", "minimum": "0", "maximum": "1"}, "amount_not_positive", "minimum"),
        ({**TICKET, "title": "x" * 121}, "max_length", "title"),
        ({**TICKET, "title": "a\nb"}, "payment_link_text_invalid", "title"),
        ({**TICKET, "kind": "gift"}, "invalid_choice", "kind"),
        ({**TICKET, "sales_limit": 0}, "min_value", "sales_limit"),
        ({**TICKET, "ends_at": "2099-01-01T00:00:00"}, "not_a_moment", "ends_at"),
        ({**TICKET, "ends_at": 5}, "not_a_moment", "ends_at"),
        ({**TICKET, "ends_at": "2001-01-01T00:00:00Z"}, "payment_link_end_invalid", "ends_at"),
        ({**TICKET, "slug": "mine"}, "unknown_field", "slug"),
    ],
)
def test_what_can_be_no_link_is_refused(api: Api, body: Any, code: str, field: str) -> None:
    answer = api.post("payment-links", body)
    assert refused(answer, answer.status_code, code)["field"] == field
    assert answer.status_code in (400, 422)


def test_a_key_that_may_only_read_makes_none(open_shop: Any, key_for: Any) -> None:
    api = Api(key_for(open_shop.shop_id, scopes=("links:read",)))
    assert api.get("payment-links").json()["data"] == []
    refused(api.post("payment-links", TICKET), 403, "scope_missing")

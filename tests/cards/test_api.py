"""Card readers and refunds to cards over the API."""

from typing import Any
from uuid import uuid4

import pytest

from gateway.cards.models import CardTender
from gateway.refunds.cards.carrying import card_refunds_carry
from gateway.refunds.cards.models import CardRefund
from gateway.shops.services import shop_set_terms
from merchants.accounts.actions import SCOPES
from merchants.accounts.services import api_key_create
from tests.cards.kit import Desk
from tests.cards.till import Till, registered
from tests.merchants.api.conftest import Api, refused
from tests.stripe_fake import readers


@pytest.fixture
def api(desk: Desk) -> Api:
    _, secret = api_key_create(shop_id=desk.world.shop_id, mode="test", scopes=tuple(SCOPES))
    return Api(secret)


@pytest.fixture
def sold(desk: Desk) -> str:
    """A sale that a card paid and whose money has come, beside another one: the shop has money."""
    invoices = [desk.paid(), desk.paid()]
    for invoice in invoices:
        desk.settles(invoice)
    return str(invoices[0].id)


def _ask(api: Api, key: str = "r1", **wanted: Any) -> Any:
    return api.post("card-refunds", wanted, Idempotency_Key=key)


def test_a_refund_to_a_card_is_asked_for_once(api: Api, desk: Desk, sold: str) -> None:
    first = _ask(api, invoice_id=sold, amount="5.00", reason="Broken")
    assert first.status_code == 201, first.content
    told = first.json()
    assert (told["status"], told["amount"], told["requested_via"]) == ("requested", "5.00", "api")
    assert first["Location"] == f"/v1/card-refunds/{told['id']}"
    again = _ask(api, invoice_id=sold, amount="5.00", reason="Broken")
    assert again.content == first.content and again["Idempotent-Replayed"] == "true"
    assert CardRefund.objects.count() == 1
    assert api.get(f"card-refunds/{told['id']}").json() == told
    for query in ("status=requested", f"invoice_id={sold}"):
        assert api.get(f"card-refunds?{query}").json() == {"data": [told], "next_cursor": None}
    for query in ("status=completed", f"invoice_id={uuid4()}"):
        assert api.get(f"card-refunds?{query}").json()["data"] == []


def test_a_key_approves_within_its_limit_only(api: Api, desk: Desk, sold: str) -> None:
    refund = _ask(api, invoice_id=sold, amount="5.00").json()
    path = f"card-refunds/{refund['id']}/approve"
    refused(api.post(path), 403, "refund_approval_refused")
    limit = {"refund_key_limit_units": 500}
    shop_set_terms(shop_id=desk.world.shop_id, changes=limit, now=desk.place.now)
    approved = api.post(path).json()
    assert approved["status"] == "approved" and approved["approved_by"].startswith("key:")
    refused(api.post(f"card-refunds/{refund['id']}/cancel"), 409, "refund_not_open")
    card_refunds_carry(now=desk.world.clock.advance(seconds=31))
    assert api.get(f"card-refunds/{refund['id']}").json()["status"] in {"left", "completed"}


def test_what_was_set_aside_is_the_shops_again(api: Api, desk: Desk, sold: str) -> None:
    before = desk.shop
    refund = _ask(api, invoice_id=sold).json()
    assert (refund["amount"], desk.shop) == ("12.50", before - 1_250)
    called_off = api.post(f"card-refunds/{refund['id']}/cancel").json()
    assert (called_off["status"], desk.shop) == ("rejected", before)
    assert called_off["ended_by"].startswith("key:") and called_off["ended_at"].endswith("Z")


def test_bad_refunds_are_refused_with_their_reason(api: Api, desk: Desk, sold: str) -> None:
    refused(api.post("card-refunds", {"invoice_id": sold}), 400, "idempotency_key_required")
    for key, amount, status, code in (
        ("a", "12.51", 422, "refund_too_large"),
        ("b", "0", 400, "amount_not_positive"),
        ("c", "1.001", 400, "amount_too_precise"),
    ):
        refused(_ask(api, key, invoice_id=sold, amount=amount), status, code)
    refused(_ask(api, "d", invoice_id=str(uuid4())), 404, "invoice_not_found")
    refused(_ask(api, "e", invoice_id=str(desk.issue().id)), 409, "nothing_to_refund")
    refused(api.get("card-refunds?invoice_id=x"), 400, "parameter_invalid")
    assert not CardRefund.objects.exists()


def test_pages_go_on_where_the_last_one_ended(api: Api, desk: Desk, sold: str) -> None:
    asked = [_ask(api, f"r{at}", invoice_id=sold, amount="1.00").json()["id"] for at in range(3)]
    first = api.get("card-refunds?limit=2").json()
    rest = api.get(f"card-refunds?limit=2&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in first["data"] + rest["data"]] == asked[::-1]
    assert rest["next_cursor"] is None


def test_another_pos_takes_a_card_at_a_reader(api: Api, till: Till) -> None:
    (reader,) = api.get("readers").json()["data"]
    assert (reader["label"], reader["status"], reader["online"]) == ("Counter", "ready", True)
    invoice = till.desk.issue()
    path = f"invoices/{invoice.id}/reader"
    refused(api.get(path), 404, "card_tender_unknown")
    first = api.send("PUT", path, {"reader_id": reader["id"]}).json()
    assert (first["turn"], first["may_cancel"], first["may_try_again"]) == ("asking", True, False)
    assert api.send("PUT", path, {"reader_id": reader["id"]}).json() == first
    till.carry()
    assert api.get(path).json()["turn"] == "waiting"
    readers.taps(till.state, till.device)
    till.carry()
    till.paid_once(invoice)
    refused(api.get(path), 404, "card_tender_unknown")
    assert api.get(f"invoices/{invoice.id}").json()["status"] == "paid"


def test_another_pos_calls_a_card_off(api: Api, till: Till) -> None:
    invoice = till.waiting()
    path = f"invoices/{invoice.id}/reader"
    assert api.send("DELETE", path).json()["turn"] == "ending"
    till.carry()
    refused(api.send("DELETE", path), 404, "card_tender_unknown")
    till.never_paid(invoice)


def test_after_a_declined_card_another_reader_asks(api: Api, till: Till) -> None:
    other = registered(till.desk, code="puddle-2", label="Terrace")
    invoice = till.waiting()
    readers.is_declined(till.state, till.device)
    till.carry()
    path = f"invoices/{invoice.id}/reader"
    assert api.get(path).json()["may_try_again"] is True
    anew = api.send("PUT", path, {"reader_id": str(other.id)}).json()
    assert (anew["turn"], anew["reader_id"]) == ("asking", str(other.id))
    assert CardTender.objects.count() == 1


def test_a_request_that_comes_twice_wakes_no_reader_anew(api: Api, till: Till) -> None:
    invoice = till.desk.issue()
    path, body = f"invoices/{invoice.id}/reader", {"reader_id": str(till.reader.id)}
    first = api.send("PUT", path, body, Idempotency_Key="once").json()
    till.carry()
    readers.is_declined(till.state, till.device)
    till.carry()
    again = api.send("PUT", path, body, Idempotency_Key="once")
    assert (again.json(), again["Idempotent-Replayed"]) == (first, "true")
    assert api.get(path).json()["may_try_again"] is True
    assert api.send("PUT", path, body, Idempotency_Key="anew").json()["turn"] == "asking"


def test_a_page_that_is_open_is_given_up_though_the_answer_is_no(api: Api, till: Till) -> None:
    """The refusal must not undo that the page is being closed: else it stayed open for ever."""
    invoice = till.desk.issue()
    till.desk.page(invoice)
    path, body = f"invoices/{invoice.id}/reader", {"reader_id": str(till.reader.id)}
    same = {"Idempotency_Key": "once"}
    refused(api.send("PUT", path, body, **same), 409, "card_page_open")
    assert till.desk.tender(invoice).status == "letting_go"
    till.carry()
    assert api.send("PUT", path, body, **same).json()["turn"] == "asking"


def test_a_strange_reader_is_not_there(api: Api, desk: Desk) -> None:
    path = f"invoices/{desk.issue().id}/reader"
    refused(api.send("PUT", path, {"reader_id": str(uuid4())}), 404, "reader_unknown")
    refused(api.send("PUT", path, {}), 400, "field_required")

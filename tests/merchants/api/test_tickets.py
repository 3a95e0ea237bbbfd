"""Tickets over the API: what a till does, by a program."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.invoices.models import Invoice
from merchants.accounts.actions import SCOPES
from merchants.catalogue import services as catalogue
from merchants.catalogue.choosing import Modifier
from merchants.tickets.models import CashTake, Ticket, TicketAct, TicketLine
from merchants.tickets.services import Tap, ticket_open
from tests.merchants.api.conftest import Api, refused

pytestmark = pytest.mark.django_db

CAKE = {"amount": "5.35", "name": "Cake", "tax": "7"}


def opened(api: Api, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = api.post("tickets", {"lines": list(lines), **more})
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"/v1/tickets/{answer.json()['id']}"
    return dict(answer.json())


def acts(api: Api, ticket: dict[str, Any], verb: str, body: Any = None, **more: Any) -> Any:
    if verb == "charge":
        more.setdefault("Idempotency_Key", str(uuid7()))
    answer = api.post(f"tickets/{ticket['id']}/{verb}", body, **more)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_items_and_amounts_come_to_a_total_in_todays_words_or_those_shown(api: Api) -> None:
    item = api.post("items", {"name": "Espresso", "price": "3.00", "tax": "20"}).json()
    api.send("PATCH", f"items/{item['id']}", {"price": "3.50"})
    ticket = opened(
        api,
        {"item_id": item["id"]},
        {"item_id": item["id"], "version": 1, "quantity": "2"},
        CAKE,
        label="Table 4",
    )
    assert (ticket["state"], ticket["label"], ticket["due"]) == ("open", "Table 4", "14.85")
    assert [line["due"] for line in ticket["lines"]] == ["3.50", "6.00", "5.35"]
    assert [tax["tax"] for tax in ticket["taxes"]] == ["0.35", "1.58"]
    assert ticket["opened_by"].startswith("key:")
    assert api.get(f"tickets/{ticket['id']}").json() == ticket


def test_a_line_is_put_on_and_taken_off(api: Api) -> None:
    ticket = opened(api)
    one = acts(api, ticket, "lines", {"amount": "2.00", "quantity": "1.5"})
    assert one["due"] == "3.00"
    (line,) = one["lines"]
    gone = api.send("DELETE", f"tickets/{ticket['id']}/lines/{line['id']}")
    assert (gone.status_code, gone.json()["due"], gone.json()["lines"]) == (200, "0.00", [])
    again = api.send("DELETE", f"tickets/{ticket['id']}/lines/{line['id']}")
    refused(again, 404, "line_not_found")


def test_modifiers_are_chosen_by_name(api: Api, open_shop: Any) -> None:
    milk = catalogue.group_put(
        shop_id=open_shop.shop_id,
        by="user:ann",
        now=open_shop.now,
        name="Milk",
        least=1,
        most=1,
        modifiers=[Modifier("Cow"), Modifier("Oat", 50)],
    )
    item = api.post("items", {"name": "Latte", "price": "4.00", "groups": [str(milk.id)]}).json()
    chosen = {"group_id": str(milk.id), "modifier": "Oat"}
    ticket = opened(api, {"item_id": item["id"], "choices": [chosen]})
    assert ticket["due"] == "4.50"
    answer = api.post(f"tickets/{ticket['id']}/lines", {"item_id": item["id"]})
    refused(answer, 400, "choice_invalid")


def test_a_ticket_waits_and_goes_on_or_is_called_off(api: Api) -> None:
    ticket = opened(api, CAKE)
    parked = acts(api, ticket, "park", {"label": "Ana"})
    assert (parked["state"], parked["label"]) == ("parked", "Ana")
    refused(api.post(f"tickets/{ticket['id']}/lines", CAKE), 409, "ticket_not_now")
    assert acts(api, ticket, "recall")["state"] == "open"
    void = acts(api, ticket, "void", {"reason": "Went away"})
    assert (void["state"], void["void_reason"]) == ("void", "Went away")


def test_a_split_bill_is_paid_by_tokens_and_in_cash(api: Api, open_shop: Any) -> None:
    ticket = opened(api, {"amount": "10.01", "tax": "20"})
    assert [part["due"] for part in acts(api, ticket, "split", {"parts": 2})["parts"]] == [
        "5.01",
        "5.00",
    ]
    shown = acts(api, ticket, "charge")
    (demand,) = shown["parts"][0]["demands"]
    invoice = Invoice.objects.get(id=demand["invoice_id"])
    assert (demand["amount"], invoice.metadata["tax"]) == ("5.01", "0.84")
    open_shop.confirmed(invoice)
    cash = {"part": 2, "tender": "cash", "given": "6.00", "keep_change": True}
    paid = acts(api, ticket, "charge", cash)
    assert (paid["state"], paid["tip"], paid["paid"]) == ("paid", "1.00", "11.01")
    assert paid["parts"][1]["cash"][0]["tip"] == "1.00"


def test_who_pays_which_line(api: Api) -> None:
    ticket = opened(api, {"amount": "4.00"}, {"amount": "3.00"})
    lines = [line["id"] for line in ticket["lines"]]
    payers = [{"line_id": lines[0], "parts": [1, 2]}, {"line_id": lines[1], "parts": [2]}]
    parts = acts(api, ticket, "split", {"payers": payers})["parts"]
    assert [part["due"] for part in parts] == ["2.00", "5.00"]
    refused(api.post(f"tickets/{ticket['id']}/split", {"payers": payers[:1]}), 400, "split_invalid")


def test_an_open_ticket_is_charged_at_once_and_the_same_request_once(api: Api) -> None:
    ticket = opened(api, CAKE)
    cash = {"tender": "cash", "given": "10.00"}
    for _ in range(2):
        paid = acts(api, ticket, "charge", cash, Idempotency_Key="drawer")
        assert (paid["state"], paid["parts"][0]["cash"][0]["change"]) == ("paid", "4.65")
    assert CashTake.objects.count() == 1
    refused(api.post(f"tickets/{ticket['id']}/charge", cash), 400, "idempotency_key_required")


def test_the_same_request_with_the_same_key_opens_one_ticket(api: Api) -> None:
    said = {"lines": [CAKE]}
    first, second = (api.post("tickets", said, Idempotency_Key="one") for _ in range(2))
    assert first.json() == second.json()
    assert (Ticket.objects.count(), TicketLine.objects.count()) == (1, 1)


def test_lists_go_on_by_cursor_and_by_state_with_one_query(api: Api, open_shop: Any) -> None:
    made = [opened(api, CAKE, label=str(number))["id"] for number in range(3)]
    acts(api, {"id": made[1]}, "park")
    with CaptureQueriesContext(connection) as captured:
        page = api.get("tickets?limit=2").json()
    assert len(captured) == 2  # the key with its shop, and the list
    assert [row["id"] for row in page["data"]] == [made[2], made[1]]
    assert "lines" not in page["data"][0]
    rest = api.get(f"tickets?limit=2&cursor={page['next_cursor']}").json()
    assert ([row["id"] for row in rest["data"]], rest["next_cursor"]) == ([made[0]], None)
    assert [row["id"] for row in api.get("tickets?state=parked").json()["data"]] == [made[1]]
    at_till = UUID(int=5)  # a till's ticket has an id of the till's own, which follows no order
    tap = Tap(by="user:ann", key="k", now=timezone.now())
    ticket_open(shop=open_shop.view, ticket_id=at_till, tap=tap)
    assert api.get("tickets?limit=1").json()["data"][0]["id"] == str(at_till)
    refused(api.get("tickets?state=gone"), 400, "parameter_invalid")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({}, "line_invalid"),
        ({"item_id": str(uuid7()), "amount": "1.00"}, "line_invalid"),
        ({"item_id": str(uuid7())}, "item_not_found"),
        ({"item_id": str(uuid7()), "name": "Mine"}, "unknown_field"),
        ({"amount": "1.00", "version": 1}, "unknown_field"),
        ({"amount": "1.001"}, "amount_too_precise"),
        ({"amount": "1.00", "quantity": "0"}, "amount_not_positive"),
        ({"amount": "1.00", "tax": "101"}, "line_invalid"),
        ({"amount": "1.00", "tax": "x"}, "item_invalid"),
        ({"amount": 1}, "amount_not_text"),
        ({"price": "1.00"}, "unknown_field"),
    ],
)
def test_a_line_that_can_not_be_makes_nothing(line: Any, code: str, api: Api) -> None:
    answer = api.post("tickets", {"lines": [line]})
    assert 400 <= answer.status_code < 500
    problem = answer.json()
    assert code in {problem["code"], *(one["code"] for one in problem.get("errors", ()))}
    assert not Ticket.objects.exists() and not TicketAct.objects.exists()


def test_a_key_that_may_mark_nothing_paid_takes_no_cash(
    api: Api, open_shop: Any, key_for: Any
) -> None:
    scopes = tuple(scope for scope in SCOPES if scope != "invoices:mark")
    seller = Api(key_for(open_shop.shop_id, scopes=scopes))
    ticket = opened(api, CAKE)
    cash = {"tender": "cash", "given": "10.00"}
    answer = seller.post(f"tickets/{ticket['id']}/charge", cash, Idempotency_Key="x")
    assert "invoices:mark" in refused(answer, 403, "scope_missing")["detail"]
    assert (Ticket.objects.get().state, CashTake.objects.count()) == ("open", 0)
    assert acts(seller, ticket, "charge")["parts"][0]["demands"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"given": "1.00"}, "unknown_field"),
        ({"tender": "cash"}, "field_required"),
        ({"tender": "cheque"}, "invalid_choice"),
        ({"part": 2}, "part_not_found"),
    ],
)
def test_a_charge_that_can_not_be_leaves_the_ticket_open(body: Any, code: str, api: Api) -> None:
    ticket = opened(api, CAKE)
    answer = api.post(f"tickets/{ticket['id']}/charge", body, Idempotency_Key="x")
    assert 400 <= answer.status_code < 500
    problem = answer.json()
    assert code in {problem["code"], *(one["code"] for one in problem.get("errors", ()))}
    assert Ticket.objects.get().state == "open"

"""The same request twice."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from gateway.events.models import Event
from gateway.invoices import services as invoices
from gateway.invoices.errors import NoQuote
from gateway.invoices.models import Invoice
from gateway.market.errors import LockCapReached
from merchants.api import idempotency
from merchants.api.models import IdempotencyRecord
from merchants.webhooks import services as endpoints
from merchants.webhooks.models import Endpoint
from tests.merchants.api.conftest import Api, refused
from tests.table_reads import analyse, rows_read

pytestmark = pytest.mark.django_db
COFFEE = {"amount": "12.50"}


def test_a_repeated_request_gets_the_first_answer_and_has_no_second_effect(api: Api) -> None:
    first = api.post("invoices", COFFEE, Idempotency_Key="k1")
    again = api.post("invoices", COFFEE, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Invoice.objects.count() == 1


def test_without_a_key_twice_is_twice(api: Api) -> None:
    api.invoice()
    api.invoice()
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("invoices", b'{"amount": "12.51"}'),
        ("invoices", b'{"amount":  "12.50"}'),
        ("invoices?", b'{"amount": "12.50"}'),
        ("webhook_endpoints", b'{"amount": "12.50"}'),
    ],
)
def test_the_same_key_for_another_request_is_refused(api: Api, path: str, body: bytes) -> None:
    first = api.send("POST", "invoices", raw=b'{"amount": "12.50"}', Idempotency_Key="k1")
    other = api.send("POST", path, raw=body, Idempotency_Key="k1")
    if path == "invoices?":  # an empty query is the same address
        assert other.content == first.content
    else:
        refused(other, 422, "idempotency_key_reused")
    again = api.send("POST", "invoices", raw=b'{"amount": "12.50"}', Idempotency_Key="k1")
    assert again.content == first.content
    assert Invoice.objects.count() == 1


def test_a_refusal_is_an_answer_too(api: Api, open_shop: Any) -> None:
    from gateway.shops.models import Shop

    Shop.objects.filter(id=open_shop.shop_id).update(payout_address=None)
    first = api.post("invoices", COFFEE, Idempotency_Key="k1")
    refused(first, 409, "shop_has_no_payout_address")
    Shop.objects.filter(id=open_shop.shop_id).update(payout_address=b"\1" * 20)
    again = api.post("invoices", COFFEE, Idempotency_Key="k1")
    assert again.content == first.content
    assert again["Content-Type"] == "application/problem+json"
    assert again["Idempotent-Replayed"] == "true"
    assert api.post("invoices", COFFEE, Idempotency_Key="k2").status_code == 201


@pytest.mark.parametrize("refusal", [NoQuote({"WETH@31337": "price_not_fresh"}), LockCapReached()])
def test_a_refusal_that_passes_is_not_kept(
    api: Api, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    """The till was told to try again shortly, with the same key: it must not hear this for days."""
    issue = invoices.invoice_issue

    def refuse(**options: Any) -> Any:
        raise refusal

    monkeypatch.setattr(invoices, "invoice_issue", refuse)
    assert api.post("invoices", COFFEE, Idempotency_Key="k1").status_code == 409
    monkeypatch.setattr(invoices, "invoice_issue", issue)
    assert api.post("invoices", COFFEE, Idempotency_Key="k1").status_code == 201


def test_malformed_json_is_answered_alike_twice(api: Api) -> None:
    first = api.send("POST", "invoices", raw=b"{", Idempotency_Key="k1")
    again = api.send("POST", "invoices", raw=b"{", Idempotency_Key="k1")
    refused(again, 400, "malformed_json")
    assert again.content == first.content


def test_a_failure_of_ours_is_forgotten_and_its_effect_with_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = endpoints.endpoint_create

    def create_and_fail(**options: Any) -> Any:
        create(**options)
        raise RuntimeError("after the effect, before the answer")

    monkeypatch.setattr(endpoints, "endpoint_create", create_and_fail)
    body = {"url": "https://example.com/hook"}
    refused(api.post("webhook_endpoints", body, Idempotency_Key="k1"), 500, "internal_error")
    assert not Endpoint.objects.exists()
    monkeypatch.setattr(endpoints, "endpoint_create", create)
    assert api.post("webhook_endpoints", body, Idempotency_Key="k1").status_code == 201
    assert Endpoint.objects.count() == 1


def test_an_invoice_and_its_answer_stand_together_whatever_fails_after(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = invoices.invoice_issue

    def issue_and_fail(**options: Any) -> Any:
        issue(**options)
        raise RuntimeError("after both were written by one statement")

    monkeypatch.setattr(invoices, "invoice_issue", issue_and_fail)
    first = api.post("invoices", COFFEE, Idempotency_Key="k1")
    assert first.status_code == 201
    again = api.post("invoices", COFFEE, Idempotency_Key="k1")
    assert again.content == first.content
    assert Invoice.objects.count() == 1


def test_the_second_invoice_of_an_order_says_so_each_time_it_is_asked_for(api: Api) -> None:
    body = COFFEE | {"order_id": "table-4"}
    assert api.post("invoices", body, Idempotency_Key="k1").json()["exceptions"] == []
    second = api.post("invoices", body, Idempotency_Key="k2")
    assert second.json()["exceptions"] == ["duplicate_order"]
    again = api.post("invoices", body, Idempotency_Key="k2")
    assert again.content == second.content
    assert Invoice.objects.count() == 2
    assert IdempotencyRecord.objects.count() == 2
    assert Event.objects.filter(type="invoice.created").count() == 2


def test_a_503_is_not_kept(api: Api, valkey: Any, open_shop: Any, clock: Any) -> None:
    from gateway.market.snapshot_store import forget_snapshot
    from tests.invoices.conftest import later_market
    from tests.market.dev_market import NOW

    valkey.flushdb()
    forget_snapshot()
    refused(api.post("invoices", COFFEE, Idempotency_Key="k1"), 503, "market_unavailable")
    open_shop.publish(later_market((timezone.now() - NOW).total_seconds()))
    assert api.post("invoices", COFFEE, Idempotency_Key="k1").status_code == 201


def test_keys_of_two_shops_have_nothing_to_do_with_each_other(api: Api, stranger: Api) -> None:
    mine = api.post("invoices", COFFEE, Idempotency_Key="k1")
    theirs = stranger.post("invoices", COFFEE, Idempotency_Key="k1")
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "é"])
def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    answer = api.post("invoices", COFFEE, Idempotency_Key=key)
    refused(answer, 400, "idempotency_key_invalid")


def test_a_payout_needs_a_key(api: Api) -> None:
    refused(api.post("payouts", {}), 400, "idempotency_key_required")


def test_a_kept_answer_with_a_secret_is_sealed(api: Api) -> None:
    body = {"url": "https://example.com/hook"}
    first = api.post("webhook_endpoints", body, Idempotency_Key="k1")
    secret = first.json()["secret"]
    record = IdempotencyRecord.objects.get()
    assert record.sealed
    assert secret.encode() not in bytes(record.body)
    again = api.post("webhook_endpoints", body, Idempotency_Key="k1")
    assert again.json()["secret"] == secret
    assert Endpoint.objects.count() == 1


def test_keys_are_kept_for_a_day_at_least_and_then_forgotten(api: Api) -> None:
    api.post("invoices", COFFEE, Idempotency_Key="k1")
    now = timezone.now()
    assert idempotency.forget_old(now=now + timedelta(hours=25)) == 0
    assert idempotency.forget_old(now=now + timedelta(hours=49)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_one_that_is_done_first_is_the_only_one(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = threading.Event(), threading.Event()
    issue = invoices.invoice_issue

    def issue_slowly(**options: Any) -> Any:
        if began.is_set():
            return issue(**options)
        began.set()
        go_on.wait(10)
        return issue(**options)

    monkeypatch.setattr(invoices, "invoice_issue", issue_slowly)
    slow: list[Any] = []

    def ask() -> None:
        slow.append(api.post("invoices", COFFEE, Idempotency_Key="k1"))
        connection.close()

    running = threading.Thread(target=ask)
    running.start()
    assert began.wait(10)
    quick = api.post("invoices", COFFEE, Idempotency_Key="k1")
    assert quick.status_code == 201  # nobody waits for one that is stuck
    go_on.set()
    running.join()
    assert slow[0].content == quick.content
    assert slow[0]["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in quick
    assert Invoice.objects.count() == 1
    assert Event.objects.filter(type="invoice.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_beside_it_with_another_body_is_refused_and_undone(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = invoices.invoice_issue
    first: list[Any] = []

    def overtaken(**options: Any) -> Any:
        monkeypatch.setattr(invoices, "invoice_issue", issue)
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join()
        return issue(**options)

    def ask() -> None:
        first.append(api.post("invoices", COFFEE, Idempotency_Key="k1"))
        connection.close()

    monkeypatch.setattr(invoices, "invoice_issue", overtaken)
    other = api.post("invoices", {"amount": "99.00"}, Idempotency_Key="k1")
    refused(other, 422, "idempotency_key_reused")
    assert [str(invoice.id) for invoice in Invoice.objects.all()] == [first[0].json()["id"]]


def test_refused_since_another_with_the_key_took_it_it_gets_that_ones_answer(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What passes by itself isn't kept; yet whoever took the last room did so under this key."""
    issue = invoices.invoice_issue
    first: list[Any] = []

    def refuse(**options: Any) -> Any:
        monkeypatch.setattr(invoices, "invoice_issue", issue)
        raise LockCapReached

    def answered_meanwhile(error: Exception) -> Any:
        monkeypatch.setattr(idempotency, "problem_of", name_it)
        first.append(api.post("invoices", COFFEE, Idempotency_Key="k1"))
        return name_it(error)

    name_it = idempotency.problem_of
    monkeypatch.setattr(invoices, "invoice_issue", refuse)
    monkeypatch.setattr(idempotency, "problem_of", answered_meanwhile)
    second = api.post("invoices", COFFEE, Idempotency_Key="k1")
    assert (second.status_code, second.content) == (201, first[0].content)


def test_a_key_is_found_by_index_though_its_plan_was_made_while_nothing_was_stored(
    api: Api,
) -> None:
    analyse("api_idempotency")
    for number in range(8):  # past the uses after which a statement's plan is kept
        assert api.post("invoices", COFFEE, Idempotency_Key=f"early-{number}").status_code == 201
    before = rows_read("api_idempotency")
    assert api.post("invoices", COFFEE, Idempotency_Key="later").status_code == 201
    assert rows_read("api_idempotency").since(before).in_sequence == 0


def test_a_refusal_that_was_overtaken_gives_way_to_what_was_done(
    api: Api, open_shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused and rolled back, but not yet stored: the repeat succeeds in between."""
    from gateway.shops.models import Shop

    shops = Shop.objects.filter(id=open_shop.shop_id)
    shops.update(payout_address=None)
    done: list[Any] = []
    name_it = idempotency.problem_of

    def overtaken(error: Exception) -> Any:
        monkeypatch.setattr(idempotency, "problem_of", name_it)
        shops.update(payout_address=b"\1" * 20)
        done.append(api.post("invoices", COFFEE, Idempotency_Key="k1"))
        return name_it(error)

    monkeypatch.setattr(idempotency, "problem_of", overtaken)
    refused_first = api.post("invoices", COFFEE, Idempotency_Key="k1")
    assert done[0].status_code == 201
    assert refused_first.content == done[0].content
    assert refused_first["Idempotent-Replayed"] == "true"
    assert Invoice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_identical_requests_at_once_make_one_invoice(api: Api) -> None:
    answers: list[Any] = []
    together = threading.Barrier(8)

    def ask() -> None:
        mine = Api(None)
        mine.headers = api.headers
        together.wait()
        answers.append(mine.post("invoices", COFFEE, Idempotency_Key="same"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Invoice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_whose_answer_was_lost_is_answered_after_a_crash(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after commit and before the answer: the repeat gets what was promised."""

    def die(name: str) -> None:
        assert name == "answer.issued"
        raise KeyboardInterrupt

    key = str(uuid4())
    with monkeypatch.context() as dying:
        dying.setattr(idempotency, "point", die)
        with pytest.raises(KeyboardInterrupt):
            api.post("invoices", COFFEE, Idempotency_Key=key)
    again = api.post("invoices", COFFEE, Idempotency_Key=key)
    assert again.status_code == 201
    assert again["Idempotent-Replayed"] == "true"
    assert again.json()["id"] == str(Invoice.objects.get().id)

"""Webhooks as plugins make them, and what they are sent, over real HTTP."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.invoices.models import Invoice
from merchants.plugins.messages import TYPES, signature
from merchants.plugins.services import buyers_forget
from merchants.webhooks import services
from merchants.webhooks.models import Delivery, Endpoint
from merchants.webhooks.replaying import replay_begin, replay_count, replays_continue
from tests.invoices.conftest import World
from tests.merchants.plugins.conftest import Plugin, faults, is_unix, refused
from tests.merchants.webhooks.conftest import Receiver, deliver_until

pytestmark = pytest.mark.django_db

EVERYTHING = {"everything": True, "specificEvents": []}


def aside(question: Callable[[], bool]) -> bool:
    """What the database says, asked from outside of the deliverer's loop."""

    def answer() -> bool:
        try:
            return question()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(answer).result()


def made(plugin: Plugin, url: str = "https://shop.example/hook?x=%20A", **more: Any) -> Any:
    body = {
        "enabled": True,
        "automaticRedelivery": True,
        "url": url,
        "authorizedEvents": EVERYTHING,
        **more,
    }
    return plugin.asked("POST", f"{plugin.store}/webhooks", body)


def path_of(plugin: Plugin, webhook: dict[str, Any]) -> str:
    return f"{plugin.store}/webhooks/{webhook['id']}"


def test_the_secret_a_plugin_sends_is_the_one_it_is_told_and_only_then(plugin: Plugin) -> None:
    webhook = made(plugin, secret="chosen by the shop")
    assert webhook == {
        "id": webhook["id"],
        "enabled": True,
        "automaticRedelivery": True,
        "url": "https://shop.example/hook?x=%20A",
        "authorizedEvents": EVERYTHING,
        "secret": "chosen by the shop",
    }
    shown = {name: value for name, value in webhook.items() if name != "secret"}
    assert plugin.asked("GET", path_of(plugin, webhook)) == shown
    assert plugin.asked("GET", f"{plugin.store}/webhooks") == [shown]


def test_without_a_secret_one_is_made(plugin: Plugin) -> None:
    assert len(made(plugin)["secret"]) >= 20
    assert made(plugin, secret=None)["secret"] != made(plugin, secret="")["secret"]


def _secret(webhook: dict[str, Any]) -> str:
    endpoint = Endpoint.objects.get(id=webhook["id"])
    return services.endpoint_secrets(endpoint, now=timezone.now())[0]


def test_put_changes_what_it_names_and_keeps_the_secret_it_does_not(plugin: Plugin) -> None:
    webhook = made(plugin, secret="first")
    changed = plugin.asked(
        "PUT",
        path_of(plugin, webhook),
        {
            "enabled": False,
            "automaticRedelivery": False,
            "url": "https://other.example/",
            "authorizedEvents": {"everything": False, "specificEvents": ["InvoiceSettled"]},
            "secret": None,
        },
    )
    assert changed == {
        "id": webhook["id"],
        "enabled": False,
        "automaticRedelivery": False,
        "url": "https://other.example/",
        "authorizedEvents": {"everything": False, "specificEvents": ["InvoiceSettled"]},
    }
    assert _secret(webhook) == "first"
    again = plugin.asked("PUT", path_of(plugin, webhook), {"secret": "second"})
    assert "secret" not in again and _secret(webhook) == "second"


def test_delete_answers_200_and_it_is_gone(plugin: Plugin) -> None:
    webhook = made(plugin)
    plugin.asked("DELETE", path_of(plugin, webhook))
    refused(plugin.get(path_of(plugin, webhook)), 404, "webhook-not-found")
    refused(plugin.send("DELETE", path_of(plugin, webhook)), 404, "webhook-not-found")


def test_an_endpoint_of_the_shops_own_programs_is_none_of_a_plugins_webhooks(
    plugin: Plugin, open_shop: World
) -> None:
    ours, _ = services.endpoint_create(
        shop_id=open_shop.shop_id, url="https://ours.example/", now=timezone.now()
    )
    assert plugin.asked("GET", f"{plugin.store}/webhooks") == []
    for method in ("GET", "PUT", "DELETE"):
        answer = plugin.send(method, f"{plugin.store}/webhooks/{ours.id}", {})
        refused(answer, 404, "webhook-not-found")
    assert Endpoint.objects.get().events == ["*"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"url": None}, "url"),
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "ftp://shop.example/"}, "url"),
        ({"enabled": "yes"}, "enabled"),
        (
            {"authorizedEvents": {"everything": False, "specificEvents": ["InvoiceEaten"]}},
            "authorizedEvents.specificEvents",
        ),
    ],
)
def test_what_cannot_be_called_is_refused(plugin: Plugin, change: Any, path: str) -> None:
    body = {"url": "https://shop.example/", "authorizedEvents": EVERYTHING, **change}
    assert path in faults(plugin.send("POST", f"{plugin.store}/webhooks", body))
    assert not Endpoint.objects.exists()


def test_every_type_of_message_can_be_chosen(plugin: Plugin) -> None:
    chosen = {"everything": False, "specificEvents": list(TYPES)}
    assert made(plugin, authorizedEvents=chosen)["authorizedEvents"] == chosen


# --- what is sent ---


def sent_of(plugin: Plugin, invoice: dict[str, Any]) -> list[str]:
    import orjson

    found = Delivery.objects.order_by("created_at", "sequence")
    return [
        orjson.loads(bytes(one.payload))["type"]
        for one in found
        if one.subject == f"invoice:{invoice['id']}"
    ]


def test_a_sale_is_told_step_by_step_in_the_protocols_words(
    plugin: Plugin, open_shop: World
) -> None:
    made(plugin)
    data = plugin.invoice("50.00", metadata={"orderId": "1001", "posData": "{}"})
    open_shop.drain()
    deposit = open_shop.pay(Invoice.objects.get(id=data["id"]))
    open_shop.hear(deposit, "confirmed")
    assert sent_of(plugin, data) == [
        "InvoiceCreated",
        "InvoiceReceivedPayment",
        "InvoiceProcessing",
        "InvoicePaymentSettled",
        "InvoiceSettled",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_message_arrives_signed_with_everything_a_plugin_reads(
    plugin: Plugin, open_shop: World, receiver: Receiver
) -> None:
    webhook = made(plugin, url=receiver.url, secret="s3cret")
    metadata = {"orderId": "1001", "buyerEmail": "ann@example.com"}
    data = plugin.invoice(metadata=metadata)
    open_shop.confirmed(Invoice.objects.get(id=data["id"]))
    open_shop.drain()
    deliver_until(lambda: len(receiver.received) == 5)
    told = {got.message["type"]: got for got in receiver.received}
    for got in receiver.received:
        message = got.message
        assert got.headers["btcpay-sig"] == signature(secret="s3cret", body=got.body)
        assert got.headers["content-type"] == "application/json"
        assert message["webhookId"] == webhook["id"]
        assert message["storeId"] == plugin.shop_id
        assert message["invoiceId"] == data["id"]
        assert message["metadata"] == metadata
        assert message["isRedelivery"] is False
        assert message["deliveryId"] == message["originalDeliveryId"]
        assert is_unix(message["timestamp"])
    seen = told["InvoiceReceivedPayment"].message
    assert seen["afterExpiration"] is False and seen["paymentMethodId"].startswith("USDC-")
    assert seen["payment"]["id"].startswith("0x") and is_unix(seen["payment"]["receivedDate"])
    assert told["InvoiceSettled"].message["manuallyMarked"] is False
    assert told["InvoiceSettled"].message["overPaid"] is False
    for kept in Delivery.objects.all():
        assert b"ann@example.com" not in bytes(kept.payload), "the log outlives what is forgotten"
    settled = told["InvoiceSettled"]
    asked = f"{path_of(plugin, webhook)}/deliveries/{settled.message['deliveryId']}/request"
    assert plugin.get(asked).content == settled.body
    buyers_forget(now=timezone.now() + timedelta(days=400))
    assert plugin.get(asked).json()["metadata"] == {"orderId": "1001"}


@pytest.mark.django_db(transaction=True)
def test_opencarts_own_address_is_called_as_it_writes_it(
    plugin: Plugin, open_shop: World, receiver: Receiver
) -> None:
    """Its routes have a ``|`` before the method, and its plugin encodes none of it."""
    path = "/index.php?route=extension/btcpay/payment/btcpay|callback"
    url = f"http://127.0.0.1:{receiver.port}{path}"
    webhook = made(plugin, url=url)
    assert webhook["url"] == url
    assert plugin.asked("GET", path_of(plugin, webhook))["url"] == url
    plugin.invoice()
    open_shop.drain()
    deliver_until(lambda: len(receiver.received) == 1)
    assert receiver.received[0].path == path


@pytest.mark.django_db(transaction=True)
def test_a_failed_delivery_comes_again_under_an_id_of_its_own_and_is_in_the_log(
    plugin: Plugin, open_shop: World, receiver: Receiver
) -> None:
    webhook = made(plugin, url=receiver.url)
    plugin.invoice()
    open_shop.drain()
    answers = iter([503])
    receiver.answer = lambda _: (next(answers, 200), {}, b"busy")
    deliver_until(lambda: len(receiver.received) == 1)
    waiting = Delivery.objects.get()
    assert timedelta(seconds=5) < waiting.due_at - timezone.now() <= timedelta(seconds=10)
    Delivery.objects.update(due_at=timezone.now())
    deliver_until(lambda: len(receiver.received) == 2)
    first, second = (got.message for got in receiver.received)
    assert second["isRedelivery"] is True
    assert second["originalDeliveryId"] == first["deliveryId"] != second["deliveryId"]

    log = plugin.asked("GET", f"{path_of(plugin, webhook)}/deliveries?count=10")
    assert [one["id"] for one in log] == [second["deliveryId"], first["deliveryId"]]
    assert [one["status"] for one in log] == ["HttpSuccess", "HttpError"]
    assert [one["httpCode"] for one in log] == [200, 503]
    assert all(is_unix(one["timestamp"]) and is_unix(one["deliveryTime"]) for one in log)
    one = f"{path_of(plugin, webhook)}/deliveries/{first['deliveryId']}"
    assert plugin.asked("GET", one) == log[1]
    answer = plugin.get(f"{one}/request")
    assert answer.status_code == 200 and answer.content == receiver.received[0].body

    told = plugin.asked("POST", f"{one}/redeliver", {})
    assert isinstance(told, str)
    deliver_until(lambda: len(receiver.received) == 3)
    assert receiver.received[2].message["deliveryId"] == told


@pytest.mark.django_db(transaction=True)
def test_a_replay_speaks_to_a_plugin_in_its_own_words(
    plugin: Plugin, open_shop: World, receiver: Receiver
) -> None:
    webhook = made(plugin, url=receiver.url, secret="s3cret")
    since, endpoint_id = timezone.now(), UUID(webhook["id"])
    plugin.invoice()
    open_shop.drain()
    deliver_until(lambda: len(receiver.received) == 1)
    plugin.asked("PUT", path_of(plugin, webhook), {"enabled": False})
    missed = plugin.invoice()
    open_shop.drain()
    plugin.asked("PUT", path_of(plugin, webhook), {"enabled": True})
    asked = {"shop_id": open_shop.shop_id, "endpoint_id": endpoint_id, "since": since}
    now = timezone.now()
    assert replay_count(**asked, until=now, events=["InvoiceSettled"], now=now) == 0
    replay, _is_new = replay_begin(**asked, events=["InvoiceCreated"], now=now)
    assert replay.counted == 2
    assert replays_continue(now=timezone.now()) == 2
    deliver_until(lambda: len(receiver.received) == 3)
    told = {got.message["invoiceId"]: got for got in receiver.received[1:]}
    first = told.pop(missed["id"])
    assert first.message["type"] == "InvoiceCreated" and first.message["isRedelivery"] is False
    [again] = told.values()
    assert again.message["isRedelivery"] is True
    assert again.message["originalDeliveryId"] == receiver.received[0].message["deliveryId"]
    assert again.headers["btcpay-sig"] == signature(secret="s3cret", body=again.body)


@pytest.mark.django_db(transaction=True)
def test_an_endpoint_that_cannot_be_reached_is_a_failed_delivery(
    plugin: Plugin, open_shop: World
) -> None:
    webhook = made(plugin, url="http://127.0.0.1:9/hook", automaticRedelivery=False)
    plugin.invoice()
    open_shop.drain()
    deliver_until(lambda: aside(Delivery.objects.filter(state="failed").exists))
    [one] = plugin.asked("GET", f"{path_of(plugin, webhook)}/deliveries")
    assert (one["status"], one["httpCode"]) == ("Failed", None)
    assert one["errorMessage"]


@pytest.mark.django_db(transaction=True)
def test_the_dashboards_test_event_names_no_invoice_that_there_is(
    plugin: Plugin, open_shop: World, receiver: Receiver
) -> None:
    webhook = made(plugin, url=receiver.url)
    services.endpoint_test(
        shop_id=open_shop.shop_id, endpoint_id=UUID(webhook["id"]), now=timezone.now()
    )
    open_shop.drain()
    deliver_until(lambda: len(receiver.received) == 1)
    assert "__test__" in receiver.received[0].message["invoiceId"]


def test_deliveries_that_are_not_there_have_their_codes(plugin: Plugin) -> None:
    deliveries = f"{path_of(plugin, made(plugin))}/deliveries"
    for name in (f"{uuid7()}-1", "nonsense", f"{uuid7()}-x"):
        refused(plugin.get(f"{deliveries}/{name}"), 404, "webhookdelivery-not-found")
    old = UUID(int=(1_600_000_000_000 << 80) | (uuid7().int & (2**80 - 1)))
    refused(plugin.get(f"{deliveries}/{old}-1"), 409, "webhookdelivery-pruned")
    answer = plugin.send("POST", f"{deliveries}/{old}-1/redeliver", {})
    refused(answer, 409, "webhookdelivery-pruned")


def test_a_shops_programs_and_its_plugins_are_told_of_one_event_each_in_their_words(
    plugin: Plugin, open_shop: World
) -> None:
    import orjson

    ours, _ = services.endpoint_create(
        shop_id=open_shop.shop_id, url="https://ours.example/", now=timezone.now()
    )
    theirs = made(plugin)
    plugin.invoice()
    open_shop.drain()
    told = {one.endpoint_id: orjson.loads(bytes(one.payload)) for one in Delivery.objects.all()}
    assert told[ours.id]["type"] == "invoice.created"
    assert told[UUID(theirs["id"])]["type"] == "InvoiceCreated"
    assert len({one.event_id for one in Delivery.objects.all()}) == 1


def test_the_shops_own_api_says_which_endpoint_is_a_plugins(
    plugin_for: Callable[..., Plugin], plugin: Plugin
) -> None:
    made(plugin)
    answer = plugin.client.get(
        "/v1/webhook_endpoints", headers={"Authorization": f"Bearer {plugin.secret}"}
    )
    assert [one["style"] for one in answer.json()["data"]] == ["btcpay"]


def test_there_is_a_limit_to_webhooks(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "ENDPOINTS_PER_SHOP", 1)
    made(plugin)
    answer = plugin.send("POST", f"{plugin.store}/webhooks", {"url": f"https://{uuid4()}.example/"})
    refused(answer, 409, "too_many_webhook_endpoints")

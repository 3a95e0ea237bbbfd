"""Each plugin's own way through the API, played from its facts, over real HTTP.

Connect, make a webhook, ask for money, be paid, be told, check the signature, look, settle the
order: each step as that plugin does it, with its checks. What is answered but not read by it is
not looked at here.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any
from urllib import error, request

import orjson
import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from gateway.invoices.models import Invoice
from merchants.accounts.services import api_key_create
from merchants.plugins.known import MAGENTO, PRESTASHOP, WOOCOMMERCE
from merchants.plugins.permissions import of_store, scopes_for
from merchants.plugins.services import Application, plugin_pair
from tests.faces import Staff
from tests.invoices.conftest import World
from tests.merchants.plugins.conftest import CHECKOUT
from tests.merchants.plugins.test_pairing import MG, PS, WOO
from tests.merchants.webhooks.conftest import Receiver, deliver_until

pytestmark = pytest.mark.django_db(transaction=True)


KINDS = {WOO: WOOCOMMERCE.identifier, PS: PRESTASHOP.identifier, MG: MAGENTO.identifier}
"""What each calls its kind when it asks to be paired."""


class NoRedirects(request.HTTPRedirectHandler):
    """Plugins' clients follow none."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Client:
    """A plugin's own HTTP client: success is 200, and nothing else."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key
        self.opener = request.build_opener(NoRedirects)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        asking = request.Request(
            f"{self.url}/api/v1/{path}",
            method=method,
            data=None if body is None else orjson.dumps(body),
            headers={"Authorization": f"token {self.key}", "Content-Type": "application/json"},
        )
        try:
            with self.opener.open(asking, timeout=20) as answer:
                status, raw = answer.status, answer.read()
        except error.HTTPError as refused:
            status, raw = refused.code, refused.read()
        assert status == 200, (method, path, status, raw)
        return orjson.loads(raw) if raw else None


class Order:
    """The shop's order, and what its plugin has made of the messages."""

    def __init__(self, total: str, number: str) -> None:
        self.total, self.number, self.state = total, number, "pending"


def signed(got: Any, secret: str) -> bool:
    expected = hmac.new(secret.encode(), got.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(got.headers["btcpay-sig"], f"sha256={expected}")


@pytest.fixture
def connected(
    open_shop: World, staff: Staff, live_server: LiveServer
) -> Callable[[tuple[str, ...]], Client]:
    def connect(permissions: tuple[str, ...]) -> Client:
        secret = plugin_pair(
            shop=open_shop.view,
            application=Application(
                "Shop", KINDS[permissions], "https://shop.example", permissions
            ),
            user=staff.user("owner"),
            roles=frozenset({"owner"}),
            now=timezone.now(),
        )
        return Client(live_server.url, secret)

    return connect


def paid_and_told(
    world: World,
    invoice_id: str,
    receiver: Receiver,
    on_message: Callable[[Any], None],
    *,
    messages: int = 5,
) -> None:
    """The shopper pays; the messages come; the plugin calls back while each request is open."""
    problems: list[BaseException] = []

    def answer(got: Any) -> tuple[int, dict[str, str], bytes]:
        try:
            on_message(got)
        except BaseException as problem:
            problems.append(problem)
            return 500, {}, b""
        return 200, {}, b""

    receiver.answer = answer
    world.drain()
    invoice = Invoice.objects.get(id=invoice_id)
    world.confirmed(invoice, asset=invoice.promises.latest.quotes[0].asset)
    world.drain()
    # A plugin calls back while its answer is waited for: on a busy machine that takes its time.
    deliver_until(
        lambda: bool(problems) or len(receiver.received) >= messages,
        seconds=60.0,
        timeout_seconds=20.0,
    )
    if problems:
        raise problems[0]


def test_woocommerce_settles_an_order(
    connected: Callable[[tuple[str, ...]], Client], open_shop: World, receiver: Receiver
) -> None:
    client, order = connected(WOO), Order("50.00", "1001")
    sid = client.call("GET", "stores")[0]["id"]
    key = client.call("GET", "api-keys/current")
    assert sorted(key["permissions"]) == sorted(of_store(one, sid) for one in WOO)
    assert client.call("GET", "server/info")["version"] >= "1.7.6"
    methods = client.call("GET", f"stores/{sid}/payment-methods")
    assert methods
    webhook = client.call(
        "POST",
        f"stores/{sid}/webhooks",
        {
            "enabled": True,
            "automaticRedelivery": True,
            "url": receiver.url,
            "authorizedEvents": {
                "everything": False,
                "specificEvents": [
                    "InvoiceReceivedPayment",
                    "InvoicePaymentSettled",
                    "InvoiceProcessing",
                    "InvoiceExpired",
                    "InvoiceSettled",
                    "InvoiceInvalid",
                ],
            },
            "secret": None,
        },
    )
    assert client.call("GET", f"stores/{sid}/webhooks/{webhook['id']}")["enabled"] is True
    invoice = client.call(
        "POST",
        f"stores/{sid}/invoices",
        {
            "amount": order.total,
            "currency": "EUR",
            "metadata": {
                "taxIncluded": "4.20",
                "posData": '{"WooCommerce":{"Order ID":1001}}',
                "orderUrl": "https://shop.example/order/1001",
                "orderId": order.number,
                "buyerEmail": "ann@example.com",
                "buyerName": "Ann",
            },
            "checkout": {
                **CHECKOUT,
                "redirectURL": "https://shop.example/thanks",
                "redirectAutomatically": True,
                "paymentMethods": [methods[0]["paymentMethodId"]],
            },
        },
    )
    assert invoice["checkout"]["paymentMethods"] == [methods[0]["paymentMethodId"]]
    assert invoice["checkoutLink"].endswith(f"/i/{invoice['id']}")
    seen: list[str] = []

    def on_message(got: Any) -> None:
        assert signed(got, webhook["secret"])
        message = got.message
        if message["invoiceId"] != invoice["id"]:
            return
        seen.append(message["type"])
        now = client.call("GET", f"stores/{sid}/invoices/{invoice['id']}")
        for method in client.call("GET", f"stores/{sid}/invoices/{invoice['id']}/payment-methods"):
            for payment in method["payments"]:
                assert payment["id"].split("-")[0].startswith("0x")
        if now["status"] == "Settled":
            order.state = "completed"

    paid_and_told(open_shop, invoice["id"], receiver, on_message, messages=4)
    assert seen == [
        "InvoiceReceivedPayment",
        "InvoiceProcessing",
        "InvoicePaymentSettled",
        "InvoiceSettled",
    ]
    assert order.state == "completed"


def test_prestashop_settles_an_order(
    connected: Callable[[tuple[str, ...]], Client], open_shop: World, receiver: Receiver
) -> None:
    client, order = connected(PS), Order("50.00", "PS-7")
    info = client.call("GET", "server/info")
    assert info["version"] >= "1.7.0" and info["fullySynched"] is True
    sid = client.call("GET", "stores")[0]["id"]
    granted = client.call("GET", "api-keys/current")["permissions"]
    assert {one.partition(":")[0] for one in granted} == set(PS)
    assert isinstance(client.call("GET", f"stores/{sid}/payment-methods"), dict)
    for kind in ("OnChain", "LightningNetwork"):
        assert isinstance(client.call("GET", f"stores/{sid}/payment-methods/{kind}"), list)
    webhook = client.call(
        "POST",
        f"stores/{sid}/webhooks",
        {
            "enabled": True,
            "automaticRedelivery": True,
            "url": receiver.url,
            "authorizedEvents": {"everything": True, "specificEvents": []},
            "secret": "chosen by PrestaShop",
        },
    )
    assert webhook["secret"] == "chosen by PrestaShop"
    pos_data = '{"cart": 7, "Ümlaut": "ß"}'
    invoice = client.call(
        "POST",
        f"stores/{sid}/invoices",
        {
            "amount": order.total,
            "currency": "EUR",
            "metadata": {"posData": pos_data, "orderId": order.number, "itemDesc": "Cart"},
            "checkout": {**CHECKOUT, "speedPolicy": "MediumSpeed"},
        },
    )
    booked: list[float] = []

    def on_message(got: Any) -> None:
        assert signed(got, "chosen by PrestaShop")
        message = got.message
        if "__test__" in message["invoiceId"]:
            return
        now = client.call("GET", f"stores/{sid}/invoices/{message['invoiceId']}")
        assert now["metadata"]["posData"] == pos_data
        if message["type"] == "InvoiceSettled":
            methods = client.call(
                "GET",
                f"stores/{sid}/invoices/{message['invoiceId']}/payment-methods",
            )
            booked.extend(
                float(payment["value"]) * float(method["rate"])
                for method in methods
                for payment in method["payments"]
                if payment["status"] == "Settled"
            )
            order.state = "paid"

    paid_and_told(open_shop, invoice["id"], receiver, on_message)
    assert order.state == "paid"
    assert abs(sum(booked) - 50) < 0.01


def test_magento_configures_itself_and_settles_an_order(
    connected: Callable[[tuple[str, ...]], Client], open_shop: World, receiver: Receiver
) -> None:
    client, order = connected(MG), Order("50.00", "000000042")
    stores = client.call("GET", "stores")
    assert len(stores) == 1, "it configures itself when there is exactly one"
    sid = stores[0]["id"]
    webhook = client.call(
        "POST",
        f"stores/{sid}/webhooks",
        {
            "enabled": True,
            "automaticRedelivery": True,
            "url": receiver.url,
            "authorizedEvents": {"everything": True, "specificEvents": []},
            "secret": None,
        },
    )
    invoice = client.call(
        "POST",
        f"stores/{sid}/invoices",
        {
            "amount": order.total,
            "currency": "EUR",
            "metadata": {"orderId": order.number, "isVirtual": False, "storeActive": True},
            "checkout": {**CHECKOUT, "redirectURL": "https://shop.example/r/?i={InvoiceId}"},
        },
    )
    assert invoice["checkout"]["redirectURL"] == f"https://shop.example/r/?i={invoice['id']}"
    assert invoice["metadata"]["isVirtual"] is False

    def on_message(got: Any) -> None:
        assert signed(got, webhook["secret"])
        found = client.call(
            "GET", f"stores/{sid}/invoices?orderId={order.number}&status=Settled&status=New"
        )
        for one in found:
            assert one["metadata"]["orderId"] == order.number
            methods = client.call("GET", f"stores/{sid}/invoices/{one['id']}/payment-methods")
            codes = {method["paymentMethodId"].partition("-")[0] for method in methods}
            if any(method["payments"] for method in methods):
                assert len(codes) == 1, "it throws at more than one"
            if one["status"] == "Settled":
                order.state = "processing"

    paid_and_told(open_shop, invoice["id"], receiver, on_message)
    assert order.state == "processing"


def test_opencart_checks_everything_against_its_order(
    open_shop: World, live_server: LiveServer, receiver: Receiver
) -> None:
    """It is given a key by hand, and compares with eight decimals."""
    _, secret = api_key_create(
        shop_id=open_shop.shop_id, mode="test", scopes=scopes_for(MG), name="OpenCart"
    )
    client, order = Client(live_server.url, secret), Order("50.00000000", "31")
    sid = client.call("GET", "stores")[0]["id"]
    assert client.call("GET", f"stores/{sid}")["id"] == sid
    webhook = client.call(
        "POST",
        f"stores/{sid}/webhooks",
        {
            "enabled": True,
            "automaticRedelivery": True,
            "url": receiver.url,
            "authorizedEvents": {"everything": True, "specificEvents": []},
            "secret": None,
        },
    )
    invoice = client.call(
        "POST",
        f"stores/{sid}/invoices",
        {
            "amount": order.total,
            "currency": "EUR",
            "metadata": {"orderId": order.number},
            "checkout": CHECKOUT,
        },
    )

    def on_message(got: Any) -> None:
        assert signed(got, webhook["secret"])
        now = client.call("GET", f"stores/{sid}/invoices/{got.message['invoiceId']}")
        assert now["id"] == invoice["id"]
        assert f"{float(now['amount']):.8f}" == order.total
        assert now["currency"] == "EUR"
        assert now["metadata"]["orderId"] == order.number
        if now["status"] == "Settled" or now["additionalStatus"] == "PaidLate":
            order.state = "complete"

    paid_and_told(open_shop, invoice["id"], receiver, on_message)
    assert order.state == "complete"

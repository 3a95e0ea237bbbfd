"""The example shop as it stands, against a running gateway: it sells, hears and believes."""

import http.cookiejar
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from pytest_django.live_server_helper import LiveServer

from gateway.events.models import Event
from gateway.invoices.models import Invoice
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.requesting import Wanted, refund_request
from merchants.accounts.services import api_key_create
from merchants.webhooks.models import Delivery
from merchants.webhooks.signing import headers
from tests.faces import open_shop
from tests.invoices.conftest import World, _forget_the_market, chain, world
from tests.merchants.webhooks.conftest import deliver_until

__all__ = ["_forget_the_market", "chain", "open_shop", "world"]
pytestmark = pytest.mark.django_db(transaction=True)

HERE = Path(__file__).resolve().parents[2] / "examples" / "shop_django"
SCOPES = ("invoices:read", "invoices:write", "webhooks:read", "webhooks:write")
OPEN_SECONDS = 240
"""For a loaded machine; what is waited for is the shop's answer."""


class Stopped(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Customer:
    """A browser, as far as it goes without one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._jar = http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self._jar)
        self._opener = urllib.request.build_opener(Stopped, cookies)

    def get(self, path: str) -> str:
        with self._opener.open(self.url + path, timeout=120) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> str:
        """Where it is sent on to."""
        (token,) = (one.value for one in self._jar if one.name == "shop_csrf")
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        with pytest.raises(urllib.error.HTTPError) as sent_on:
            self._opener.open(self.url + path, data=body, timeout=120)
        assert sent_on.value.code == 302, sent_on.value.read()[:2_000]
        return str(sent_on.value.headers["Location"])


class Shop:
    """The example's process, next to the gateway of the test."""

    def __init__(self, *, state: Path, gateway_url: str, key: str) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self.state = state
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "manage.py"), "open"],
            cwd=HERE,
            env={
                "PATH": os.environ["PATH"],
                "SHOP_STATE": str(state),
                "SHOP_URL": self.url,
                "TILLWAY_URL": gateway_url,
                "TILLWAY_KEY": key,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        self._wait_until_open()

    @property
    def secret(self) -> str:
        return (self.state / "webhook-secret").read_text()

    @property
    def taken(self) -> int:
        """Messages that it answered with 204."""
        return sum("/webhooks/tillway" in line and " 204 " in line for line in list(self.said))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=120)
        self._listening.join(timeout=120)

    def tell(self, body: bytes, signed: dict[str, str]) -> int:
        """Send the shop a message; the status of its answer."""
        request = urllib.request.Request(
            f"{self.url}/webhooks/tillway", data=body, headers=signed, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    def hears(self, message_id: str, **message: Any) -> None:
        """A message that is signed as the gateway does is taken."""
        body = orjson.dumps(message)
        signed = headers(
            secrets_valid=[self.secret],
            message_id=message_id,
            timestamp=int(time.time()),
            body=body,
        )
        assert self.tell(body, signed) == 204, "".join(self.said[-20:])

    def _wait_until_open(self) -> None:
        end = time.monotonic() + OPEN_SECONDS
        while True:
            assert self._process.poll() is None, "".join(self.said)
            try:
                Customer(self.url).get("/")
                return
            except OSError:
                assert time.monotonic() < end, "".join(self.said)
                time.sleep(0.05)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)


@pytest.fixture
def shop(
    open_shop: World, live_server: LiveServer, settings: Any, tmp_path: Path
) -> Iterator[Shop]:
    settings.PUBLIC_URL = live_server.url
    _, key = api_key_create(
        shop_id=open_shop.shop_id, mode="test", scopes=(*SCOPES, "events:read"), name="Bean & Cup"
    )
    shop = Shop(state=tmp_path, gateway_url=live_server.url, key=key)
    yield shop
    shop.close()


@pytest.fixture
def customer(shop: Shop) -> Customer:
    return Customer(shop.url)


def buy(customer: Customer) -> tuple[str, Invoice]:
    """Two bags and a cup; the order's page and its invoice."""
    customer.get("/")
    for slug in ("espresso", "espresso", "cup"):
        customer.post(f"/basket/{slug}")
    assert "€ 35.80" in customer.get("/")
    checkout_url = customer.post("/checkout")
    invoice = Invoice.objects.get(id=UUID(checkout_url.rpartition("/")[2]))
    return f"/orders/{invoice.order_id}", invoice


def delivered(world: World, shop: Shop) -> None:
    """Everything that happened so far was told to the shop, and taken."""
    world.drain()
    told = Delivery.objects.count()
    # The loop may not ask the database; the shop's own log says what it took.
    deliver_until(lambda: shop.taken >= told, seconds=240, timeout_seconds=60)
    assert not Delivery.objects.exclude(state=Delivery.SUCCEEDED).exists(), shop.said[-5:]


def test_a_sale_from_the_basket_to_the_parcel_and_a_refund(
    shop: Shop, customer: Customer, open_shop: World
) -> None:
    page, invoice = buy(customer)
    assert (invoice.amount_units, invoice.currency) == (3_580, "EUR")
    assert "Not paid yet" in customer.get(page) or "Waiting" in customer.get(page)
    with urllib.request.urlopen(f"{shop.url}{page}", timeout=120) as answer:
        assert answer.status == 200
    assert invoice.promises.terms.return_url == shop.url + page

    deposit = open_shop.pay(invoice)
    delivered(open_shop, shop)
    assert "On its way" not in customer.get(page), "seen is not yet sure"
    open_shop.hear(deposit, "confirmed")
    delivered(open_shop, shop)
    assert re.search(r'role="status">Paid\b', customer.get(page))
    assert "On its way to you" in customer.get(page)

    open_shop.hear(deposit, "final")
    refund_request(
        shop_id=open_shop.shop_id,
        invoice_id=invoice.id,
        wanted=Wanted(amount=Amount(1_800, FIAT["EUR"])),  # the cup
        by=Person(who="user:7", level="owner", via="dashboard"),
        now=open_shop.now,
    )
    delivered(open_shop, shop)
    assert "Refund requested: 18.00 EUR" in customer.get(page)


def test_who_asks_to_pay_twice_gets_the_same_invoice(shop: Shop, customer: Customer) -> None:
    page, invoice = buy(customer)
    customer.get(page)
    assert customer.post(f"{page}/pay").endswith(f"/i/{invoice.id}")
    assert Invoice.objects.count() == 1


def test_only_what_the_gateway_signed_lately_is_believed(
    shop: Shop, customer: Customer, open_shop: World
) -> None:
    page, invoice = buy(customer)
    delivered(open_shop, shop)
    told = {
        "order_id": invoice.order_id,
        "id": str(invoice.id),
        "status": "paid",
        "exceptions": [],
        "release_goods": "yes",
    }
    body = orjson.dumps({"type": "invoice.paid", "sequence": 99, "data": told})
    now = int(time.time())
    forged = "whsec_" + "A" * 43 + "="
    for secret, at in ((forged, now), (shop.secret, now - 3_600)):
        signed = headers(secrets_valid=[secret], message_id="m-1", timestamp=at, body=body)
        assert shop.tell(body, signed) == 400
    assert shop.tell(body, {}) == 400
    ours = headers(secrets_valid=[shop.secret], message_id="m-1", timestamp=now, body=body)
    assert shop.tell(body + b" ", ours) == 400
    assert "On its way" not in customer.get(page)
    assert shop.tell(body, ours) == 204
    assert "On its way" in customer.get(page)


def test_a_message_that_comes_again_or_late_changes_nothing(
    shop: Shop, customer: Customer, open_shop: World
) -> None:
    page, invoice = buy(customer)
    delivered(open_shop, shop)

    def tell(message_id: str, sequence: int, status: str) -> None:
        told = told_of(invoice, status)
        shop.hears(message_id, type="invoice.x", sequence=sequence, data=told)

    tell("new", 51, "expired")
    tell("late", 50, "processing")
    assert "The time to pay is over" in customer.get(page)
    tell("new", 60, "paid")  # the same id: it was dealt with
    assert "The time to pay is over" in customer.get(page)


def told_of(invoice: Invoice, status: str, release_goods: str = "no") -> dict[str, Any]:
    return {
        "id": str(invoice.id),
        "order_id": invoice.order_id,
        "status": status,
        "exceptions": [],
        "release_goods": release_goods,
    }


def test_after_an_invoice_ended_unpaid_another_is_paid(shop: Shop, customer: Customer) -> None:
    page, first = buy(customer)
    shop.hears("a", type="invoice.expired", sequence=50, data=told_of(first, "expired"))
    customer.get(page)
    second = Invoice.objects.get(id=UUID(customer.post(f"{page}/pay").rpartition("/")[2]))
    assert (second.order_id, Invoice.objects.count()) == (first.order_id, 2) and second != first
    customer.get(page)
    assert customer.post(f"{page}/pay").endswith(f"/i/{second.id}"), "asked twice it is the same"
    shop.hears("b", type="invoice.x", sequence=51, data=told_of(first, "cancelled"))
    assert "Waiting for your payment" in customer.get(page), "the first is no matter any more"
    shop.hears("c", type="invoice.paid", sequence=3, data=told_of(second, "paid", "yes"))
    assert "On its way" in customer.get(page)


def test_an_invoice_that_is_paid_after_all_counts(shop: Shop, customer: Customer) -> None:
    page, first = buy(customer)
    shop.hears("a", type="invoice.expired", sequence=50, data=told_of(first, "expired"))
    customer.get(page)
    customer.post(f"{page}/pay")
    shop.hears("b", type="invoice.paid", sequence=52, data=told_of(first, "paid", "yes"))
    assert "On its way" in customer.get(page)
    assert "Paid" in customer.get(page)


def test_what_it_does_not_know_is_passed_over_and_what_is_too_large_fetched(
    shop: Shop, customer: Customer, open_shop: World
) -> None:
    page, invoice = buy(customer)
    shop.hears("test", id="x", type="endpoint.test", sequence=1, data={"message": "hello"})
    open_shop.confirmed(invoice)
    paid = Event.objects.get(subject=f"invoice:{invoice.id}", type="invoice.paid")
    shop.hears(
        "large",
        id=str(paid.id),
        type="invoice.paid",
        sequence=paid.sequence,
        data=None,
        truncated=True,
    )
    assert re.search(r'role="status">Paid\b', customer.get(page))


def test_an_older_message_about_a_refund_changes_nothing(shop: Shop, customer: Customer) -> None:
    page, invoice = buy(customer)
    refund = {"id": "r", "invoice_id": str(invoice.id), "worth": "18.00", "currency": "EUR"}
    for name, sequence, status in (("a", 5, "completed"), ("b", 4, "approved")):
        told = refund | {"status": status}
        shop.hears(name, type="refund.x", sequence=sequence, data=told)
    assert "Refund completed: 18.00 EUR" in customer.get(page)

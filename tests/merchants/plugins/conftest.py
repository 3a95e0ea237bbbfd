"""A plugin of a shop that sells: JSON with a key, and getters as strict as theirs."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from gateway.market.snapshot_store import forget_snapshot
from merchants.accounts.actions import SCOPES
from merchants.accounts.services import api_key_create
from merchants.plugins.known import KnownPlugin
from merchants.plugins.services import plugin_key_make
from tests.faces import Staff, open_shop, staff
from tests.invoices.conftest import World, chain, world
from tests.merchants.webhooks.conftest import make_receiver, receiver

__all__ = ["chain", "make_receiver", "open_shop", "receiver", "staff", "world"]


@pytest.fixture(autouse=True)
def _forget_the_market() -> Iterator[None]:
    forget_snapshot()
    yield
    forget_snapshot()


class Plugin:
    """A shop's plugin."""

    def __init__(self, secret: str | None, *, shop_id: Any, scheme: str = "token") -> None:
        self.client = Client()
        self.secret = secret
        self.store = f"stores/{shop_id}"
        self.shop_id = str(shop_id)
        self.headers = {"Authorization": f"{scheme} {secret}"} if secret else {}

    def send(self, method: str, path: str, body: Any = None) -> Any:
        data = b"" if body is None else orjson.dumps(body)
        return self.client.generic(
            method,
            f"/api/v1/{path}",
            data=data,
            content_type="application/json",
            headers=self.headers,
        )

    def get(self, path: str) -> Any:
        return self.send("GET", path)

    def asked(self, method: str, path: str, body: Any = None) -> Any:
        """What is answered with 200, the only success there is."""
        answer = self.send(method, path, body)
        assert answer.status_code == 200, (answer.status_code, answer.content)
        return answer.json() if answer.content else None

    def invoice(self, amount: str | None = "12.50", **more: Any) -> dict[str, Any]:
        """As every plugin asks: each key of the checkout is there, mostly null."""
        body = {"amount": amount, "currency": "EUR", "metadata": {}, "checkout": CHECKOUT, **more}
        return dict(self.asked("POST", f"{self.store}/invoices", body))


CHECKOUT: dict[str, Any] = {
    "speedPolicy": None,
    "paymentMethods": None,
    "expirationMinutes": None,
    "monitoringMinutes": None,
    "paymentTolerance": None,
    "redirectURL": None,
    "redirectAutomatically": None,
    "defaultLanguage": None,
}


@pytest.fixture
def plugin_for(open_shop: World) -> Callable[..., Plugin]:
    def make(*scopes: str, scheme: str = "token") -> Plugin:
        _, secret = api_key_create(
            shop_id=open_shop.shop_id, mode="test", scopes=scopes or tuple(SCOPES), name="Web shop"
        )
        return Plugin(secret, shop_id=open_shop.shop_id, scheme=scheme)

    return make


@pytest.fixture
def plugin_of(open_shop: World, staff: Staff) -> Callable[[KnownPlugin], Plugin]:
    """A plugin with a key that its shop's owner made for it."""

    def make(known: KnownPlugin) -> Plugin:
        secret = plugin_key_make(
            shop=open_shop.view,
            plugin=known,
            name=known.name,
            user=staff.user("owner"),
            roles=frozenset({"owner"}),
            now=timezone.now(),
        )
        return Plugin(secret, shop_id=open_shop.shop_id)

    return make


@pytest.fixture
def plugin(plugin_for: Callable[..., Plugin]) -> Plugin:
    """A key with every scope."""
    return plugin_for()


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The refusal, after checking that it has the protocol's shape."""
    assert answer.status_code == status, answer.content
    problem = dict(answer.json())
    assert problem["code"] == code
    assert isinstance(problem["message"], str) and problem["message"]
    return problem


def faults(answer: Any) -> dict[str, str]:
    """What a 422 says of each path."""
    assert answer.status_code == 422, answer.content
    found = answer.json()
    assert isinstance(found, list) and found
    assert all(set(each) == {"path", "message"} and each["message"] for each in found)
    return {each["path"]: each["message"] for each in found}


def is_unix(value: Any) -> bool:
    return type(value) is int and 1_500_000_000 < value < 4_000_000_000


def is_number_text(value: Any) -> bool:
    return isinstance(value, str) and value.replace(".", "", 1).isdigit()

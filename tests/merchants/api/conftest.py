"""A shop that sells, a key to it, a stranger with a shop of their own, and a client."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.market.snapshot_store import forget_snapshot
from gateway.shops.services import shop_open
from merchants.accounts.actions import SCOPES
from merchants.accounts.services import api_key_create
from tests.faces import open_shop
from tests.invoices.conftest import World, chain, world

__all__ = ["chain", "open_shop", "world"]

ADDRESS = bytes.fromhex("90f79bf6eb2c4f870365e785982e1f101e93b906")


@pytest.fixture(autouse=True)
def _forget_the_market() -> Iterator[None]:
    """What this process remembers of the market is another test's."""
    forget_snapshot()
    yield
    forget_snapshot()


class Api:
    """A shop's program: JSON over HTTP with a key."""

    def __init__(self, secret: str | None) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        import orjson

        data = raw if raw is not None else b"" if body is None else orjson.dumps(body)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            f"/v1/{path}",
            data=data,
            content_type=content_type,
            headers={**self.headers, **sent},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def invoice(self, amount: str = "12.50", **more: Any) -> dict[str, Any]:
        answer = self.post("invoices", {"amount": amount, **more})
        assert answer.status_code == 201, answer.content
        return dict(answer.json())


@pytest.fixture
def key_for() -> Callable[..., str]:
    def make(shop_id: Any, **options: Any) -> str:
        return api_key_create(
            **{"shop_id": shop_id, "mode": "test", "scopes": tuple(SCOPES), **options}
        )[1]

    return make


@pytest.fixture
def api(open_shop: World, key_for: Callable[..., str]) -> Api:
    """A key with every scope to a shop that can sell right now."""
    return Api(key_for(open_shop.shop_id))


@pytest.fixture
def stranger(open_shop: World, key_for: Callable[..., str]) -> Api:
    """Another shop's key, with every scope too."""
    shop = shop_open(
        name="Stranger",
        pricing_currency="EUR",
        settlement_asset="USDC@31337",
        payout_address=ADDRESS,
        now=timezone.now(),
    )
    return Api(key_for(shop.id))


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem, after checking that it is one as RFC 9457 has them."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = dict(answer.json())
    assert problem["code"] == code, problem
    assert problem["hint"], "a refusal names a way out"
    assert problem["status"] == status
    assert problem["type"].endswith(f"/v1/docs#{code}")
    assert problem["title"]
    assert problem["detail"]
    return problem

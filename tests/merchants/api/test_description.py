"""The description and what is really answered."""

import re
from typing import Any

import orjson
import pytest
from django.test import Client
from drf_spectacular.checks import schema_check
from jsonschema import Draft202012Validator

from merchants.api import schema
from tests.merchants.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_the_committed_description_is_the_present_one(pytestconfig: pytest.Config) -> None:
    """After a change: ``manage.py openapi``."""
    committed = (pytestconfig.rootpath / "docs" / "openapi.json").read_bytes()
    assert orjson.loads(committed) == orjson.loads(schema.as_json())


def test_nothing_is_found_to_be_amiss_when_it_is_generated() -> None:
    assert schema_check(None) == []  # type: ignore[no-untyped-call]


def test_it_is_openapi_3_1_and_served_to_everyone() -> None:
    described = Client().get("/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert described == orjson.loads(schema.as_json())


def test_the_reference_is_a_page_of_our_own() -> None:
    page = Client().get("/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "POST</b> /v1/invoices" in text
    elsewhere = re.findall(r'(?:src|href)="https?://(?!localhost)[^"]*"[^>]*>', text)
    assert [link for link in elsewhere if "noreferrer" not in link] == []


def _check(answer: Any, path: str, method: str) -> None:
    """That an answer is of the shape that the description promises, nothing more, nothing less."""
    described = schema.generate()
    responses = described["paths"][path][method]["responses"]
    status = str(answer.status_code)
    content = responses[status]["content"]["application/json"]["schema"]
    closed = _closed(described["components"]["schemas"])
    Draft202012Validator({**content, "components": {"schemas": closed}}).validate(answer.json())


def _closed(shapes: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {**shape, "additionalProperties": False}
        if shape.get("type") == "object" and "properties" in shape
        else shape
        for name, shape in shapes.items()
    }


def test_answers_are_as_described(api: Api, open_shop: Any) -> None:
    made = api.post("invoices", {"amount": "12.50", "order_id": "A", "metadata": {"x": [1]}})
    _check(made, "/v1/invoices", "post")
    invoice_id = made.json()["id"]
    endpoint = api.post("webhook_endpoints", {"url": "https://example.com/h"})
    _check(endpoint, "/v1/webhook_endpoints", "post")
    hook = f"webhook_endpoints/{endpoint.json()['id']}"
    _check(api.post(f"{hook}/test"), "/v1/webhook_endpoints/{endpoint_id}/test", "post")
    _check(
        api.post(f"{hook}/rotate_secret"),
        "/v1/webhook_endpoints/{endpoint_id}/rotate_secret",
        "post",
    )
    _pay(open_shop, invoice_id)
    open_shop.drain()
    event_id = api.get("events").json()["data"][0]["id"]
    delivery = f"{hook}/deliveries/{event_id}"
    for path, described in (
        (f"invoices/{invoice_id}", "/v1/invoices/{invoice_id}"),
        ("invoices", "/v1/invoices"),
        ("quotes?amount=5", "/v1/quotes"),
        ("assets", "/v1/assets"),
        ("balances", "/v1/balances"),
        ("payouts", "/v1/payouts"),
        ("events", "/v1/events"),
        ("events?since=2020-01-01T00:00:00Z", "/v1/events"),
        (f"events/{event_id}", "/v1/events/{event_id}"),
        ("webhook_endpoints", "/v1/webhook_endpoints"),
        (hook, "/v1/webhook_endpoints/{endpoint_id}"),
        (f"{hook}/deliveries", "/v1/webhook_endpoints/{endpoint_id}/deliveries"),
        (delivery, "/v1/webhook_endpoints/{endpoint_id}/deliveries/{event_id}"),
    ):
        _check(api.get(path), described, "get")


def test_a_refusal_is_as_described(api: Api) -> None:
    described = schema.generate()["components"]["schemas"]
    for answer in (
        api.post("invoices", {"amount": 1, "x": 2}),
        api.post("invoices", {"amount": 1, "order_id": 2}),
        api.get("nothing"),
        api.get(f"invoices/{'0' * 8}-0000-0000-0000-{'0' * 12}"),
    ):
        shapes = _closed(described)
        Draft202012Validator(
            {"$ref": "#/components/schemas/Problem", "components": {"schemas": shapes}}
        ).validate(answer.json())


def _pay(open_shop: Any, invoice_id: str) -> None:
    from gateway.invoices.models import Invoice

    open_shop.confirmed(Invoice.objects.get(id=invoice_id))

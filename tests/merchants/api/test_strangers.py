"""What belongs to one shop is not there for another, on any endpoint."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from gateway.cards.models import CardTender
from gateway.invoices.models import Invoice
from gateway.refunds.cards.models import CardRefund
from gateway.settlement.billing.models import FeeDocument
from gateway.settlement.models import Payout
from merchants.accounts.models import ApiKey
from merchants.api.models import IdempotencyRecord
from merchants.catalogue.models import Item
from merchants.ecr.models import EcrSale, Register
from merchants.tickets.models import Ticket
from merchants.tills.models import Till
from merchants.webhooks.models import Delivery, Endpoint
from tests.cards.rows import card_refund_row, reader_row, tender_row
from tests.merchants.api.conftest import Api, refused
from tests.merchants.api.test_keys import ENDPOINTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(api: Api, open_shop: Any) -> dict[str, str]:
    """One of everything that has an id, in our shop."""
    invoice = api.invoice()
    endpoint = api.post("webhook_endpoints", {"url": "https://example.com/"}).json()
    api.post(f"invoices/{invoice['id']}/void")
    open_shop.drain()
    delivery = Delivery.objects.get(type="invoice.cancelled")
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()
    replay = api.post(f"webhook_endpoints/{endpoint['id']}/replay", {"since": yesterday}).json()
    payout = Payout.objects.create(
        shop_id=open_shop.shop_id,
        mode="test",
        asset="USDC@31337",
        decimals=6,
        units=5,
        taken_asset="USDC@31337",
        taken_decimals=6,
        taken_units=5,
        chain_id=31337,
        destination=b"\1" * 20,
        trigger="demand",
        idempotency_key="x",
        requested_at=timezone.now(),
    )
    paid = open_shop.issue()
    open_shop.confirmed(paid)
    asked = {"invoice_id": str(paid.id), "amount": "5.00"}
    refund = api.post("refunds", asked, Idempotency_Key="r")
    assert refund.status_code == 201, refund.content
    document = FeeDocument.objects.create(
        mode="test",
        kind="invoice",
        shop_id=open_shop.shop_id,
        shop_name="Ours",
        month="2026-10",
        time_zone="UTC",
        revision=0,
        lines=[],
        issued_by="test",
        issued_at=timezone.now(),
    )
    now, shop_id = timezone.now(), open_shop.shop_id
    card_refund = card_refund_row(shop_id=shop_id, invoice_id=paid.id, mark="ours", now=now)
    tender_row(
        shop_id=shop_id,
        invoice_id=invoice["id"],
        mark="ours",
        now=now,
        status="open",
        remote_intent="pi_ours",
        turn="waiting",
        reader=reader_row(shop_id=shop_id, mark="ours", now=now),
    )
    link = api.post("payment-links", {"title": "Ours", "amount": "5.00"}).json()
    by = {"shop_id": shop_id, "made_by": paid.id, "made_at": now}
    till = Till.objects.create(**by, name="Ours")
    Register.objects.create(**by, key=ApiKey.objects.get(shop_id=shop_id), till=till)
    EcrSale.objects.create(
        **by, till=till, number="ours", invoice_id=invoice["id"], currency="EUR", units=1_250
    )
    return {
        "payment-links": link["id"],
        "card-refunds": str(card_refund.id),
        "ecr": "ours",
        "fee-invoices": str(document.id),
        "refunds": refund.json()["id"],
        "invoices": invoice["id"],
        "invoices paid": str(paid.id),
        "items": api.post("items", {"name": "Ours", "price": "1.00"}).json()["id"],
        "tickets": api.post("tickets", {"lines": [{"amount": "1.00"}]}).json()["id"],
        "webhook_endpoints": endpoint["id"],
        "replays": replay["id"],
        "events": str(delivery.event_id),
        "payouts": str(payout.id),
    }


def _path(template: str, ours: dict[str, str]) -> str:
    kind = template.split("/", maxsplit=1)[0]
    if template.endswith(("/receipt", "/receipt.pdf")):
        kind += " paid"  # what nobody has paid has none
    path = template.replace("{id}", ours[kind], 1)
    if "/replays/" in path:
        return path.replace("{id}", ours["replays"])
    return path.replace("{id}", ours["events"])


WITH_ID = [(method, path) for method, path, _ in ENDPOINTS if "{id}" in path]


@pytest.mark.parametrize(("method", "path"), WITH_ID)
@pytest.mark.parametrize("key", [None, "a-key"])
def test_a_strangers_key_finds_nothing(
    method: str, path: str, key: str | None, ours: dict[str, str], stranger: Api
) -> None:
    headers = {} if key is None or method == "GET" else {"Idempotency_Key": key}
    before = _state()
    answer = stranger.send(method, _path(path, ours), **headers)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert _state() == before


@pytest.mark.parametrize(("method", "path"), [pair for pair in WITH_ID if pair[0] == "GET"])
def test_the_owner_finds_it(method: str, path: str, ours: dict[str, str], api: Api) -> None:
    assert api.send(method, _path(path, ours)).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("invoices", "payouts", "webhook_endpoints", "events", "card-refunds", "readers"),
        *("items", "payment-links", "tickets"),
    ],
)
def test_a_strangers_lists_are_empty(path: str, ours: dict[str, str], stranger: Api) -> None:
    assert stranger.get(path).json()["data"] == []


def test_a_cursor_of_ours_shows_a_stranger_nothing(
    ours: dict[str, str], api: Api, stranger: Api
) -> None:
    api.invoice()
    cursor = api.get("invoices?limit=1").json()["next_cursor"]
    assert stranger.get(f"invoices?cursor={cursor}").json()["data"] == []


def test_an_id_that_never_was_looks_the_same(ours: dict[str, str], stranger: Api) -> None:
    never = UUID(int=7)
    one = refused(stranger.get(f"invoices/{ours['invoices']}"), 404, "invoice_not_found")
    two = refused(stranger.get(f"invoices/{never}"), 404, "invoice_not_found")
    del one["request_id"], two["request_id"]
    assert one == two


def _state() -> tuple[Any, ...]:
    return (
        list(Invoice.objects.order_by("id").values_list("status", "lock_end")),
        list(Endpoint.objects.values_list("enabled", "secret_sealed", "url")),
        list(Delivery.objects.values_list("state", "tries", "due_at")),
        list(Payout.objects.values_list("status")),
        list(CardRefund.objects.values_list("status")),
        list(Item.objects.values_list("version", "archived_at")),
        list(Ticket.objects.values_list("state", "goods_units", "paid_units")),
        list(CardTender.objects.values_list("status", "turn")),
        IdempotencyRecord.objects.filter(status__lt=400).count(),
    )

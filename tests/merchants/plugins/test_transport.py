"""How plugins are answered whatever they ask: keys, types, refusals, no redirects."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from gateway.shops.services import shop_open
from merchants.accounts.actions import SCOPES, scopes_held
from merchants.accounts.models import ApiKey
from merchants.accounts.services import api_key_create
from merchants.audit.models import Record
from merchants.calls.collecting import calls_collect
from merchants.calls.models import Call
from merchants.calls.noting import WAITING, notes
from merchants.plugins.urls import api
from tests.invoices.conftest import World
from tests.merchants.plugins.conftest import Plugin, faults, refused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("scheme", ["token", "Token", "TOKEN", "Bearer", "bearer"])
def test_a_key_comes_with_either_scheme_in_any_case(
    plugin_for: Callable[..., Plugin], scheme: str
) -> None:
    plugin_for(scheme=scheme).asked("GET", "stores")


@pytest.mark.parametrize(
    "header",
    ["", "token", "Basic dTpw", "token tw_test_" + "x" * 43, "token nonsense"],
)
def test_without_a_key_nothing_is_answered(open_shop: World, header: str) -> None:
    answer = Client().get("/api/v1/stores", headers={"Authorization": header} if header else {})
    problem = refused(answer, 401, "unauthenticated")
    assert set(problem) == {"code", "message"}


def test_a_revoked_or_expired_key_opens_nothing(
    open_shop: World, plugin_for: Callable[..., Plugin]
) -> None:
    plugin = plugin_for()
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refused(plugin.get("stores"), 401, "unauthenticated")
    ApiKey.objects.update(expires_at=None, revoked_at=timezone.now())
    refused(plugin.get("stores"), 401, "unauthenticated")


CALLS = [
    ("GET", "stores", "quotes:read", "btcpay.store.canviewstoresettings"),
    ("GET", "stores/{s}", "quotes:read", "btcpay.store.canviewstoresettings"),
    ("GET", "stores/{s}/payment-methods", "quotes:read", "btcpay.store.canviewstoresettings"),
    (
        "GET",
        "stores/{s}/payment-methods/OnChain",
        "quotes:read",
        "btcpay.store.canviewstoresettings",
    ),
    (
        "GET",
        "stores/{s}/payment-methods/LightningNetwork",
        "quotes:read",
        "btcpay.store.canviewstoresettings",
    ),
    ("GET", "stores/{s}/rates", "quotes:read", "btcpay.store.canviewstoresettings"),
    ("GET", "stores/{s}/invoices", "invoices:read", "btcpay.store.canviewinvoices"),
    ("POST", "stores/{s}/invoices", "invoices:write", "btcpay.store.cancreateinvoice"),
    ("GET", "stores/{s}/invoices/{i}", "invoices:read", "btcpay.store.canviewinvoices"),
    ("PUT", "stores/{s}/invoices/{i}", "invoices:write", "btcpay.store.canmodifyinvoices"),
    (
        "GET",
        "stores/{s}/invoices/{i}/payment-methods",
        "invoices:read",
        "btcpay.store.canviewinvoices",
    ),
    ("POST", "stores/{s}/invoices/{i}/status", "invoices:mark", "btcpay.store.canmodifyinvoices"),
    (
        "POST",
        "stores/{s}/invoices/{i}/refund",
        "refunds:write",
        "btcpay.store.cancreatenonapprovedpullpayments",
    ),
    ("GET", "stores/{s}/webhooks", "webhooks:read", "btcpay.store.webhooks.canmodifywebhooks"),
    ("POST", "stores/{s}/webhooks", "webhooks:write", "btcpay.store.webhooks.canmodifywebhooks"),
    ("GET", "stores/{s}/webhooks/{i}", "webhooks:read", "btcpay.store.webhooks.canmodifywebhooks"),
    ("PUT", "stores/{s}/webhooks/{i}", "webhooks:write", "btcpay.store.webhooks.canmodifywebhooks"),
    (
        "DELETE",
        "stores/{s}/webhooks/{i}",
        "webhooks:write",
        "btcpay.store.webhooks.canmodifywebhooks",
    ),
    (
        "GET",
        "stores/{s}/webhooks/{i}/deliveries",
        "webhooks:read",
        "btcpay.store.webhooks.canmodifywebhooks",
    ),
    (
        "GET",
        "stores/{s}/webhooks/{i}/deliveries/{i}-1",
        "webhooks:read",
        "btcpay.store.webhooks.canmodifywebhooks",
    ),
    (
        "GET",
        "stores/{s}/webhooks/{i}/deliveries/{i}-1/request",
        "webhooks:read",
        "btcpay.store.webhooks.canmodifywebhooks",
    ),
    (
        "POST",
        "stores/{s}/webhooks/{i}/deliveries/{i}-1/redeliver",
        "webhooks:write",
        "btcpay.store.webhooks.canmodifywebhooks",
    ),
    (
        "POST",
        "stores/{s}/pull-payments",
        "refunds:write",
        "btcpay.store.cancreatenonapprovedpullpayments",
    ),
    ("GET", "stores/{s}/pull-payments", "refunds:read", "btcpay.store.canviewpullpayments"),
    (
        "DELETE",
        "stores/{s}/pull-payments/{i}",
        "refunds:end",
        "btcpay.store.canarchivepullpayments",
    ),
    ("GET", "pull-payments/{i}", "refunds:read", "btcpay.store.canviewpullpayments"),
    ("GET", "pull-payments/{i}/payouts/{i}", "refunds:read", "btcpay.store.canviewpayouts"),
    ("GET", "stores/{s}/payouts", "refunds:read", "btcpay.store.canviewpayouts"),
    ("GET", "stores/{s}/payouts/{i}", "refunds:read", "btcpay.store.canviewpayouts"),
    ("GET", "pull-payments/{i}/payouts", "refunds:read", "btcpay.store.canviewpayouts"),
    ("POST", "pull-payments/{i}/payouts", "refunds:write", "btcpay.store.canmanagepayouts"),
    ("POST", "stores/{s}/payouts/{i}", "refunds:write", "btcpay.store.canmanagepayouts"),
    ("DELETE", "stores/{s}/payouts/{i}", "refunds:write", "btcpay.store.canmanagepayouts"),
    ("POST", "stores/{s}/payouts/{i}/mark-paid", "refunds:write", "btcpay.store.canmanagepayouts"),
]
FREE = {"server/info", "health", "api-keys/current"}
"""Any key opens the first and the last; nobody needs one for the second."""


def test_every_path_of_the_api_is_among_the_calls_tried() -> None:
    tried = {
        path.replace("{s}", "*").replace("{i}-1", "*").replace("{i}", "*") for _, path, *_ in CALLS
    }
    paths = {str(each.pattern) for each in api if hasattr(each.pattern, "_route")}
    import re

    assert {re.sub(r"<str:\w+>", "*", path) for path in paths} - FREE == tried


@pytest.mark.parametrize(("method", "path", "scope", "permission"), CALLS)
def test_a_call_needs_its_scope_and_says_which_permission_is_missing(
    plugin_for: Callable[..., Plugin], method: str, path: str, scope: str, permission: str
) -> None:
    others = [other for other in SCOPES if scope not in scopes_held([other])]
    plugin = plugin_for(*others)
    answer = plugin.send(method, path.format(s=plugin.shop_id, i=uuid4()), {})
    problem = refused(answer, 403, "missing-permission")
    assert problem["missingPermission"] == f"{permission}:{plugin.shop_id}"
    enough = plugin_for(scope)
    answer = enough.send(method, path.format(s=plugin.shop_id, i=uuid4()), {})
    assert answer.status_code in (200, 404, 422), answer.content


@pytest.mark.parametrize(("method", "path", "scope", "permission"), CALLS)
def test_a_key_opens_no_other_store(
    plugin: Plugin, method: str, path: str, scope: str, permission: str
) -> None:
    """Whether there is such a store can't be told from the answer."""
    other = shop_open(
        name="Other",
        pricing_currency="EUR",
        settlement_asset="USDC@31337",
        now=timezone.now(),
    )
    if "{s}" not in path:
        return
    for store in (other.id, uuid4(), "x"):
        answer = plugin.send(method, path.format(s=store, i=uuid4()), {})
        problem = refused(answer, 403, "missing-permission")
        assert problem["missingPermission"] == f"{permission}:{store}"


def test_nothing_of_another_shop_is_found(open_shop: World, plugin: Plugin) -> None:
    invoice = plugin.invoice(metadata={"orderId": "1001"})
    webhook = plugin.asked("POST", f"{plugin.store}/webhooks", {"url": "https://shop.example/hook"})
    other = shop_open(
        name="Other",
        pricing_currency="EUR",
        settlement_asset="USDC@31337",
        now=timezone.now(),
    )
    _, secret = api_key_create(shop_id=other.id, mode="test", scopes=tuple(SCOPES))
    stranger = Plugin(secret, shop_id=other.id)
    for method, path, _scope, _permission in CALLS:
        for thing in (invoice["id"], webhook["id"]):
            answer = stranger.send(method, path.format(s=other.id, i=thing), {})
            assert answer.status_code in (200, 404, 409, 422), (method, path, answer.content)
            assert b"1001" not in answer.content and b"shop.example" not in answer.content
            assert answer.status_code != 200 or "{i}" not in path


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("{s}/invoices/{i}", "invoice-not-found"),
        ("{s}/invoices/nonsense", "invoice-not-found"),
        ("{s}/invoices/{i}/payment-methods", "invoice-not-found"),
        ("{s}/webhooks/{i}", "webhook-not-found"),
        ("{s}/webhooks/nonsense", "webhook-not-found"),
    ],
)
def test_what_is_not_there_is_a_404_with_its_code(plugin: Plugin, path: str, code: str) -> None:
    answer = plugin.get("stores/" + path.format(s=plugin.shop_id, i=uuid4()))
    assert set(refused(answer, 404, code)) == {"code", "message"}


@pytest.mark.parametrize(
    "path", ["stores/", "server/info/", "nowhere", "stores/x/y/z", "users/me", ""]
)
def test_no_path_is_redirected(plugin: Plugin, path: str) -> None:
    answer = plugin.get(path)
    refused(answer, 404, "not-found")
    assert "Location" not in answer


def test_another_method_is_a_405_in_json(plugin: Plugin) -> None:
    refused(plugin.send("PUT", "stores"), 405, "method-not-allowed")


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"', b'{"a":1,"a":2}', b"\xff"])
def test_a_body_that_is_no_object_is_refused(plugin: Plugin, raw: bytes) -> None:
    answer = plugin.client.generic(
        "POST",
        f"/api/v1/{plugin.store}/invoices",
        data=raw,
        content_type="application/json",
        headers=plugin.headers,
    )
    assert faults(answer)


def test_a_body_too_large_is_refused(plugin: Plugin) -> None:
    answer = plugin.send("POST", f"{plugin.store}/invoices", {"metadata": {"x": "y" * 70_000}})
    refused(answer, 413, "body-too-large")


def test_no_page_of_ours_stands_before_a_call(plugin: Plugin) -> None:
    """No CSRF token, no session, no cookie."""
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        f"/api/v1/{plugin.store}/invoices",
        data=b'{"amount":"1.00"}',
        content_type="text/plain",
        headers=plugin.headers,
    )
    assert answer.status_code == 200
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"


def test_a_program_that_runs_wild_is_braked(plugin: Plugin, settings: Any, valkey: object) -> None:
    settings.API_RATE_PER_S, settings.API_BURST = 1, 1
    answers = [plugin.get("stores") for _ in range(4)]
    braked = [answer for answer in answers if answer.status_code == 429]
    assert braked
    refused(braked[0], 429, "rate_limited")
    assert int(braked[0]["Retry-After"]) >= 1


def test_every_call_of_a_key_is_in_the_request_log(plugin: Plugin) -> None:
    notes().hand_over()
    notes().client.delete(WAITING)
    body = {"amount": "much", "metadata": {"buyerEmail": "ann@example.com"}}
    plugin.send("POST", f"{plugin.store}/invoices", body)
    plugin.get("stores")
    Plugin("tw_test_nothing", shop_id=plugin.shop_id).get("stores")
    notes().hand_over()
    calls_collect()
    refused_call, read = Call.objects.order_by("id")
    assert (refused_call.method, refused_call.status, read.status) == ("POST", 422, 200)
    assert refused_call.path == f"/api/v1/{plugin.store}/invoices"
    assert str(refused_call.shop_id) == plugin.shop_id
    assert "ann@" not in refused_call.sent + refused_call.answered


def test_what_a_key_does_to_webhooks_is_in_the_audit_log(plugin: Plugin) -> None:
    path = f"{plugin.store}/webhooks"
    made = plugin.asked("POST", path, {"url": "https://shop.example/"})
    plugin.asked("PUT", f"{path}/{made['id']}", {"enabled": False})
    plugin.asked("DELETE", f"{path}/{made['id']}")
    found = Record.objects.filter(subject=f"webhook:{made['id']}", who__startswith="key:")
    assert {one.act for one in found} == {"webhook.made", "webhook.changed", "webhook.removed"}

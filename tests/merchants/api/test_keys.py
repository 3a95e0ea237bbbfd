"""Who may come in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.settlement.standing import shop_suspend
from gateway.shops.services import shop_approve
from merchants.accounts.actions import SCOPES, scopes_held
from merchants.accounts.models import ApiKey
from merchants.accounts.services import api_key_revoke
from tests.merchants.api.conftest import Api, refused

pytestmark = pytest.mark.django_db
Key = Callable[..., str]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "key_missing"),
        ("", "key_missing"),
        ("Bearer", "key_missing"),
        ("Bearer ", "key_missing"),
        ("Basic abc", "key_missing"),
        ("tw_test_abc", "key_missing"),
        ("Bearer tw_test_abc", "key_unknown"),
        ("Bearer tw_test_" + "A" * 43, "key_unknown"),
        ("Bearer tw_test_" + "A" * 5000, "key_unknown"),
        ("Bearer tw_test_" + "A" * 42 + "é", "key_unknown"),
        ("Bearer ' OR 1=1 --", "key_unknown"),
    ],
)
def test_without_a_good_key_nothing_opens(header: str | None, code: str) -> None:
    api = Api(None)
    answer = api.get("invoices", **({} if header is None else {"Authorization": header}))
    refused(answer, 401, code)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_key_says_so(shop: Any, key_for: Key) -> None:
    secret = key_for(shop.id, expires_at=timezone.now() - timedelta(seconds=1))
    refused(Api(secret).get("invoices"), 401, "key_expired")


def test_a_revoked_key_says_so(shop: Any, key_for: Key) -> None:
    secret = key_for(shop.id)
    assert Api(secret).get("invoices").status_code == 200
    api_key_revoke(shop_id=shop.id, key_id=ApiKey.objects.get().id)
    refused(Api(secret).get("invoices"), 401, "key_revoked")


def test_a_test_key_does_not_open_a_live_shop_nor_the_reverse(shop: Any, key_for: Key) -> None:
    test, live = key_for(shop.id), key_for(shop.id, mode="live")
    refused(Api(live).get("invoices"), 403, "wrong_mode")
    shop_approve(shop_id=shop.id, live=True, now=timezone.now())
    refused(Api(test).get("invoices"), 403, "wrong_mode")
    assert Api(live).get("invoices").status_code == 200


def test_the_secret_is_not_in_the_database(shop: Any, key_for: Key) -> None:
    secret = key_for(shop.id)
    row = ApiKey.objects.values().get()
    assert secret not in str(row)
    assert secret.encode() not in bytes(row["secret_hash"])
    assert secret.startswith(row["prefix"])


ENDPOINTS = [
    ("GET", "invoices", "invoices:read"),
    ("POST", "invoices", "invoices:write"),
    ("GET", "invoices/{id}", "invoices:read"),
    ("POST", "invoices/{id}/void", "invoices:write"),
    ("POST", "invoices/{id}/requote", "invoices:write"),
    ("GET", "invoices/{id}/provocations", "invoices:read"),
    ("POST", "invoices/{id}/provocations", "invoices:provoke"),
    ("GET", "invoices/{id}/qr.png", "invoices:read"),
    ("GET", "invoices/{id}/receipt", "invoices:read"),
    ("GET", "invoices/{id}/receipt.pdf", "invoices:read"),
    ("GET", "items", "catalogue:read"),
    ("POST", "items", "catalogue:write"),
    ("GET", "items/{id}", "catalogue:read"),
    ("PATCH", "items/{id}", "catalogue:write"),
    ("POST", "items/{id}/archive", "catalogue:write"),
    ("POST", "items/{id}/restore", "catalogue:write"),
    ("GET", "modifier-groups", "catalogue:read"),
    ("GET", "tickets", "invoices:read"),
    ("POST", "tickets", "invoices:write"),
    ("GET", "tickets/{id}", "invoices:read"),
    ("POST", "tickets/{id}/lines", "invoices:write"),
    ("DELETE", "tickets/{id}/lines/{id}", "invoices:write"),
    ("POST", "tickets/{id}/park", "invoices:write"),
    ("POST", "tickets/{id}/recall", "invoices:write"),
    ("POST", "tickets/{id}/void", "invoices:write"),
    ("POST", "tickets/{id}/split", "invoices:write"),
    ("POST", "tickets/{id}/charge", "invoices:write"),
    ("GET", "quotes", "quotes:read"),
    ("GET", "assets", "quotes:read"),
    ("GET", "balances", "balances:read"),
    ("GET", "payouts", "payouts:read"),
    ("POST", "payouts", "payouts:write"),
    ("POST", "payout-quotes", "payouts:write"),
    ("GET", "bank-accounts", "payouts:read"),
    ("GET", "settlement-policy", "payouts:read"),
    ("PUT", "settlement-policy", "payouts:write"),
    ("GET", "payouts/{id}", "payouts:read"),
    ("POST", "payouts/{id}/cancel", "payouts:write"),
    ("GET", "payouts/{id}/invoices", "payouts:read"),
    ("GET", "payouts/{id}/invoices.csv", "payouts:read"),
    ("GET", "invoices/{id}/refundable", "refunds:read"),
    ("GET", "refunds", "refunds:read"),
    ("POST", "refunds", "refunds:write"),
    ("GET", "refunds/{id}", "refunds:read"),
    ("POST", "refunds/{id}/approve", "refunds:write"),
    ("POST", "refunds/{id}/cancel", "refunds:end"),
    ("POST", "refunds/{id}/link", "refunds:write"),
    ("GET", "card-refunds", "refunds:read"),
    ("POST", "card-refunds", "refunds:write"),
    ("GET", "card-refunds/{id}", "refunds:read"),
    ("POST", "card-refunds/{id}/approve", "refunds:write"),
    ("POST", "card-refunds/{id}/cancel", "refunds:end"),
    ("GET", "payment-links", "links:read"),
    ("POST", "payment-links", "links:write"),
    ("GET", "payment-links/{id}", "links:read"),
    ("PATCH", "payment-links/{id}", "links:write"),
    ("POST", "payment-links/{id}/close", "links:write"),
    ("GET", "readers", "invoices:read"),
    ("GET", "invoices/{id}/reader", "invoices:read"),
    ("PUT", "invoices/{id}/reader", "invoices:write"),
    ("DELETE", "invoices/{id}/reader", "invoices:write"),
    ("GET", "reports/daily", "reports:read"),
    ("GET", "reports/sales.csv", "reports:read"),
    ("GET", "reports/books.csv", "reports:read"),
    ("GET", "reports/fees.csv", "reports:read"),
    ("GET", "reports/costs.csv", "reports:read"),
    ("GET", "reports/statement.pdf", "reports:read"),
    ("GET", "invoices/{id}/fees", "reports:read"),
    ("GET", "fee-schedule", "reports:read"),
    ("GET", "fee-invoices", "reports:read"),
    ("GET", "fee-invoices/{id}", "reports:read"),
    ("GET", "fee-invoices/{id}.pdf", "reports:read"),
    ("GET", "approvals", "payouts:read"),
    ("POST", "ecr/transactions", "ecr:use"),
    ("GET", "ecr/transactions/last", "ecr:use"),
    ("GET", "ecr/transactions/{id}", "ecr:use"),
    ("POST", "ecr/transactions/{id}/cancel", "ecr:use"),
    ("GET", "ecr/totals", "ecr:use"),
    ("POST", "ecr/end-of-day", "ecr:use"),
    ("GET", "webhook_endpoints", "webhooks:read"),
    ("POST", "webhook_endpoints", "webhooks:write"),
    ("GET", "webhook_endpoints/{id}", "webhooks:read"),
    ("PATCH", "webhook_endpoints/{id}", "webhooks:write"),
    ("DELETE", "webhook_endpoints/{id}", "webhooks:write"),
    ("POST", "webhook_endpoints/{id}/rotate_secret", "webhooks:write"),
    ("POST", "webhook_endpoints/{id}/test", "webhooks:write"),
    ("POST", "webhook_endpoints/{id}/replay", "webhooks:write"),
    ("GET", "webhook_endpoints/{id}/replays/{id}", "webhooks:read"),
    ("GET", "webhook_endpoints/{id}/deliveries", "webhooks:read"),
    ("GET", "webhook_endpoints/{id}/deliveries/{id}", "webhooks:read"),
    ("POST", "webhook_endpoints/{id}/deliveries/{id}/redeliver", "webhooks:write"),
    ("GET", "events", "events:read"),
    ("GET", "events/live", "events:read"),
    ("GET", "events/{id}", "events:read"),
]
ID = "01935b1e-0000-7000-8000-000000000000"


@pytest.mark.parametrize(("method", "path", "scope"), ENDPOINTS)
def test_a_key_without_the_scope_is_told_which_one(
    method: str, path: str, scope: str, shop: Any, key_for: Key
) -> None:
    others = tuple(other for other in SCOPES if scope not in scopes_held([other]))
    api = Api(key_for(shop.id, scopes=others))
    problem = refused(api.send(method, path.replace("{id}", ID)), 403, "scope_missing")
    assert scope in problem["detail"]


def test_every_operation_of_the_description_is_in_the_table_above() -> None:
    import re

    from merchants.api import schema

    described = {
        (method.upper(), re.sub(r"{[a-z_]+}", "{id}", path.removeprefix("/v1/")), body["x-scope"])
        for path, item in schema.generate()["paths"].items()
        for method, body in item.items()
    }
    assert described == set(ENDPOINTS)


def test_authentication_is_one_query(shop: Any, key_for: Key) -> None:
    api = Api(key_for(shop.id))
    api.get("webhook_endpoints")
    with CaptureQueriesContext(connection) as captured:
        api.get("webhook_endpoints")
    assert len(captured) == 2  # the key with its shop, and the list


def test_use_is_noted_once_an_hour(shop: Any, key_for: Key) -> None:
    api = Api(key_for(shop.id))
    api.get("webhook_endpoints")
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    api.get("webhook_endpoints")
    assert ApiKey.objects.get().last_used_at == first


def _write(api: Api, key: str) -> Any:
    """A request with an Idempotency-Key, whose caller a process need not read twice."""
    return api.post("webhook_endpoints", {"url": "https://example.com/hook"}, Idempotency_Key=key)


def _revoke(key: ApiKey) -> None:
    api_key_revoke(shop_id=key.shop_id, key_id=key.id)


def _expire(key: ApiKey) -> None:
    ApiKey.objects.filter(id=key.id).update(expires_at=timezone.now())


def _narrow(key: ApiKey) -> None:
    ApiKey.objects.filter(id=key.id).update(scopes=["invoices:read"])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (_revoke, 401, "key_revoked"),
        (_expire, 401, "key_expired"),
        (_narrow, 403, "scope_missing"),
    ],
)
def test_a_key_that_was_let_in_before_is_read_anew_once_it_changed(
    shop: Any, key_for: Key, change: Callable[[ApiKey], None], status: int, code: str
) -> None:
    api = Api(key_for(shop.id))
    for number in range(3):
        assert _write(api, f"before-{number}").status_code == 201
    change(ApiKey.objects.get())
    refused(_write(api, "after"), status, code)


def test_a_shop_is_read_anew_once_it_changed(open_shop: Any, key_for: Key) -> None:
    api = Api(key_for(open_shop.shop_id))
    for number in range(3):
        sold = api.post("invoices", {"amount": "1.00"}, Idempotency_Key=f"before-{number}")
        assert sold.status_code == 201
    shop_suspend(
        shop_id=open_shop.shop_id, reason="Asked by its bank", by=uuid4(), now=timezone.now()
    )
    refused(
        api.post("invoices", {"amount": "1.00"}, Idempotency_Key="after"), 403, "shop_not_active"
    )


def test_a_key_in_use_is_noted_again_after_an_hour(shop: Any, key_for: Key) -> None:
    api = Api(key_for(shop.id))
    _write(api, "first")
    long_ago = timezone.now() - timedelta(hours=2)
    ApiKey.objects.update(last_used_at=long_ago)
    _write(api, "second")
    _write(api, "third")
    noted = ApiKey.objects.get().last_used_at
    assert noted is not None
    assert noted > long_ago + timedelta(hours=1)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "nothing", 404, "not_found"),
        ("POST", "nothing/at/all", 404, "not_found"),
        ("GET", "invoices/", 404, "not_found"),
        ("GET", "invoices/not-an-id", 404, "not_found"),
        ("PURGE", "nothing", 404, "not_found"),
        ("DELETE", "invoices", 405, "method_not_allowed"),
        ("PUT", "invoices", 405, "method_not_allowed"),
        ("OPTIONS", "invoices", 405, "method_not_allowed"),
        ("PATCH", f"invoices/{ID}", 405, "method_not_allowed"),
    ],
)
def test_wrong_addresses_and_methods_are_problems_too(  # noqa: PLR0917
    method: str, path: str, status: int, code: str, shop: Any, key_for: Key
) -> None:
    answer = Api(key_for(shop.id)).send(method, path)
    refused(answer, status, code)
    if status == 405:
        assert "GET" in answer["Allow"]


def test_a_host_that_is_not_ours_is_a_problem_too(shop: Any, key_for: Key) -> None:
    refused(Api(key_for(shop.id)).get("invoices", Host="evil.example"), 400, "bad_request")


def test_a_failure_of_ours_tells_nothing_and_is_a_problem(
    shop: Any, key_for: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    from merchants.webhooks import selectors

    def fail(_: Any) -> None:
        raise RuntimeError("the secret plan")

    monkeypatch.setattr(selectors, "endpoints_of", fail)
    answer = Api(key_for(shop.id)).get("webhook_endpoints")
    refused(answer, 500, "internal_error")
    assert b"secret plan" not in answer.content
    assert answer["X-Request-Id"] == answer.json()["request_id"]


def test_a_lost_database_is_a_503_to_try_again(
    shop: Any, key_for: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from merchants.webhooks import selectors

    def fail(_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(selectors, "endpoints_of", fail)
    answer = Api(key_for(shop.id)).get("webhook_endpoints")
    refused(answer, 503, "temporarily_unavailable")
    assert answer["Retry-After"] == "1"


def test_a_key_that_runs_wild_is_slowed_down(
    shop: Any, key_for: Key, settings: Any, valkey: Any
) -> None:
    settings.API_RATE_PER_S, settings.API_BURST = 1, 3
    api, other = Api(key_for(shop.id)), Api(key_for(shop.id))
    answers = [api.get("webhook_endpoints").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    answer = api.get("webhook_endpoints")
    refused(answer, 429, "rate_limited")
    assert int(answer["Retry-After"]) >= 1
    assert other.get("webhook_endpoints").status_code == 200


def test_most_requests_ask_valkey_nothing(shop: Any, key_for: Key, valkey: Any) -> None:
    from merchants.api.throttling import BURST, STASH_SHARE

    api = Api(key_for(shop.id))
    for _ in range(10):
        assert api.get("webhook_endpoints").status_code == 200
    [bucket] = valkey.keys("api:bucket:*")
    assert BURST - float(valkey.hget(bucket, "tokens")) <= BURST / STASH_SHARE


def test_without_valkey_the_api_goes_on(shop: Any, key_for: Key, settings: Any) -> None:
    settings.VALKEY_URL = "unix:///nowhere/valkey.sock"
    assert Api(key_for(shop.id)).get("webhook_endpoints").status_code == 200


def test_answers_are_kept_by_no_cache_and_sniffed_by_no_browser(shop: Any, key_for: Key) -> None:
    answer = Api(key_for(shop.id)).get("webhook_endpoints")
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "Set-Cookie" not in answer


def test_a_query_of_a_thousand_parameters_is_refused(shop: Any, key_for: Key) -> None:
    query = "&".join(f"a{number}=1" for number in range(1_500))
    answer = Api(key_for(shop.id)).get(f"events?{query}")
    refused(answer, 400, "bad_request")

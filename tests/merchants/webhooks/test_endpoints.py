"""Which endpoints a shop may have."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from gateway.events.errors import TillwayError
from merchants.webhooks import selectors, services

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "ftp://example.com/",
        "javascript:alert(1)",
        "https://",
        "https://user:secret@example.com/",
        "https://10.0.0.8/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.8]/",
        "https://example.com/#fragment",
        "https://example.com/a b",
        "https://exämple.com/",
        "https://example.com/\r\nX-Evil: 1",
        "https://example.com:99999/",
        "https://example.com/" + "a" * 3000,
        "https://127.0.0.1/",
        "https://localhost/",
        "",
    ],
)
def test_a_target_that_is_not_public_https_is_refused(url: str, shop: Any, settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_LOOPBACK = False
    with pytest.raises(TillwayError) as refusal:
        services.endpoint_create(shop_id=shop.id, url=url, now=timezone.now())
    assert refusal.value.code == "target_not_public"


def test_a_url_is_kept_byte_for_byte(shop: Any) -> None:
    url = "https://Example.COM:443/Hook/../x?a=%7E&b=|c"
    endpoint, _ = services.endpoint_create(shop_id=shop.id, url=url, now=timezone.now())
    endpoint.refresh_from_db()
    assert endpoint.url == url


def test_the_secret_is_not_in_the_database(shop: Any) -> None:
    endpoint, secret = services.endpoint_create(
        shop_id=shop.id, url="https://example.com/", now=timezone.now()
    )
    endpoint.refresh_from_db()
    assert secret.encode() not in bytes(endpoint.secret_sealed)
    assert services.endpoint_secrets(endpoint, now=timezone.now()) == [secret]
    assert "secret" not in str(selectors.endpoint_as_dict(endpoint))


@pytest.mark.parametrize("events", [[], ["invoice.payed"], ["deposit.seen"], ["inv*"]])
def test_an_unknown_event_is_refused(events: list[str], shop: Any) -> None:
    with pytest.raises(TillwayError) as refusal:
        services.endpoint_create(
            shop_id=shop.id, url="https://example.com/", events=events, now=timezone.now()
        )
    assert refusal.value.code == "event_unknown"


def test_a_shop_has_only_so_many_endpoints(shop: Any) -> None:
    for number in range(services.ENDPOINTS_PER_SHOP):
        services.endpoint_create(
            shop_id=shop.id, url=f"https://example.com/{number}", now=timezone.now()
        )
    with pytest.raises(TillwayError) as refusal:
        services.endpoint_create(
            shop_id=shop.id, url="https://example.com/more", now=timezone.now()
        )
    assert refusal.value.code == "too_many_webhook_endpoints"


def test_another_shops_endpoint_is_not_there(shop: Any) -> None:
    endpoint, _ = services.endpoint_create(
        shop_id=shop.id, url="https://example.com/", now=timezone.now()
    )
    for verb in (
        lambda: services.endpoint_update(shop_id=uuid4(), endpoint_id=endpoint.id, enabled=False),
        lambda: services.endpoint_delete(shop_id=uuid4(), endpoint_id=endpoint.id),
        lambda: services.endpoint_rotate_secret(
            shop_id=uuid4(), endpoint_id=endpoint.id, now=timezone.now()
        ),
        lambda: services.endpoint_test(
            shop_id=uuid4(), endpoint_id=endpoint.id, now=timezone.now()
        ),
        lambda: services.delivery_redeliver(
            shop_id=uuid4(), endpoint_id=endpoint.id, event_id=uuid4()
        ),
        lambda: selectors.endpoint_get(shop_id=uuid4(), endpoint_id=endpoint.id),
    ):
        with pytest.raises(TillwayError) as refusal:
            verb()
        assert refusal.value.status == 404

"""API keys: made, found, refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateway.events.errors import TillwayError
from merchants.accounts import services
from merchants.accounts.keys import has_key_shape, key_hash, key_make, pepper_from
from merchants.accounts.selectors import api_keys_of, caller_by_secret

PEPPER = pepper_from("ab" * 32)


def test_a_key_says_its_mode_and_carries_256_random_bits() -> None:
    keys = {key_make(mode="test", pepper=PEPPER).secret for _ in range(100)}
    assert len(keys) == 100
    for secret in keys:
        assert secret.startswith("tw_test_")
        assert has_key_shape(secret)
        assert len(secret) == len("tw_test_") + 43


def test_a_plain_key_fits_a_field_that_takes_letters_and_digits_only() -> None:
    """One shop plugin's form has the pattern ``[a-zA-Z0-9]+`` for its key."""
    keys = {key_make(mode="live", pepper=PEPPER, plain=True).secret for _ in range(100)}
    assert len(keys) == 100
    for secret in keys:
        assert secret.isalnum() and secret.isascii() and secret.startswith("twlive")
        assert has_key_shape(secret)
    assert not has_key_shape("twlive" + "x" * 42) and not has_key_shape("tw_live" + "x" * 43)


def test_the_same_key_under_another_servers_pepper_is_another_hash() -> None:
    secret = key_make(mode="live", pepper=PEPPER).secret
    assert key_hash(secret, pepper=PEPPER) == key_hash(secret, pepper=PEPPER)
    assert key_hash(secret, pepper=PEPPER) != key_hash(secret, pepper=pepper_from("cd" * 32))


@pytest.mark.django_db
def test_a_key_opens_its_shop_with_its_scopes(shop: Any) -> None:
    key, secret = services.api_key_create(
        shop_id=shop.id, mode="test", scopes=["invoices:read", "invoices:read"], name="till"
    )
    caller = caller_by_secret(secret, now=timezone.now())
    assert caller.shop.id == shop.id
    assert caller.scopes == {"invoices:read"}
    assert caller.key_id == key.id
    [listed] = api_keys_of(shop.id)
    assert listed.as_dict()["prefix"] == secret[:14]
    assert secret not in str(listed.as_dict())


@pytest.mark.django_db
def test_a_key_ends_at_its_very_second(shop: Any) -> None:
    end = timezone.now() + timedelta(hours=1)
    _, secret = services.api_key_create(shop_id=shop.id, mode="test", expires_at=end)
    assert caller_by_secret(secret, now=end - timedelta(microseconds=1))
    with pytest.raises(TillwayError) as refusal:
        caller_by_secret(secret, now=end)
    assert refusal.value.code == "key_expired"


@pytest.mark.django_db
def test_an_unknown_scope_and_a_strangers_key_are_refused(shop: Any) -> None:
    from gateway.events.ids import uuid7

    with pytest.raises(TillwayError) as refusal:
        services.api_key_create(shop_id=shop.id, mode="test", scopes=["everything"])
    assert refusal.value.code == "scope_unknown"
    key, _ = services.api_key_create(shop_id=shop.id, mode="test")
    with pytest.raises(TillwayError) as refusal:
        services.api_key_revoke(shop_id=uuid7(), key_id=key.id)
    assert refusal.value.status == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "kept"), [("a\0b", "ab"), (" till\r\n2 ", "till2"), ("x" * 500, "x" * 80)]
)
def test_a_keys_label_is_kept_as_far_as_it_can_be(shop: Any, given: str, kept: str) -> None:
    key, _ = services.api_key_create(shop_id=shop.id, mode="test", name=given)
    key.refresh_from_db()
    assert key.name == kept

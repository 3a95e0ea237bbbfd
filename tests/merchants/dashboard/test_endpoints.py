"""A webhook endpoint's page: who may press what, and what it says afterwards."""

import pytest
from django.utils import timezone

from gateway.shops.services import shop_set_place
from merchants.webhooks.models import Delivery, Endpoint
from merchants.webhooks.services import endpoint_create

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def endpoint(open_shop):
    found, _secret = endpoint_create(
        shop_id=open_shop.shop_id, url="https://1.1.1.1/hook", now=timezone.now()
    )
    return found


@pytest.fixture
def page(open_shop, endpoint):
    return f"/dashboard/{open_shop.shop_id}/developers/webhooks/{endpoint.id}"


@pytest.fixture
def owner(staff):
    return staff.client("owner", **ENGLISH)


def said(answer):
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("verb", ["switch", "secret", "test"])
@pytest.mark.parametrize(
    ("role", "allowed"),
    [("owner", True), ("manager", True), ("developer", True), ("accountant", False),
     ("cashier", False)],
)  # fmt: skip
def test_only_those_who_run_the_shop_or_its_programs_press_buttons(
    staff, page, role, allowed, verb
):
    answer = staff.client(role, **ENGLISH).post(f"{page}/{verb}")
    assert (answer.status_code == 403) is not allowed


@pytest.mark.parametrize("verb", ["switch", "secret", "test"])
def test_no_other_site_presses_them(staff, page, verb):
    strict = staff.client("owner", enforce_csrf_checks=True)
    assert strict.post(f"{page}/{verb}").status_code == 403


def test_off_says_so_and_on_again(owner, page, endpoint):
    off = said(owner.post(f"{page}/switch", {"enabled": "no"}, follow=True))
    assert "This endpoint is off" in off
    assert f'action="{page}/test"' not in off
    assert "Switch it on first" in said(owner.post(f"{page}/test", follow=True))
    owner.post(f"{page}/switch", {"enabled": "yes"})
    assert Endpoint.objects.get().enabled


def test_a_new_secret_is_shown_once_and_a_reload_makes_no_other(owner, page, endpoint):
    sent = {"secret_tag": endpoint.secret_tag}
    made = owner.post(f"{page}/secret", sent)
    assert "whsec_" in said(made)
    assert made["Cache-Control"] == "no-store"
    assert "whsec_" not in said(owner.get(page))
    kept = Endpoint.objects.get().secret_tag
    assert "whsec_" not in said(owner.post(f"{page}/secret", sent, follow=True))
    assert Endpoint.objects.get().secret_tag == kept


def test_a_test_is_a_delivery_like_every_other(owner, page, open_shop):
    assert "on its way" in said(owner.post(f"{page}/test", follow=True))
    open_shop.drain()
    sent = Delivery.objects.get()
    assert sent.type == "endpoint.test"
    assert "endpoint.test" in said(owner.get(page))
    one = said(owner.get(f"{page}/deliveries/{sent.event_id}"))
    assert "Not tried yet" in one
    assert "It works." in one


def test_what_a_receiver_answered_is_shown_as_text(owner, page, open_shop, endpoint):
    from merchants.webhooks.models import Attempt

    owner.post(f"{page}/test")
    open_shop.drain()
    sent = Delivery.objects.get()
    Attempt.objects.create(
        event_id=sent.event_id, endpoint_id=endpoint.id, number=1, started_at=timezone.now(),
        milliseconds=12, status=500, excerpt="<script>alert(1)</script>",
    )  # fmt: skip
    one = said(owner.get(f"{page}/deliveries/{sent.event_id}"))
    assert "HTTP 500" in one
    assert "&lt;script&gt;alert(1)" in one


def test_another_shops_endpoint_is_as_unknown_as_none(owner, page, endpoint):
    from gateway.events.ids import uuid7

    elsewhere = page.replace(str(endpoint.id), str(uuid7()))
    assert owner.get(elsewhere).status_code == 404
    for verb in ("switch", "secret", "test"):
        assert owner.post(f"{elsewhere}/{verb}").status_code == 404


def test_times_are_the_shops_own(owner, page, endpoint, open_shop):
    created = timezone.now().replace(year=2026, month=7, day=1, hour=23, minute=30)
    Endpoint.objects.update(failing_since=created)
    assert "2026-07-01 23:30" in said(owner.get(page))
    shop_set_place(
        shop_id=open_shop.shop_id, pricing_currency="EUR", time_zone="Asia/Tokyo",
        now=timezone.now(),
    )  # fmt: skip
    there = said(owner.get(page))
    assert "2026-07-02 08:30" in there
    assert "Asia/Tokyo" in there


def test_a_key_that_is_refused_is_said_in_words(owner, open_shop, monkeypatch):
    from merchants.accounts.errors import ScopeUnknown
    from merchants.dashboard import developers

    def refuse(**_):
        raise ScopeUnknown("x")

    monkeypatch.setattr(developers, "api_key_create", refuse)
    answer = owner.post(
        f"/dashboard/{open_shop.shop_id}/developers/keys", {"name": "x"}, follow=True
    )
    assert "There is no scope" in said(answer)

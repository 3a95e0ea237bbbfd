"""A webhook endpoint's page: who may press what, and what it says afterwards."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from gateway.shops.services import shop_set_place
from merchants.audit.models import Record
from merchants.webhooks import services
from merchants.webhooks.models import Delivery, Endpoint, Replay
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


@pytest.mark.parametrize("verb", ["switch", "secret", "test", "replay"])
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


@pytest.mark.parametrize("verb", ["switch", "secret", "test", "replay"])
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


def _happens(owner, page, open_shop, count):
    """Events of the shop that the endpoint hears."""
    _emit(open_shop, count)
    open_shop.drain()


def _emit(open_shop, count):
    from django.db import transaction

    from gateway.events.services import emit

    for number in range(count):
        with transaction.atomic():
            emit(
                type="ticket.paid", subject=f"ticket:{number}", body={}, mode="test",
                shop_id=open_shop.shop_id,
            )  # fmt: skip


def _typed(moment):
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def _hidden(text, form):
    """The fields of a form, by its address."""
    found = re.search(rf'action="{form}">(.*?)</form>', text, re.DOTALL)
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[1]))


def test_a_range_is_counted_first_and_then_sent_once(owner, page, open_shop, endpoint):
    _happens(owner, page, open_shop, 3)
    since = _typed(timezone.now() - timedelta(hours=1))
    counted = said(owner.get(page, {"since": since, "until": "", "events": ""}))
    assert "it is 3 messages" in counted
    assert not Replay.objects.exists(), "looking sends nothing"
    sent = _hidden(counted, f"{page}/replay")
    for _ in range(2):
        assert "3 messages are sent again" in said(owner.post(f"{page}/replay", sent, follow=True))
    assert Replay.objects.get().counted == 3
    assert Record.objects.filter(act="webhook.replayed").count() == 1
    none = said(owner.get(page, {"since": since, "until": "", "events": "refund.*"}))
    assert "it is 0 messages" in none and f'action="{page}/replay"' not in none


def test_a_range_that_cannot_be_is_said_at_its_field(owner, page):
    long_ago = _typed(timezone.now() - timedelta(days=200))
    assert "more than 100 days ago" in said(owner.get(page, {"since": long_ago}))
    tomorrow = _typed(timezone.now() + timedelta(days=1))
    assert "begin before it ends" in said(owner.get(page, {"since": tomorrow}))
    assert 'aria-invalid="true"' in said(owner.get(page, {"since": "noon"}))
    answer = owner.post(f"{page}/replay", {"since": "x", "until": "y"}, follow=True)
    assert "be read. Type it again" in said(answer)


@pytest.mark.parametrize(("missed", "counted"), [("send", [2]), ("leave", [])])
def test_switched_on_again_it_asks_what_to_do_about_what_was_missed(
    owner, page, open_shop, missed, counted
):
    owner.post(f"{page}/switch", {"enabled": "no"})
    _happens(owner, page, open_shop, 2)
    off = said(owner.get(page))
    assert "it missed 2 messages" in off
    owner.post(f"{page}/switch", {"enabled": "yes", "missed": missed, "key": "one"})
    assert Endpoint.objects.get().enabled
    assert list(Replay.objects.values_list("counted", flat=True)) == counted
    again = owner.post(
        f"{page}/switch", {"enabled": "yes", "missed": missed, "key": "one"}, follow=True
    )
    assert again.status_code == 200 and Replay.objects.count() == len(counted)


def test_what_happens_while_it_is_switched_on_is_not_lost(owner, page, open_shop, monkeypatch):
    """Handed out before everybody saw that it is on, it was queued nowhere."""
    owner.post(f"{page}/switch", {"enabled": "no"})
    _happens(owner, page, open_shop, 1)
    update = services.endpoint_update

    def update_late(**changes):
        _emit(open_shop, 2)
        return update(**changes)

    monkeypatch.setattr(services, "endpoint_update", update_late)
    owner.post(f"{page}/switch", {"enabled": "yes", "missed": "send", "key": "one"})
    assert Endpoint.objects.get().enabled and Replay.objects.get().counted == 3


def test_what_cannot_be_sent_after_all_is_said_with_since_when(
    owner, page, open_shop, endpoint, monkeypatch
):
    from merchants.webhooks.replaying import replay_begin

    _happens(owner, page, open_shop, 1)
    now = timezone.now()
    since = now - timedelta(hours=1)
    replay_begin(shop_id=open_shop.shop_id, endpoint_id=endpoint.id, since=since, now=now)
    owner.post(f"{page}/switch", {"enabled": "no"})
    sent = {"enabled": "yes", "missed": "send", "key": "one"}
    told = said(owner.post(f"{page}/switch", sent, follow=True))
    assert "What it missed since" in told and "Another replay is under way" in told
    assert Endpoint.objects.get().enabled and Replay.objects.count() == 1


def test_of_much_that_was_missed_the_page_counts_a_part(owner, page, open_shop, monkeypatch):
    from merchants.webhooks import replaying

    monkeypatch.setattr(replaying, "EVENTS_A_GLANCE", 2)
    owner.post(f"{page}/switch", {"enabled": "no"})
    _happens(owner, page, open_shop, 3)
    assert "it missed at least 2 messages" in said(owner.get(page))


def test_what_a_replay_sent_is_marked(owner, page, open_shop, endpoint):
    from merchants.webhooks.replaying import replay_begin, replays_continue

    _happens(owner, page, open_shop, 1)
    now = timezone.now()
    replay, _is_new = replay_begin(
        shop_id=open_shop.shop_id, endpoint_id=endpoint.id, since=now - timedelta(hours=1), now=now
    )
    replays_continue(now=now)
    listed = said(owner.get(f"{page}?replay={replay.id}"))
    assert "ticket.paid" in listed and "Of one replay" in listed and "1 / 1" in listed
    sent = Delivery.objects.get()
    assert f"replay={replay.id}" in said(owner.get(f"{page}/deliveries/{sent.event_id}"))
    assert owner.get(f"{page}?replay=x").status_code == 404

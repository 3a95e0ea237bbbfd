"""A person's devices on the page of their notices."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from merchants.notices.models import Device, Push, PushSilence
from merchants.notices.push.labels import label_of
from tests.as_web import as_web
from tests.merchants.notices.conftest import Town
from tests.merchants.notices.push.conftest import push, stall, turn_on
from tests.merchants.notices.push.push_service import PushService
from tests.merchants.notices.test_pages import signed_in

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/142.0.0.0 Mobile Safari/537.36"


def words(client: Client) -> str:
    return client.get("/notices/").content.decode()


def test_a_person_turns_it_on_for_the_browser_at_hand(town: Town, pushes: PushService) -> None:
    client = signed_in(town.person("operator"), HTTP_USER_AGENT=PHONE)
    answer = client.post("/notices/devices", pushes.browser().form, follow=True)
    assert "On for this device." in answer.content.decode()
    device = Device.objects.get()
    assert device.label == "Chrome · Android" and device.session is None
    page = words(client)
    assert "Chrome · Android" in page and "Not told yet." in page
    assert device.endpoint not in page, "the page knows itself by a digest"


def test_only_while_signed_in_ends_with_the_session(town: Town, pushes: PushService) -> None:
    client = signed_in(town.person("operator"))
    client.post("/notices/devices", {**pushes.browser().form, "until": "signed-out"})
    assert "Until you sign out there." in words(client)
    stall(town)
    town.tell()
    client.post("/logout")
    assert not Device.objects.exists() and push(town) == 0 and not pushes.came


def test_only_while_signed_in_ends_when_the_session_runs_out(
    town: Town, pushes: PushService
) -> None:
    client = signed_in(town.person("operator"))
    client.post("/notices/devices", {**pushes.browser().form, "until": "signed-out"})
    stall(town)
    town.tell()
    Session.objects.update(expire_date=town.now)
    assert push(town) == 0 and not pushes.came


def test_signing_out_leaves_a_device_that_was_to_stay(town: Town, pushes: PushService) -> None:
    client = signed_in(town.person("operator"))
    client.post("/notices/devices", pushes.browser().form)
    client.post("/logout")
    stall(town)
    town.tell()
    assert push(town) == 1


def test_the_webs_own_role_may_do_all_that_a_person_clicks(town: Town, pushes: PushService) -> None:
    """It can't read the messages, and still removes a device with those that wait for it."""
    operator = town.person("operator")
    client = signed_in(operator)
    turn_on(town, operator, pushes, "one")
    stall(town)
    town.tell()
    assert Push.objects.exists()
    with as_web(None):
        client.post("/notices/devices", {**pushes.browser("two").form, "until": "signed-out"})
        first = Device.objects.get(endpoint__endswith="one")
        assert client.post(f"/notices/devices/{first.id}/trial").status_code == 302
        assert client.post(f"/notices/devices/{first.id}/remove").status_code == 302
        client.post("/notices/choices", {"mail": [], "push": ["chain_stalled"]})
        client.post("/logout")
    assert not Push.objects.exists() and not Device.objects.exists()
    assert PushSilence.objects.exists()


def test_another_persons_device_is_not_found(town: Town, pushes: PushService) -> None:
    device = turn_on(town, town.person("operator"), pushes)
    client = signed_in(town.person("desk"))
    for verb in ("trial", "remove"):
        assert client.post(f"/notices/devices/{device.id}/{verb}").status_code == 404
    assert Device.objects.exists() and "Chrome · Android" not in words(client)


def test_a_trial_is_sent_and_the_page_says_so(town: Town, pushes: PushService) -> None:
    operator = town.person("operator")
    device = turn_on(town, operator, pushes)
    client = signed_in(operator)
    path = f"/notices/devices/{device.id}/trial"
    assert "on its way" in client.post(path, follow=True).content.decode()
    assert "a moment ago" in client.post(path, follow=True).content.decode()
    town.now = timezone.now()
    assert push(town) == 1 and "Last told" in words(client)


@pytest.mark.parametrize("changed", [{"endpoint": "https://127.0.0.1.nip.io:x/"}, {"auth": "no"}])
def test_what_can_not_be_used_is_said(
    town: Town, pushes: PushService, changed: dict[str, str]
) -> None:
    client = signed_in(town.person("operator"))
    answer = client.post("/notices/devices", {**pushes.browser().form, **changed}, follow=True)
    assert "be used to reach it" in answer.content.decode() and not Device.objects.exists()


def test_a_house_without_a_key_says_so(town: Town, pushes: PushService, settings: Any) -> None:
    operator = town.person("operator")
    turn_on(town, operator, pushes)
    settings.PUSH_KEY = ""
    client = signed_in(operator)
    page = words(client)
    assert "Off at this house" in page and "data-push=" not in page and 'name="push"' not in page
    answer = client.post("/notices/devices", pushes.browser("two").form, follow=True)
    assert "This house sends no push messages." in answer.content.decode()
    client.post("/notices/choices", {"mail": []})
    assert not PushSilence.objects.exists(), "what was not offered stays as it is"


def test_after_a_change_of_the_key_the_page_asks_to_turn_it_on_again(
    town: Town, pushes: PushService, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    operator = town.person("operator")
    turn_on(town, operator, pushes)
    call_command("push_key")
    settings.PUSH_KEY = capsys.readouterr().out.strip()
    assert "It has to be turned on once more" in words(signed_in(operator))


def test_the_worker_may_show_and_say_where_it_is_and_nothing_else(db: None) -> None:
    answer = Client().get("/notices/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    policy = answer["Content-Security-Policy"].split("; ")
    assert sorted(policy) == ["connect-src 'self'", "default-src 'none'"]
    assert answer["Cache-Control"] == "no-cache"
    script = answer.content.decode()
    assert not re.search(r"importScripts|XMLHttpRequest|indexedDB|caches", script)
    assert re.findall(r"fetch\(([^,]*)", script) == ['"/notices/devices/moved"']


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (PHONE, "Chrome · Android"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox · Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/26.0 Safari/605.1", "Safari · Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Safari/604.1", "Safari · iPhone"),
        ("curl/8.0", "Browser"),
        ("", "Browser"),
    ],
)
def test_a_device_is_called_by_its_browser_and_system(user_agent: str, label: str) -> None:
    assert label_of(user_agent) == label


def test_a_browser_moves_without_signing_in(town: Town, pushes: PushService) -> None:
    turn_on(town, town.person("operator"), pushes, "old")
    old, new = pushes.browser("old").form, pushes.browser("new").form
    told = {"old_endpoint": old["endpoint"], "old_auth": old["auth"], **new}
    stranger = Client(enforce_csrf_checks=True)
    for wrong in ({}, {**told, "old_auth": "x"}, {**told, "p256dh": "x"}):
        assert stranger.post("/notices/devices/moved", wrong).status_code == 204
        assert Device.objects.get().endpoint == old["endpoint"]
    assert stranger.post("/notices/devices/moved", told).status_code == 204
    assert Device.objects.get().endpoint == new["endpoint"]

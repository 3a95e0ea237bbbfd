"""The devices that a person is told on: turned on, turned off, gone, tried."""

from typing import Any

import pytest

from merchants.notices.errors import BadSubscription, DevicesFull, DeviceUnknown, TrialTooSoon
from merchants.notices.models import Device, Push
from merchants.notices.push.devices import (
    DEVICES_A_PERSON,
    device_move,
    device_turn_off,
    device_turn_on,
    trial_ask,
)
from merchants.notices.push.vapid import new_private_hex
from tests.merchants.notices.conftest import Town
from tests.merchants.notices.push.conftest import push, stall, turn_on
from tests.merchants.notices.push.push_service import PushService


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(town: Town, pushes: PushService, status: int) -> None:
    operator = town.person("operator")
    turn_on(town, operator, pushes, "old")
    turn_on(town, operator, pushes, "new")
    pushes.answers["/send/old"] = (status, {})
    stall(town)
    town.tell()
    assert push(town) == 1
    assert Device.objects.get().endpoint.endswith("/new")
    assert Push.objects.count() == 1, "its messages went with it"


def test_turned_on_again_it_is_one_device_with_its_new_keys(
    town: Town, pushes: PushService
) -> None:
    operator = town.person("operator")
    first = turn_on(town, operator, pushes)
    del pushes.browsers["operator"]
    again = turn_on(town, operator, pushes)
    assert again.id == first.id
    stall(town)
    town.tell()
    push(town)
    assert len(pushes.read("operator")) == 1, "it opens it with its new keys"


def test_a_shared_browser_tells_only_who_turned_it_on_last(town: Town, pushes: PushService) -> None:
    operator, desk = town.person("operator"), town.person("desk")
    turn_on(town, operator, pushes, "shared")
    stall(town)
    town.tell()
    turn_on(town, desk, pushes, "shared")
    assert push(town) == 0, "what waited for the first is not told to the second"
    town.wait(minutes=15)
    town.tell()
    assert push(town) == 1 and Device.objects.get().user == desk


def test_a_person_has_so_many_devices_and_no_more(town: Town, pushes: PushService) -> None:
    operator = town.person("operator")
    for number in range(DEVICES_A_PERSON):
        turn_on(town, operator, pushes, f"device{number}")
    with pytest.raises(DevicesFull):
        turn_on(town, operator, pushes, "onetoomany")
    turn_on(town, operator, pushes, "device0")
    turn_on(town, town.person("desk"), pushes, "another's")


def test_a_device_is_removed_by_its_person_alone(town: Town, pushes: PushService) -> None:
    operator, desk = town.person("operator"), town.person("desk")
    device = turn_on(town, operator, pushes)
    stall(town)
    town.tell()
    with pytest.raises(DeviceUnknown):
        device_turn_off(user=desk, device_id=device.id)
    device_turn_off(user=operator, device_id=device.id)
    assert push(town) == 0 and not Push.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "https://10.0.0.1/push"},
        {"endpoint": "http://push.example/send"},
        {"endpoint": "https://user:word@push.example/send"},
        {"endpoint": "https://push.example/" + "x" * 2_000},
        {"endpoint": ""},
        {"p256dh": "AAAA"},
        {"auth": ""},
    ],
)
def test_what_is_no_subscription_is_refused(
    town: Town, pushes: PushService, changed: dict[str, str]
) -> None:
    with pytest.raises(BadSubscription):
        device_turn_on(
            user=town.person("operator"),
            **{**pushes.browser().form, **changed},
            label="",
            session_key=None,
            now=town.now,
        )


def test_on_this_machine_only_tests_are_told(
    town: Town, pushes: PushService, settings: Any
) -> None:
    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()
    settings.WEBHOOKS_ALLOW_LOOPBACK = False
    assert push(town) == 0 and not pushes.came
    assert Push.objects.get().error == "target_not_public"


def test_after_a_change_of_the_key_devices_are_turned_on_anew(
    town: Town, pushes: PushService, settings: Any
) -> None:
    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()
    settings.PUSH_KEY = new_private_hex()
    assert push(town) == 0 and not Device.objects.exists()


def test_somebody_who_left_is_told_on_no_device(town: Town, pushes: PushService) -> None:
    operator = town.person("operator")
    turn_on(town, operator, pushes)
    stall(town)
    town.tell()
    operator.is_active = False
    operator.save()
    assert push(town) == 0 and not pushes.came and not Device.objects.exists()


def test_a_trial_goes_to_one_device_and_not_too_often(town: Town, pushes: PushService) -> None:
    operator = town.person("operator")
    device = turn_on(town, operator, pushes, "phone")
    turn_on(town, operator, pushes, "laptop")
    trial_ask(user=operator, device_id=device.id, now=town.now)
    with pytest.raises(TrialTooSoon):
        trial_ask(user=operator, device_id=device.id, now=town.now)
    with pytest.raises(DeviceUnknown):
        trial_ask(user=town.person("desk"), device_id=device.id, now=town.now)
    assert push(town) == 1 and push(town) == 0
    assert pushes.read("phone")[0]["tag"] == "trial" and not pushes.read("laptop")
    town.wait(seconds=20)
    trial_ask(user=operator, device_id=device.id, now=town.now)
    assert push(town) == 1


def test_a_browser_that_moved_is_told_where_it_is_now(town: Town, pushes: PushService) -> None:
    device = turn_on(town, town.person("operator"), pushes, "old")
    old, new = pushes.browser("old").form, pushes.browser("new").form
    moved = device_move(old_endpoint=old["endpoint"], old_auth=old["auth"], **new)
    assert (moved.id, Device.objects.count()) == (device.id, 1)
    stall(town)
    town.tell()
    assert push(town) == 1 and len(pushes.read("new")) == 1
    with pytest.raises(DeviceUnknown):
        device_move(old_endpoint=old["endpoint"], old_auth=old["auth"], **new)


@pytest.mark.parametrize("auth", ["", "not base64!", "AAAAAAAAAAAAAAAAAAAAAA"])
def test_an_address_alone_moves_nothing(town: Town, pushes: PushService, auth: str) -> None:
    device = turn_on(town, town.person("operator"), pushes, "old")
    old, new = pushes.browser("old").form, pushes.browser("new").form
    with pytest.raises(DeviceUnknown):
        device_move(old_endpoint=old["endpoint"], old_auth=auth, **new)
    with pytest.raises(BadSubscription):
        device_move(
            old_endpoint=old["endpoint"],
            old_auth=old["auth"],
            **{**new, "endpoint": "http://10.0.0.1/send/x"},
        )
    device.refresh_from_db()
    assert device.endpoint == old["endpoint"]

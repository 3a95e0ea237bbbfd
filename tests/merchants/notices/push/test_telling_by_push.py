"""What people are told on their devices, when, and what a locked screen shows of it."""

import json
from typing import Any

from django.utils.translation import override

from merchants.notices.choosing import push_choose
from merchants.notices.models import Device, Notice, Push
from merchants.notices.opening import notice_take_on
from merchants.notices.push.configuration import house_key
from merchants.notices.push.judging import topic_of
from merchants.notices.push.messages import FULL_BYTES, message_of
from merchants.notices.rules import KINDS
from tests.merchants.notices.conftest import Town
from tests.merchants.notices.push.conftest import push, stall, turn_on
from tests.merchants.notices.push.push_service import PushService, claims_of


def test_a_person_is_told_on_each_of_their_devices(town: Town, pushes: PushService) -> None:
    operator = town.person("operator")
    turn_on(town, operator, pushes, "phone")
    turn_on(town, operator, pushes, "laptop")
    stall(town, body={"reason": "nodes_down"})
    assert town.tell() == ["operator"], "mail as well"
    assert push(town) == 2 and push(town) == 0
    for name in ("phone", "laptop"):
        [told] = pushes.read(name)
        assert told == {
            "tag": str(Notice.objects.get().id),
            "title": "Chain 1 is not followed",
            "body": "Somebody has to look after it.",
            "path": "/house/",
            "language": "en",
            "quiet": False,
        }
    assert set(Device.objects.values_list("last_sent_at", flat=True)) == {town.now}


def test_the_request_is_one_that_every_service_takes(town: Town, pushes: PushService) -> None:
    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()
    town.wait(minutes=10)
    push(town)
    [request] = pushes.came
    assert request.headers["content-encoding"] == "aes128gcm"
    assert request.headers["ttl"] == str(4 * 3_600 - 600), "of what is left of its use"
    assert request.headers["urgency"] == "high"
    assert request.headers["topic"] == topic_of(Notice.objects.get().id)
    claims = claims_of(request.headers["authorization"], server_key=house_key().public)
    assert claims["aud"] == pushes.url and claims["sub"] == "mailto:tillway@house.example"
    assert 0 < claims["exp"] - town.now.timestamp() <= 24 * 3_600


def test_nobody_is_told_on_a_device_before_their_turn(town: Town, pushes: PushService) -> None:
    """The second role hears by push too, when the first took nothing on."""
    turn_on(town, town.person("operator"), pushes)
    turn_on(town, town.person("desk"), pushes)
    stall(town)
    town.tell()
    push(town)
    assert (len(pushes.read("operator")), len(pushes.read("desk"))) == (1, 0)
    town.wait(minutes=15)
    town.tell()
    push(town)
    assert (len(pushes.read("operator")), len(pushes.read("desk"))) == (1, 1)


def test_a_shops_people_hear_of_their_own_shop_alone(town: Town, pushes: PushService) -> None:
    turn_on(town, town.person("owner"), pushes)
    stranger = town.person("owner", shop_id=town.other_shop_id, name="stranger")
    turn_on(town, stranger, pushes)
    town.happen("payout.failed", body={"failure": {"message": "Ms Meier's account is closed"}})
    town.tell()
    push(town)
    [told] = pushes.read("owner")
    assert told["path"] == f"/dashboard/{town.shop_id}/payouts" and not pushes.read("stranger")


def test_a_locked_screen_shows_no_reason_name_or_amount(town: Town, pushes: PushService) -> None:
    device = turn_on(town, town.person("owner"), pushes)
    secret = "ZWIEBEL"
    body = {
        "reason": secret,
        "account": secret,
        "short": 1234567,
        "failure": {"message": secret},
        "amount": {"units": 1234567},
    }
    lengths = set()
    for kind in KINDS:
        notice = Notice(kind=kind, subject="thing:1", mode="live", body=body, shop_id=town.shop_id)
        said = {}
        for language in ("en", "zh-hans"):
            device.user.language = language
            message = message_of(Push(device=device, notice=notice))
            said[language] = json.loads(message)
            lengths.add(len(message))
            text = message.decode()
            assert secret not in text and "1234567" not in text and "Kiosk" not in text
            assert said[language]["path"].startswith("/") and "//" not in said[language]["path"]
        assert said["en"]["title"] != said["zh-hans"]["title"]
        assert said["en"]["body"] != said["zh-hans"]["body"]
    assert lengths == {FULL_BYTES}, "its length does not tell its kind"


def test_each_is_told_in_their_language(town: Town, pushes: PushService) -> None:
    turn_on(town, town.person("owner", language="zh-hans"), pushes)
    town.happen("payout.failed")
    town.tell()
    with override("en"):
        push(town)
    [told] = pushes.read("owner")
    assert told["title"] == "有一笔提现未能送达" and told["language"] == "zh-hans"


def test_test_money_says_so_and_wakes_no_phone(town: Town, pushes: PushService) -> None:
    turn_on(town, town.person("operator"), pushes)
    stall(town, mode="test")
    town.tell()
    push(town)
    assert pushes.read("operator")[0]["title"].startswith("[Test] ")
    assert pushes.came[0].headers["urgency"] == "low"


def test_what_is_settled_replaces_what_the_device_shows(town: Town, pushes: PushService) -> None:
    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()
    push(town)
    town.happen("chain.resumed", subject="chain:1", of_shop=False)
    assert push(town) == 1 and push(town) == 0
    told, over = pushes.read("operator")
    assert over["tag"] == told["tag"] and over["quiet"]
    assert over["body"] == "Over: nothing is left to do."
    topics = {request.headers["topic"] for request in pushes.came}
    assert len(topics) == 1, "the service replaces what a device has not fetched"


def test_the_others_see_that_somebody_took_it_on(town: Town, pushes: PushService) -> None:
    owner, accountant = town.person("owner"), town.person("accountant")
    turn_on(town, owner, pushes)
    turn_on(town, accountant, pushes)
    town.happen("payout.failed")
    town.tell()
    push(town)
    notice = Notice.objects.get(kind="payout_failed")
    notice_take_on(notice_id=notice.id, user=owner, now=town.now)
    push(town)
    assert pushes.read("owner")[-1]["body"] == "You look after it."
    assert pushes.read("accountant")[-1]["body"] == "Somebody looks after it now."


def test_what_was_over_before_it_was_sent_is_not_told(town: Town, pushes: PushService) -> None:
    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()
    town.happen("chain.resumed", subject="chain:1", of_shop=False)
    assert push(town) == 0 and not pushes.came
    assert Push.objects.get().state == "dropped"


def test_who_wants_no_push_of_a_kind_gets_its_mail(town: Town, pushes: PushService) -> None:
    operator = town.person("operator")
    turn_on(town, operator, pushes)
    push_choose(user=operator, wanted=[], offered=["chain_stalled"])
    stall(town)
    assert town.tell() == ["operator"] and push(town) == 0
    push_choose(user=operator, wanted=["chain_stalled"], offered=["chain_stalled"])
    town.happen("chain.stalled", subject="chain:2", of_shop=False)
    town.tell()
    assert push(town) == 1


def test_a_house_without_a_key_sends_none_and_mails_on(
    town: Town, pushes: PushService, settings: Any
) -> None:
    turn_on(town, town.person("operator"), pushes)
    settings.PUSH_KEY = ""
    stall(town)
    assert town.tell() == ["operator"]
    assert push(town) == 0 and not Push.objects.exists()

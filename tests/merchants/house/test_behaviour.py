"""Behaviour on the officers' pages, and the owner's own networks and hours."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.compliance.behaviour.days import act_count
from gateway.compliance.behaviour.hours import Span
from gateway.compliance.behaviour.learning import stream_learn
from gateway.compliance.behaviour.models import OpeningHours, Stream, StreamItem
from gateway.compliance.behaviour.networks_used import key_network_used, person_network_used
from gateway.compliance.behaviour.opening import opening_hours_of, opening_hours_set, till_use
from gateway.compliance.behaviour.raising import RULES
from gateway.compliance.behaviour.streams import stream_add
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.replaying import part_replay
from gateway.events.ids import uuid7
from merchants.accounts.actions import ROLES
from merchants.accounts.services import api_key_create
from merchants.dashboard.house.behaviour_words import facts_words, rule_word, score_text
from merchants.dashboard.settings_hours import day_read, span_text
from tests.checkout.test_views import assert_strict
from tests.faces import Staff

pytestmark = pytest.mark.django_db
ROOT = "/house/behaviour"


@pytest.fixture
def officer(staff: Staff) -> Client:
    return staff.client("compliance_officer", HTTP_ACCEPT_LANGUAGE="en")


def key_wandered(staff: Staff) -> Any:
    key, _ = api_key_create(shop_id=staff.world.shop_id, mode="test", name="Web shop")
    now = timezone.now()
    for network, days in (("203.0.113.0/24", 30), ("198.51.100.0/24", 0)):
        key_network_used(
            key_id=key.id,
            shop_id=staff.world.shop_id,
            mode="test",
            network=network,
            at=now - timedelta(days=days),
        )
    return key


def refunds_spiked(staff: Staff, role: str = "cashier") -> None:
    now, who = timezone.now(), f"user:{staff.user(role).id}"
    for day in range(20, -1, -1):
        for _ in range(1 if day else 9):
            act_count(
                shop_id=staff.world.shop_id,
                who=who,
                kind="refund",
                currency="EUR",
                units=500,
                at=now - timedelta(days=day),
            )


def stream_of(staff: Staff, count: int) -> None:
    now = timezone.now()
    for number in range(count):
        stream_add(
            event_id=uuid7(),
            shop_id=staff.world.shop_id,
            mode="test",
            kind="payment",
            units=10**6 + number * 1000,
            at=now - timedelta(minutes=5 * (count - number)),
        )
    while stream_learn(shop_id=staff.world.shop_id, now=now):
        pass


def test_nobody_but_officers_sees_it(staff: Staff) -> None:
    for role in ROLES:
        for path in (ROOT, f"{ROOT}/shops/{staff.world.shop_id}"):
            answer = staff.client(role).get(path)
            expected = {200} if role == "compliance_officer" else {403, 404}
            assert answer.status_code in expected, (role, path)


def test_an_empty_page_says_so(officer: Client, staff: Staff) -> None:
    page = officer.get(ROOT)
    assert_strict(page)
    assert "Nothing stood out" in page.content.decode()
    assert (
        "Nothing came in yet" in officer.get(f"{ROOT}/shops/{staff.world.shop_id}").content.decode()
    )


def test_what_was_noticed_leads_to_its_case(officer: Client, staff: Staff) -> None:
    key_wandered(staff)
    refunds_spiked(staff)
    staff.world.drain()
    page = officer.get(ROOT).content.decode()
    case = Case.objects.filter(gathered__alert__kind="refund_spike").get()
    assert f'href="/house/cases/{case.id}"' in page
    assert "A key from a new network" in page and "198.51.100.0/24" in page
    assert "7 ×" in page and "Cashier" in page
    case_page = officer.get(f"/house/cases/{case.id}").content.decode()
    assert "Far more refunds than ever" in case_page
    for part in case.snapshots.first().evidence["machine"]:  # as a decision about it will
        assert part_replay(part).result == "equal", part["kind"]


def test_rules_and_shops_filter(officer: Client, staff: Staff) -> None:
    key_wandered(staff)
    refunds_spiked(staff)
    one = officer.get(f"{ROOT}?rule=refund_spike&shop={staff.world.shop_id}").content.decode()
    assert "7 ×" in one and "198.51.100.0/24" not in one
    none = officer.get(f"{ROOT}?rule=sign_in_apart").content.decode()
    assert "None of that kind" in none
    for wrong in ("rule=nothing", "shop=x", f"shop={uuid7()}", "cursor=%00"):
        assert officer.get(f"{ROOT}?{wrong}").status_code == 404, wrong


def test_pages_go_on_where_they_ended(officer: Client, staff: Staff) -> None:
    for number in range(60):
        told = {"user_id": uuid7(), "shops": {}, "mode": "test"}
        now = timezone.now()
        person_network_used(**told, network="203.0.113.0/24", at=now - timedelta(days=30))
        person_network_used(**told, network=f"198.51.{number}.0/24", at=now)
    first = officer.get(ROOT)
    assert first.content.decode().count('class="sale-link"') == 50
    second = officer.get(first.context["next_href"])
    assert second.content.decode().count('class="sale-link"') == 10
    assert second.context["next_href"] == ""


def test_a_shops_scores_are_drawn_with_their_models_age(officer: Client, staff: Staff) -> None:
    stream_of(staff, 120)
    page = officer.get(f"{ROOT}/shops/{staff.world.shop_id}").content.decode()
    assert "half-space-trees/1" in page
    assert "20 of 500 scores" in page
    assert '<svg class="chart"' in page
    assert page.count("<tr>") == 51
    Stream.objects.update(last_number=125)
    assert "(5 wait)" in officer.get(f"{ROOT}/shops/{staff.world.shop_id}").content.decode()
    assert score_text(StreamItem.objects.latest("number").score_ppm) in page


def test_pages_cost_the_same_however_much_there_is(
    officer: Client, staff: Staff, django_assert_max_num_queries: Any
) -> None:
    key_wandered(staff)
    refunds_spiked(staff)
    with django_assert_max_num_queries(16):
        officer.get(ROOT)
    stream_of(staff, 60)
    with django_assert_max_num_queries(14):
        officer.get(f"{ROOT}/shops/{staff.world.shop_id}")


def test_every_rule_has_words() -> None:
    facts = {
        "network": "203.0.113.0/24",
        "elsewhere": "198.51.100.0/24",
        "session": "unseen",
        "who": "user:x",
        "day": "2026-11-30",
        "count": 9,
        "units": "1250",
        "currency": "EUR",
        "slot": 7,
        "kind": "payment",
    }
    for rule in RULES:
        assert rule_word(rule)
        assert facts_words(rule, facts, {"user:x": "Ann"}).endswith("Ann")
    assert "03:30" in facts_words("till_outside_hours", facts, {})
    assert score_text(987_654) == "0.987" and score_text(1_000_000) == "1.000"


def test_an_owner_sees_where_each_key_was_used(staff: Staff) -> None:
    key = key_wandered(staff)
    owner = staff.client("owner", HTTP_ACCEPT_LANGUAGE="en")
    page = owner.get(f"/dashboard/{staff.world.shop_id}/developers").content.decode()
    assert "203.0.113.0/24" in page and "198.51.100.0/24" in page
    assert page.count("New network") == 1
    assert str(key.id) in page


def test_no_page_of_a_shop_tells_of_a_spike(staff: Staff) -> None:
    refunds_spiked(staff)
    till_use_at_night(staff)
    staff.world.drain()
    shop = f"/dashboard/{staff.world.shop_id}"
    owner = staff.client("owner", HTTP_ACCEPT_LANGUAGE="en")
    for path in (f"{shop}/", f"{shop}/refunds", f"{shop}/settings", "/notices/"):
        text = owner.get(path).content.decode().lower()
        assert not any(word in text for word in ("spike", "than ever", "outside its hours")), path


def till_use_at_night(staff: Staff) -> None:
    from gateway.compliance.behaviour.hours import Slot

    shop_id, now = staff.world.shop_id, timezone.now()
    opening_hours_set(shop_id=shop_id, spans=[], by=staff.user("owner").id, now=now)
    slot = Slot(now.date(), 5)
    till_use(shop_id=shop_id, mode="test", slot=slot, who="user:x", act="sale", at=now)


def hours_posted(client: Client, staff: Staff, **told: str) -> Any:
    return client.post(
        f"/dashboard/{staff.world.shop_id}/settings", {"section": "hours", "said": "set", **told}
    )


def test_an_owner_sets_the_hours_and_takes_them_back(staff: Staff) -> None:
    owner = staff.client("owner", HTTP_ACCEPT_LANGUAGE="en")
    told = {
        "monday": "9:00-12:30, 14.00 – 18:00",
        "saturday": "18:00-02:00",
        "sunday": "00:00-24:00",
    }
    assert hours_posted(owner, staff, **told).status_code == 302
    assert opening_hours_of(shop_id=staff.world.shop_id) == (
        Span(0, 540, 750),
        Span(0, 840, 1080),
        Span(5, 1080, 1560),
        Span(6, 0, 1440),
    )
    page = owner.get(f"/dashboard/{staff.world.shop_id}/settings").content.decode()
    assert 'value="09:00-12:30, 14:00-18:00"' in page and 'value="18:00-02:00"' in page
    assert 'value="00:00-24:00"' in page
    assert hours_posted(owner, staff, said="learnt").status_code == 302
    assert opening_hours_of(shop_id=staff.world.shop_id) is None
    assert OpeningHours.objects.count() == 2


@pytest.mark.parametrize("text", ["9-18", "25:00-26:00", "09:60-10:00", "always", "09:00-", ","])
def test_hours_that_can_not_be_read_are_said_so(staff: Staff, text: str) -> None:
    owner = staff.client("owner", HTTP_ACCEPT_LANGUAGE="en")
    answer = hours_posted(owner, staff, monday=text)
    assert answer.status_code == 422
    assert "Write hours like 09:00-18:00." in answer.content.decode()
    assert not OpeningHours.objects.exists()


def test_a_manager_looks_at_the_hours_and_changes_none(staff: Staff) -> None:
    manager = staff.client("manager")
    assert hours_posted(manager, staff, monday="09:00-18:00").status_code == 403
    assert manager.get(f"/dashboard/{staff.world.shop_id}/settings").status_code == 200


def test_hours_are_written_as_they_are_read() -> None:
    for text in ("09:00-18:00", "18:00-02:00", "00:00-24:00", "23:30-00:30"):
        assert [span_text(span) for span in day_read(text, 3)] == [text]

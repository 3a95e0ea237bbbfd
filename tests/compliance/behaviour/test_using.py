"""What is kept of keys and people, who is told, and what happens while Valkey is away."""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import redis
from django.db import DatabaseError, connection
from django.test import Client

from gateway.compliance.alerts.models import Alert
from gateway.compliance.behaviour import configuration, noticing, recently
from gateway.compliance.behaviour.destinations import destination_look
from gateway.compliance.behaviour.models import NetworkSeen, Watched
from gateway.compliance.behaviour.networks_used import (
    key_network_used,
    networks_forget,
    person_network_used,
)
from gateway.compliance.behaviour.rules import HOUSE_RULES
from gateway.compliance.cases.models import Case
from gateway.events.models import Event
from gateway.shops.models import Shop
from gateway.shops.selectors import shop_view
from merchants.accounts.services import api_key_create, api_key_revoke, member_add, user_create
from merchants.notices.models import Notice
from merchants.webhooks.catalogue import SHOP_EVENTS
from tests.compliance.behaviour.conftest import HOME, NOW, OTHER, Place, alerts, replayed, some_id

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"


def used(place: Place, key_id: UUID, network: str, **ago: float) -> str:
    return key_network_used(
        key_id=key_id, shop_id=place.shop_id, mode="test", network=network, at=place.ago(**ago)
    ).standing


def test_a_key_used_from_afar_is_told_its_owner_and_the_officers(
    place: Place, drain: Callable[[], int]
) -> None:
    key, _secret = api_key_create(shop_id=place.shop_id, mode="test")
    assert used(place, key.id, HOME, days=30) == "learning"
    assert used(place, key.id, HOME, days=20) == "known"
    assert used(place, key.id, OTHER) == "new"
    assert used(place, key.id, OTHER) == "known"
    [alert] = alerts("key_new_network")
    assert (alert.about, alert.severity) == (f"shop:{place.shop_id}", "medium")
    assert alert.versions == {"behaviour": HOUSE_RULES.version}
    assert replayed(alert) == "equal"
    drain()
    notice = Notice.objects.get(kind="key_new_network")
    assert (notice.shop_id, notice.body["network"]) == (place.shop_id, OTHER)
    api_key_revoke(shop_id=place.shop_id, key_id=key.id)
    drain()
    assert Notice.objects.get(kind="key_new_network").settled_at is not None


def test_what_is_judged_is_no_event_of_the_shops(place: Place) -> None:
    key_id = some_id()
    used(place, key_id, HOME, days=30)
    used(place, key_id, OTHER)
    types = set(Event.objects.values_list("type", flat=True))
    assert {"key.new_network", "alert.raised"} <= types
    assert not types & set(SHOP_EVENTS) - {"shop.opened"}
    assert not Event.objects.filter(type__startswith="alert.", shop_id__isnull=False).exists()


def test_networks_are_forgotten_and_since_when_a_key_is_known_is_not(place: Place) -> None:
    key_id = some_id()
    used(place, key_id, HOME, days=200)
    assert networks_forget(now=place.now) == 1
    assert not NetworkSeen.objects.exists()
    assert Watched.objects.get().since == place.ago(days=200)
    assert used(place, key_id, HOME) == "new"


def test_a_network_not_yet_forgotten_but_too_old_is_new_again(place: Place) -> None:
    key_id = some_id()
    used(place, key_id, HOME, days=200)
    assert used(place, key_id, HOME) == "new"
    assert NetworkSeen.objects.get().first_at == place.now


def test_the_networks_of_one_provider_are_one(place: Place, tmp_path: Any, settings: Any) -> None:
    file = tmp_path / "networks.tsv"
    file.write_text(
        "203.0.113.0\t203.0.113.255\t64500\tDE\tA\n198.51.100.0\t198.51.100.255\t64500\tDE\tA\n"
        "192.0.2.0\t192.0.2.255\t64501\tBR\tB\n"
    )
    settings.NETWORK_FILE = str(file)
    configuration._providers.cache_clear()
    key_id = some_id()
    used(place, key_id, HOME, days=30)
    assert used(place, key_id, OTHER) == "known"
    assert used(place, key_id, "192.0.2.0/24") == "new"
    row = NetworkSeen.objects.get(network=OTHER)
    assert (row.provider, row.country) == ("AS64500", "DE")


def signed(place: Place, user_id: UUID, network: str, **ago: float) -> Any:
    shops = {place.shop_id: "test"}
    return person_network_used(
        user_id=user_id, shops=shops, mode="test", network=network, at=place.ago(**ago)
    )


def test_a_sign_in_from_afar_is_told_the_owner_of_each_shop(
    place: Place, drain: Callable[[], int]
) -> None:
    user_id = some_id()
    signed(place, user_id, HOME, days=30)
    assert signed(place, user_id, OTHER).standing == "new"
    [alert] = alerts("sign_in_new_network")
    assert replayed(alert) == "equal"
    drain()
    assert Notice.objects.get(kind="sign_in_new_network").shop_id == place.shop_id


def test_an_officers_sign_in_from_afar_is_the_houses_alone(
    place: Place, drain: Callable[[], int]
) -> None:
    told = {"user_id": some_id(), "shops": {}, "mode": "test"}
    person_network_used(**told, network=HOME, at=place.ago(days=30))
    person_network_used(**told, network=OTHER, at=place.now)
    [alert] = alerts("sign_in_new_network")
    assert (alert.about, alert.shop_id) == (f"network:{OTHER}", None)
    drain()
    assert Case.objects.get(about=f"network:{OTHER}").shop_id is None
    assert not Notice.objects.filter(kind="sign_in_new_network").exists()


def test_two_countries_within_the_hour_are_the_officers_alone(
    place: Place, drain: Callable[[], int], tmp_path: Any, settings: Any
) -> None:
    file = tmp_path / "networks.tsv"
    file.write_text(
        "203.0.113.0\t203.0.113.255\t1\tDE\tA\n198.51.100.0\t198.51.100.255\t2\tBR\tB\n"
    )
    settings.NETWORK_FILE = str(file)
    configuration._providers.cache_clear()
    user_id = some_id()
    signed(place, user_id, HOME, days=60)
    signed(place, user_id, OTHER, days=60)
    signed(place, user_id, HOME, minutes=30)
    assert signed(place, user_id, OTHER).elsewhere == HOME
    [*_, alert] = alerts("sign_in_apart")
    assert (alert.severity, replayed(alert)) == ("high", "equal")
    drain()
    assert not Notice.objects.filter(subject__startswith="sign_in:").exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_used_twice_at_once_is_told_of_once(place: Place) -> None:
    key_id = some_id()
    used(place, key_id, HOME, days=30)
    standings: list[str] = []

    def work() -> None:
        try:
            standings.append(used(place, key_id, OTHER))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(standings) == ["known", "known", "known", "new"]
    assert [alert.times for alert in alerts("key_new_network")] == [1]
    assert NetworkSeen.objects.filter(network=OTHER).count() == 1


def seen_events() -> int:
    return Event.objects.filter(type="key.network_seen").count()


def key_uses(place: Place, key_id: UUID, address: str = "203.0.113.9") -> None:
    shop = shop_view(shop_id=place.shop_id)
    noticing.key_used(key_id=key_id, shop=shop, address=address, now=place.now)


def test_a_busy_key_is_told_of_once_a_day_by_all_processes(place: Place) -> None:
    key_id = some_id()
    for address in ("203.0.113.9", "203.0.113.200", "::ffff:203.0.113.1"):
        key_uses(place, key_id, address)
        recently.forget()  # another process
    assert seen_events() == 1
    place.now += timedelta(days=1)
    key_uses(place, key_id)
    key_uses(place, key_id, "198.51.100.1")
    assert seen_events() == 3


def test_an_address_is_kept_nowhere(place: Place, drain: Callable[[], int]) -> None:
    key_uses(place, some_id(), "203.0.113.177")
    drain()
    with connection.cursor() as cursor:
        for table in ("events_event", "compliance_behaviour_networkseen"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%%113.177%%'")
            assert cursor.fetchone() == (0,)


def test_without_valkey_each_process_tells_once_and_nothing_is_lost(
    place: Place, settings: Any, drain: Callable[[], int]
) -> None:
    settings.VALKEY_URL = "redis://127.0.0.1:1/0"
    key_id = some_id()
    for _process in range(2):
        recently.forget()
        for _use in range(3):
            key_uses(place, key_id)
    assert seen_events() == 2
    drain()
    assert NetworkSeen.objects.get().network == HOME


def test_a_use_that_can_not_be_written_fails_nothing_and_is_told_next_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(**_: Any) -> None:
        raise DatabaseError("a lock was not had in time")

    key_id = some_id()
    with monkeypatch.context() as away:
        away.setattr(noticing, "emit", refuses)
        key_uses(place, key_id)
    assert seen_events() == 0
    key_uses(place, key_id)
    assert seen_events() == 1


def refused(place: Place, times: int, address: str = "203.0.113.9") -> None:
    for _ in range(times):
        noticing.key_refused(address=address, code="key_unknown", now=place.now)


@pytest.mark.parametrize("url", [None, "redis://127.0.0.1:1/0"])
def test_many_wrong_keys_of_a_network_are_told_once_an_hour(
    place: Place, drain: Callable[[], int], settings: Any, url: str | None
) -> None:
    settings.VALKEY_URL = url or settings.VALKEY_URL
    refused(place, HOUSE_RULES.refused_in_hour - 1)
    refused(place, 3, address="198.51.100.1")
    assert not Event.objects.filter(type="access.refused").exists()
    refused(place, 50)
    assert Event.objects.filter(type="access.refused").count() == 1
    drain()
    [alert] = alerts("access_refused")
    assert (alert.about, alert.shop_id) == (f"network:{HOME}", None)
    place.now += timedelta(hours=1)
    refused(place, 50)
    drain()
    assert len(alerts("access_refused")) == 2


def test_a_count_goes_on_where_valkey_falls_silent(place: Place) -> None:
    refused(place, HOUSE_RULES.refused_in_hour - 1)
    recently.recently().client = redis.Redis(port=1)
    refused(place, 1)
    assert Event.objects.filter(type="access.refused").count() == 1


def test_a_payout_address_asked_for_from_afar_is_the_officers_alone(
    place: Place, drain: Callable[[], int]
) -> None:
    user_id = some_id()
    told = {"user_id": user_id, "shop_id": place.shop_id, "mode": "test", "at": place.now}
    signed(place, user_id, HOME, days=30)
    assert destination_look(**told, network=HOME) == "usual"
    assert destination_look(**told, network="192.0.2.0/24") == "unseen"
    signed(place, user_id, OTHER, minutes=5)
    assert destination_look(**told, network=OTHER) == "fresh"
    found = alerts("destination_new_network")
    assert [replayed(alert) for alert in found] == ["equal", "equal"]
    assert {alert.severity for alert in found} == {"high"}
    drain()
    assert not Notice.objects.exclude(kind__in=("sign_in_new_network", "case_opened")).exists()


def test_whoever_never_signed_in_since_it_is_watched_is_learnt_first(place: Place) -> None:
    look = destination_look(
        user_id=some_id(), shop_id=place.shop_id, mode="test", network=HOME, at=NOW
    )
    assert look == "learning"
    assert not Alert.objects.exists()


def test_signing_in_keeps_the_network_and_asking_for_an_address_looks_at_it(
    place: Place, drain: Callable[[], int]
) -> None:
    owner = user_create(email="ann@shop.example", password=PASSWORD)
    member_add(user_id=owner.id, role="owner", shop_id=place.shop_id)
    Shop.objects.filter(id=place.shop_id).update(payout_address=None)
    client = Client(REMOTE_ADDR="203.0.113.9")
    form = {"username": owner.email, "password": PASSWORD}
    assert client.post("/login", form).status_code == 302
    drain()
    seen = NetworkSeen.objects.get(about=f"user:{owner.id}")
    assert (seen.network, seen.shop_id, seen.standing) == (HOME, None, "learning")
    Watched.objects.update(since=NOW - timedelta(days=99))
    answer = Client(REMOTE_ADDR="198.51.100.4")
    answer.cookies = client.cookies  # the session was carried off
    posted = answer.post(
        f"/dashboard/{place.shop_id}/settings",
        {"section": "address", "address": "0x" + "ab" * 20, "password": PASSWORD},
    )
    assert posted.status_code == 302
    drain()
    [alert] = alerts("destination_new_network")
    assert alert.facts["session"] == "unseen"


def test_what_answers_requests_never_loads_the_trees_library() -> None:
    code = (
        "import sys, gateway.wsgi, gateway.asgi, gateway.urls\n"
        "import gateway.compliance.behaviour.tasks, gateway.compliance.cases.replayers\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "import importlib; importlib.import_module('merchants.dashboard.house.urls')\n"
        "from django.core.management import call_command; call_command('check')\n"
        "sys.exit(any(n.split('.')[0] in ('river', 'scipy', 'pandas') for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

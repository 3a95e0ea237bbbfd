"""A suspicion is told once, counted while it is open, and never a shop's to see."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from gateway.compliance.alerts.abouts import AboutUnreadable, about_of
from gateway.compliance.alerts.models import Alert
from gateway.compliance.alerts.selectors import alerts_named, open_alerts
from gateway.compliance.alerts.services import AlertMalformed, alert_raise, alerts_close
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.tenancy.scope import house_scope
from merchants.webhooks.catalogue import SHOP_EVENTS, wants
from tests.as_web import as_web, as_web_role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SHOP = UUID("0198c0de-0000-7000-8000-000000000001")
ADDRESS = "0x" + "ab" * 20


def raised(**told: Any) -> Alert:
    return alert_raise(
        **{
            "kind": "name_match",
            "about": f"shop:{SHOP}",
            "fingerprint": "ofac:12",
            "mode": "test",
            "shop_id": SHOP,
            "severity": "medium",
            "evidence": {"score": 0.91, "name": "Zwiebel"},
            "versions": {"ofac": "3"},
            "now": NOW,
            **told,
        }
    )


def told_types() -> list[str]:
    events = Event.objects.filter(subject__startswith="alert:").order_by("id")
    return list(events.values_list("type", flat=True))


def test_the_same_suspicion_is_counted_and_told_once() -> None:
    first = raised()
    again = raised(now=NOW + timedelta(hours=1), evidence={"score": 0.92})
    assert (again.id, again.times, again.last_at) == (first.id, 2, NOW + timedelta(hours=1))
    assert again.facts == {"score": "0.91", "name": "Zwiebel"}
    assert told_types() == ["alert.raised"]
    assert Alert.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "exposure"},
        {"about": f"address:{ADDRESS}"},
        {"fingerprint": "ofac:13"},
        {"mode": "live"},
    ],
)
def test_another_kind_subject_fingerprint_or_mode_is_another_alert(told: dict[str, str]) -> None:
    assert raised().id != raised(**told).id


def test_one_that_gets_worse_takes_the_new_evidence_and_is_told_again() -> None:
    raised(severity="low")
    worse = raised(severity="high", evidence={"score": 1}, versions={"ofac": "4"})
    assert (worse.severity, worse.facts, worse.versions) == ("high", {"score": 1}, {"ofac": "4"})
    milder = raised(severity="low", evidence={"score": 0})
    assert (milder.severity, milder.facts, milder.times) == ("high", {"score": 1}, 3)
    assert told_types() == ["alert.raised", "alert.raised"]


def test_what_was_laid_aside_is_a_new_alert_when_it_comes_again() -> None:
    first = raised()
    assert alerts_close(alert_ids=[first.id], now=NOW) == 1
    assert alerts_close(alert_ids=[first.id], now=NOW) == 0
    second = raised()
    assert second.id != first.id
    assert [alert.id for alert in open_alerts(about=f"shop:{SHOP}")] == [second.id]
    assert [alert.id for alert in alerts_named([first.id, second.id])] == [first.id, second.id]
    assert told_types() == ["alert.raised", "alert.closed", "alert.raised"]


def test_it_is_raised_with_what_it_is_about_or_not_at_all() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        raised()
        raise RuntimeError
    assert not Alert.objects.exists()
    assert told_types() == []


def test_spellings_of_one_address_are_one_alert() -> None:
    one = raised(about=f"address:{ADDRESS}")
    assert raised(about="address:0x" + "AB" * 20).id == one.id


@pytest.mark.parametrize(
    "about", ["", "shop", "shop:1", "address:0x12", "till:" + str(SHOP), "deposit:x", "list:"]
)
def test_what_it_is_about_must_be_readable(about: str) -> None:
    with pytest.raises(AboutUnreadable):
        about_of(about)


@pytest.mark.parametrize("told", [{"kind": "Name Match"}, {"fingerprint": ""}])
def test_a_kind_or_fingerprint_that_cannot_be_kept_is_refused(told: dict[str, str]) -> None:
    with pytest.raises(AlertMalformed):
        raised(**told)


def test_a_shops_own_request_raises_it_and_sees_nothing_of_it() -> None:
    with as_web(SHOP):
        alert = raised()
        assert not Alert.objects.exists()
        assert not Event.objects.filter(subject=f"alert:{alert.id}").exists()
        assert raised().times == 2
    with as_web_role(), house_scope():
        assert Alert.objects.get().id == alert.id


def test_no_endpoint_hears_of_alerts_whatever_it_asks_for() -> None:
    assert not [kind for kind in SHOP_EVENTS if kind.startswith(("alert.", "case."))]
    assert wants(["*"], "alert.raised")  # which is why it is never offered to any
    raised()
    assert Event.objects.get().shop_id is None


@pytest.mark.django_db(transaction=True)
def test_raised_twice_at_once_it_is_one_alert_counted_twice() -> None:
    barrier = threading.Barrier(2)
    fingerprint, problems = str(uuid7()), []

    def run() -> None:
        try:
            barrier.wait()
            raised(fingerprint=fingerprint)
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert Alert.objects.get().times == 2
    assert told_types() == ["alert.raised"]

"""Services that are busy, away, slow or refuse; senders that die; what the database refuses."""

import threading
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gateway.outside import http
from merchants.notices.models import Device, Letter, Push
from merchants.notices.push import sending
from merchants.notices.push.judging import RETRIES
from tests.merchants.notices.conftest import Town
from tests.merchants.notices.push.conftest import push, stall, turn_on
from tests.merchants.notices.push.push_service import PushService


def test_a_busy_service_is_asked_again_when_it_says(town: Town, pushes: PushService) -> None:
    turn_on(town, town.person("operator"), pushes)
    pushes.answers["/send/operator"] = (429, {"retry-after": "300"})
    stall(town)
    town.tell()
    assert push(town) == 0
    row = Push.objects.get()
    assert (row.state, row.error, row.attempts) == ("pending", "http_429", 1)
    town.wait(seconds=299)
    assert push(town) == 0 and len(pushes.came) == 1
    pushes.answers.clear()
    town.wait(seconds=1)
    assert push(town) == 1 and Push.objects.get().state == "sent"


def test_a_service_that_is_away_is_asked_again_and_then_no_more(
    town: Town, pushes: PushService
) -> None:
    turn_on(town, town.person("operator"), pushes)
    Device.objects.update(endpoint="http://127.0.0.1:1/nobody")
    stall(town)
    town.tell()
    for _ in range(len(RETRIES) + 2):
        assert push(town) == 0
        town.wait(hours=3)
    row = Push.objects.get()
    assert row.state == "failed" and row.attempts <= len(RETRIES)
    assert Device.objects.exists(), "it may be there again for the next"


def test_what_a_service_refuses_for_good_is_not_tried_again(
    town: Town, pushes: PushService
) -> None:
    turn_on(town, town.person("operator"), pushes)
    pushes.answers["/send/operator"] = (403, {})
    stall(town)
    town.tell()
    push(town)
    town.wait(hours=1)
    push(town)
    assert Push.objects.get().error == "http_403" and len(pushes.came) == 1


def test_a_redirect_is_an_answer_and_is_not_followed(town: Town, pushes: PushService) -> None:
    turn_on(town, town.person("operator"), pushes)
    pushes.answers["/send/operator"] = (307, {"location": f"{pushes.url}/send/elsewhere"})
    stall(town)
    town.tell()
    push(town)
    assert [request.path for request in pushes.came] == ["/send/operator"]


def test_a_sender_that_died_before_it_asked_is_followed_by_another(
    town: Town, pushes: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()
    with monkeypatch.context() as patched:
        patched.setattr(sending, "request", _killed)
        with pytest.raises(KeyboardInterrupt):
            push(town)
    assert Push.objects.get().state == "sending"
    assert push(town) == 0, "its lease is not over"
    town.wait(minutes=1)
    assert push(town) == 1 and len(pushes.read("operator")) == 1


def test_a_sender_that_died_after_it_asked_sends_the_same_tag_again(
    town: Town, pushes: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_end", _killed)
        with pytest.raises(KeyboardInterrupt):
            push(town)
    town.wait(minutes=1)
    assert push(town) == 1
    first, second = pushes.read("operator")
    assert first == second, "the device shows it once"


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_an_answer_that_comes_after_its_lease_changes_nothing(
    town: Town, pushes: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second sender has taken over and sent it: the first one's failure is not written down."""
    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()

    def slow(**wanted: Any) -> http.Answer:
        monkeypatch.undo()
        later = town.now + sending.LEASE
        assert sending.pushes_send(now=later) == 1
        pushes.answers["/send/operator"] = (500, {})
        return http.request(**wanted)

    monkeypatch.setattr(sending, "request", slow)
    push(town)
    row = Push.objects.get()
    assert (row.state, row.attempts) == ("sent", 2)


def test_slow_services_keep_a_worker_for_so_long_only(
    town: Town, pushes: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = town.person("operator")
    for number in range(5):
        turn_on(town, operator, pushes, f"device{number}")
    stall(town)
    town.tell()
    with monkeypatch.context() as patched:
        answers = count(step=sending.RUN_SECONDS / 2 - 1)  # how long each takes
        patched.setattr(sending, "time", SimpleNamespace(monotonic=lambda: next(answers)))
        assert push(town) == 2
    assert push(town) == 3, "the rest comes with the next"


def test_no_request_is_made_within_a_transaction(
    town: Town, pushes: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths = []
    outer = len(connection.savepoint_ids)

    def looking(**wanted: Any) -> http.Answer:
        depths.append(len(connection.savepoint_ids))
        return http.request(**wanted)

    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()
    monkeypatch.setattr(sending, "request", looking)
    push(town)
    assert depths == [outer]


@pytest.mark.django_db(transaction=True)
def test_two_senders_send_once(mails, pushes: PushService, transactional_db: None) -> None:
    from django.utils import timezone

    from gateway.shops.services import shop_open

    shop = shop_open(
        name="Kiosk", pricing_currency="EUR", settlement_asset="USDC@1", now=timezone.now()
    )
    town = Town(shop_id=shop.id, other_shop_id=shop.id, mails=mails)
    operator = town.person("operator")
    for name in ("a", "b"):
        turn_on(town, operator, pushes, name)
    for number in range(5):
        town.happen("chain.stalled", subject=f"chain:{number}", of_shop=False)
    town.tell()

    def send() -> None:
        try:
            for _ in range(3):
                push(town)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in ("a", "b"):
        assert len({told["title"] for told in pushes.read(name)}) == 5
    assert len(pushes.came) == 10 and Letter.objects.count() == 5


@pytest.mark.parametrize(
    "changes", [{"state": "lost"}, {"over": True, "shown": True}, {"over": True, "notice": None}]
)
def test_the_database_keeps_pushes_sane(
    town: Town, pushes: PushService, changes: dict[str, Any]
) -> None:
    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()
    with pytest.raises(IntegrityError), transaction.atomic():
        Push.objects.update(**changes)


def test_a_device_is_told_of_a_notice_once(town: Town, pushes: PushService) -> None:
    turn_on(town, town.person("operator"), pushes)
    stall(town)
    town.tell()
    again = Push.objects.get()
    again.pk, again.until = None, again.until + timedelta(hours=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)

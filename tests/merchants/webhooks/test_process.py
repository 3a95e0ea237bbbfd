"""The deliverer as the process it is, killed at the worst moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from merchants.webhooks import services
from merchants.webhooks.models import Attempt, Delivery
from tests.merchants.webhooks.conftest import Receiver, happen

pytestmark = pytest.mark.django_db(transaction=True)


IN_THE_TESTS_DATABASE = """
import sys
from django.conf import settings
from django.core.management import execute_from_command_line
settings.DATABASES["default"]["NAME"] = sys.argv[1]
execute_from_command_line(["manage.py", "webhooks"])
"""


@pytest.fixture
def start_deliverer(pytestconfig: pytest.Config) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", IN_THE_TESTS_DATABASE, connection.settings_dict["NAME"]],
            cwd=pytestconfig.rootpath,
            stderr=subprocess.DEVNULL,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()


def _wait(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_killed_while_the_receiver_has_it_it_is_sent_again_under_the_same_id(
    shop_for_good: Any,
    receiver: Receiver,
    start_deliverer: Callable[[], subprocess.Popen[bytes]],
) -> None:
    services.endpoint_create(shop_id=shop_for_good.id, url=receiver.url, now=timezone.now())
    happen(shop_for_good.id, "invoice.created", "invoice.paid")
    first = start_deliverer()

    def kill_then_answer(_: Any) -> tuple[int, dict[str, str], bytes]:
        if first.poll() is None:
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
        return 200, {}, b""

    receiver.answer = kill_then_answer
    _wait(lambda: first.poll() is not None)
    assert len(receiver.received) == 1
    delivery = Delivery.objects.get(sequence=1)
    assert (delivery.state, delivery.trying, delivery.attempts) == ("pending", True, 1)
    Delivery.objects.filter(trying=True).update(due_at=timezone.now() - timedelta(seconds=1))
    second = start_deliverer()
    _wait(lambda: len(receiver.received) == 3)
    second.terminate()
    assert second.wait(timeout=10) == 0
    assert receiver.sequences == [1, 1, 2]
    ids = [received.headers["webhook-id"] for received in receiver.received]
    assert ids[0] == ids[1] != ids[2]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"succeeded"}
    assert list(
        Attempt.objects.order_by("event_id", "number").values_list("status", flat=True)
    ) == [
        None,
        200,
        200,
    ]

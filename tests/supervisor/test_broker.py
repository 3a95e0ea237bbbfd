"""One address of Valkey is enough: Celery finds it, over TCP and over a Unix socket."""

import pytest
from kombu import Connection

from gateway.settings.broker import broker_url


@pytest.mark.parametrize(
    ("valkey", "broker"),
    [
        ("redis://valkey.internal:6379/0", "redis://valkey.internal:6379/0"),
        ("rediss://:secret@valkey.internal/2", "rediss://:secret@valkey.internal/2"),
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock?virtual_host=0"),
        ("unix:///run/valkey.sock?db=3", "redis+socket:///run/valkey.sock?virtual_host=3"),
    ],
)
def test_the_broker_is_the_valkey_that_is_named(valkey: str, broker: str) -> None:
    assert broker_url(valkey) == broker
    assert Connection(broker_url(valkey)).transport.driver_type == "redis"

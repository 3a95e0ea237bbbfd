"""What every test may lean on: a real PostgreSQL 18, a real Valkey, a real chain.

The services are the embedded ones, in a folder of their own beside the demo's. A run joins them if
they are up and stops at its end only what it started itself.
"""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as _hypothesis

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from gateway.supervisor.state import state_dir  # noqa: E402 (needs the path)

if not os.environ.get("TILLWAY_TESTS_IN"):
    folder = state_dir()
    os.environ["TILLWAY_TESTS_IN"] = str(folder.with_name(folder.name + "-tests"))
TEST_DIR = Path(os.environ["TILLWAY_TESTS_IN"])
os.environ["TILLWAY_STATE_DIR"] = str(TEST_DIR)
os.environ.setdefault("TILLWAY_TEST_NAME", f"run{os.getpid()}")
os.environ["DJANGO_SETTINGS_MODULE"] = "gateway.settings"
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ["WEBHOOKS_ALLOW_LOOPBACK"] = "1"
TEST_DIR.mkdir(mode=0o711, parents=True, exist_ok=True)

_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
_valkey_db = int(_worker.removeprefix("gw")) + 1 if _worker.startswith("gw") else 0
_valkey_socket = TEST_DIR / "valkey.sock"
os.environ["VALKEY_URL"] = f"unix://{_valkey_socket}?db={_valkey_db}"
os.environ["CELERY_BROKER_URL"] = "memory://"

import django  # noqa: E402 (the settings read the environment above)

django.setup()

from django.conf import settings as _settings  # noqa: E402
from django.utils.translation import deactivate  # noqa: E402

from tests.as_web import requests_as_web  # noqa: E402 (needs the apps)
from tests.patience import unhurry  # noqa: E402 (needs the apps)
from tests.undoing import undone  # noqa: E402 (needs the path)
from tests.wiping import flush_what_is_filled, wipe_unmanaged  # noqa: E402 (needs the apps)

# A busy machine is no fault of what is tested.
_hypothesis.register_profile(
    "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
_hypothesis.load_profile("unhurried")

flush_what_is_filled()
unhurry()

# A worker of xdist inherits the environment of the run and has read its settings before this file.
_settings.VALKEY_URL = os.environ["VALKEY_URL"]
_settings.CACHES["default"]["LOCATION"] = os.environ["VALKEY_URL"]

_stop_at_end: list[Callable[[], None]] = []


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    from gateway.supervisor import embedded

    postgres_dir = TEST_DIR / "postgres"
    was_up = (postgres_dir / "postmaster.pid").exists()
    embedded.start_postgres(folder=postgres_dir, for_tests=True)
    if not was_up:
        _stop_at_end.append(lambda: embedded.stop_postgres(folder=postgres_dir))
    if not _valkey_answers():
        server = embedded.start_valkey(
            socket=_valkey_socket, data_folder=TEST_DIR / "valkey", persist=False
        )
        _stop_at_end.append(server.stop)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Groups keep what shares a house, a browser or a chain on one worker; xdist reads them from
    node ids, which a release of pytest once ignored without a word."""
    if session.config.getoption("loadgroup", False):
        for item in session.items:
            if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
                raise pytest.UsageError(f"xdist does not keep the group of {item.nodeid}")


def pytest_unconfigure(config: pytest.Config) -> None:
    for stop in _stop_at_end:
        stop()


def _valkey_answers() -> bool:
    import redis

    try:
        return bool(redis.Redis(unix_socket_path=str(_valkey_socket)).ping())
    except redis.ConnectionError:
        return False


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Name this run's database, so that runs side by side don't share one."""
    from django.conf import settings

    name = f"test_{os.environ['TILLWAY_TEST_NAME']}"
    settings.DATABASES["default"].setdefault("TEST", {})
    suffix = f"_{_worker}" if _worker else ""
    from django.db import connections

    connections["default"].settings_dict["TEST"]["NAME"] = name + suffix


@pytest.fixture(autouse=True)
def _nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that commits, empty also what Django's flush between tests doesn't know."""
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames or (
        marker is not None and marker.kwargs.get("transaction", False)
    )
    if commits:
        request.getfixturevalue("transactional_db")
    yield
    if commits:
        wipe_unmanaged()


@pytest.fixture(autouse=True)
def _requests_come_to_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test client's requests are answered as the web's role, which sees a shop's rows in that
    shop's scope only. Everything else in a test works as the owner of the tables."""
    requests_as_web(monkeypatch)


class Clock:
    """A clock that tests set; verbs take its time as an argument."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> datetime:
        self.now += timedelta(**parts)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _forget_what_the_process_keeps() -> Iterator[None]:
    """What a process keeps in memory belongs to another test's database, and the language in which
    it last answered to another test's reader."""
    yield
    deactivate()
    catalogue = sys.modules.get("gateway.invoices.catalogue")
    if catalogue is not None:
        catalogue.forget()


@pytest.fixture
def valkey() -> Iterator[object]:
    """This worker's Valkey database, empty."""
    import redis
    from django.conf import settings

    client = redis.Redis.from_url(settings.VALKEY_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def drain() -> Callable[[], int]:
    """Runs every handler that is due; how many items were tried."""
    from gateway.events import relay

    return lambda: relay.drain(limit=1000)


@pytest.fixture
def shop(db: None, clock: Clock) -> object:
    """A test shop that prices in euros and is settled in USDC on the dev chain."""
    from gateway.shops.services import shop_open

    return shop_open(
        name="Café Amélie",
        pricing_currency="EUR",
        settlement_asset="USDC@31337",
        payout_address=bytes.fromhex("70997970c51812dc3a010c7d01b50e0d17dc79c8"),
        now=clock(),
    )


@pytest.fixture(scope="session")
def _running_devchain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """One anvil with the real contracts for this worker; tests see it through ``devchain``."""
    from eth_account import Account

    from gateway.supervisor.devchain.anvil import Anvil
    from gateway.supervisor.devchain.provision import provision_dev_chain

    operator = Account.from_key(
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
    ).address
    with Anvil() as anvil:
        chain = provision_dev_chain(
            rpc_url=anvil.rpc_url, operator_address=operator, treasury_address=operator
        )
        yield anvil, chain


@pytest.fixture
def anvil(_running_devchain: tuple[object, object]) -> Iterator[object]:
    """The worker's anvil; whatever a test does to the chain is undone after it."""
    from gateway.outside.rpc import JsonRpc

    node, _ = _running_devchain
    with JsonRpc(node.rpc_url) as rpc, undone(rpc, anvil=node):
        yield node


@pytest.fixture
def devchain(anvil: object, _running_devchain: tuple[object, object]) -> object:
    """What is deployed on the worker's anvil (``gateway.supervisor.devchain.layout.DevChain``)."""
    return _running_devchain[1]


@pytest.fixture
def chain_entry(anvil: object, devchain: object) -> dict[str, object]:
    """The dev chain as an entry of the CHAINS setting."""
    from gateway.supervisor.local_chain import chain_entry as entry

    return entry(chain=devchain, rpc_url=anvil.rpc_url)

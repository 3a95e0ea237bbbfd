"""Open the house: services first, then the chain, then every process; close it in reverse.

What the settings don't name is brought along (embedded PostgreSQL and Valkey, a dev chain); what
they name is used as it is.
"""

import fcntl
import json
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from gateway.custody.configuration import signer_files
from gateway.custody.keystore import add_key, create_master_key, key_from_secret, read_master_key
from gateway.market.makers.configuration import configured_makers
from gateway.supervisor.local_chain import chain_entry
from gateway.supervisor.ports import claim_port
from gateway.supervisor.processes import (
    PYTHON,
    WEB_THREADS,
    WEB_WORKERS,
    ProcessSpec,
    house_processes,
)
from gateway.supervisor.services import Services
from gateway.supervisor.supervision import LOOK_SECONDS, Supervisor
from gateway.treasury.services import float_fund

if TYPE_CHECKING:
    from gateway.supervisor.devchain.layout import DevChain

Progress = Callable[[str], None]

READY_SECONDS = 90.0
DEV_BLOCK_SECONDS = 1
DEV_BASE_FEE_WEI = 10_000_000
SIGNER_SECRETS = ("KEYSTORE_KEY",)
"""Variables that open the keystore: no other process may hold them."""
DEV_FLOAT = {"ETH": 50 * 10**18, "USDC": 250_000 * 10**6}
"""What the dev chain's hot account starts with: gas, and a float to pay shops from."""


class HouseOccupied(Exception):
    """Another `manage.py up` of this checkout is running."""


@dataclass(slots=True)
class House:
    """Everything that one `manage.py up` started."""

    checkout: Path
    state: Path
    say: Progress
    web_port: int
    live_port: int
    quiet: bool = False
    web_workers: int = WEB_WORKERS
    web_threads: int = WEB_THREADS
    public_url: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    supervisor: Supervisor | None = None
    _lock: IO[str] | None = None
    _services: Services | None = None
    _half_told: bool = False

    @classmethod
    def of_this_checkout(cls, *, say: Progress, quiet: bool = False) -> "House":
        """A house with free ports, for the configured state folder."""
        web_port = int(os.environ.get("PORT") or claim_port(preferred=8000))
        return cls(
            checkout=Path(settings.BASE_DIR),
            state=Path(settings.STATE_DIR),
            say=say,
            quiet=quiet,
            web_port=web_port,
            live_port=int(os.environ.get("LIVE_PORT") or claim_port(preferred=web_port + 1)),
            web_workers=int(os.environ.get("WEB_WORKERS", WEB_WORKERS)),
            web_threads=int(os.environ.get("WEB_THREADS", WEB_THREADS)),
        )

    def open(self) -> None:
        """Start everything and return when it is ready to take payments.

        Raises:
            HouseOccupied: this checkout's house is open already.
            TimeoutError: something did not become ready.
        """
        self._occupy()
        self._prepare_environment()
        self._start_services()
        self.say("applying migrations")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        self.supervisor = Supervisor(
            folder=self.checkout,
            environment=self.environment,
            state_folder=self.state,
            log_file=self.state / "house.log",
            quiet=self.quiet,
        )
        dev_chain = self._start_dev_chain() if settings.EMBEDDED_CHAIN else None
        call_command("chains_sync", verbosity=0)
        if dev_chain is not None:
            self._fund(dev_chain)
        self.say("starting the processes")
        self.supervisor.start(
            house_processes(
                chain_ids=[entry["chain_id"] for entry in configured_chains()],
                web_port=self.web_port,
                live_port=self.live_port,
                web_workers=self.web_workers,
                web_threads=self.web_threads,
                with_signer=settings.EMBEDDED_SIGNER,
                signer_secrets={
                    name: os.environ[name] for name in SIGNER_SECRETS if name in os.environ
                },
            )
        )
        self._wait_until_ready()

    def close(self) -> None:
        """Stop what was started, in reverse; never raises for a part that is gone already."""
        if self.supervisor is not None:
            self.supervisor.stop()
            self.supervisor = None
        if self._services is not None:
            self._services.stop()
            self._services = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def run(self, *, until: Callable[[], bool]) -> None:
        """Keep everything going until ``until`` answers True."""
        assert self.supervisor is not None
        assert self._services is not None
        while not until():
            self._services.watch()
            self.supervisor.watch()
            time.sleep(LOOK_SECONDS)

    @property
    def local_url(self) -> str:
        return f"http://localhost:{self.web_port}"

    def _occupy(self) -> None:
        lock = (self.state / "house.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise HouseOccupied(str(self.state)) from error
        self._lock = lock

    def _prepare_environment(self) -> None:
        metrics = self.state / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir()
        self.public_url = os.environ.get("PUBLIC_URL") or self.local_url
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in SIGNER_SECRETS},
            "DJANGO_SETTINGS_MODULE": "gateway.settings",
            "TILLWAY_STATE_DIR": str(self.state),
            "PUBLIC_URL": self.public_url,
            "LIVE_URL": os.environ.get("LIVE_URL", self._live_url()),
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
            "PYTHONUNBUFFERED": "1",
            # Celery would warn at every start; whether to run as root is the operator's choice.
            "C_FORCE_ROOT": "1",
        }
        if settings.EMBEDDED_CHAIN and "MARKET_FEEDS" not in os.environ:
            feed_port = claim_port(preferred=self.web_port + 10)
            self.environment["DEV_FEED_PORT"] = str(feed_port)
            self.environment["MARKET_FEEDS"] = json.dumps(
                [
                    {
                        "name": "local-feed (simulated)",
                        "url": f"http://127.0.0.1:{feed_port}/prices",
                        "kind": "tillway",
                    }
                ]
            )

    def _live_url(self) -> str:
        """Without a proxy browsers reach the streams on their own port; behind one by path."""
        return "" if os.environ.get("PUBLIC_URL") else f"http://localhost:{self.live_port}"

    def _start_services(self) -> None:
        self._services = Services(
            say=self.say,
            postgres=Path(settings.POSTGRES_DIR) if settings.EMBEDDED_POSTGRES else None,
            database=settings.DATABASES["default"]["NAME"],
            valkey_socket=Path(settings.VALKEY_SOCKET) if settings.EMBEDDED_VALKEY else None,
            valkey_folder=self.state / "valkey",
        )
        self._services.start()

    def _start_dev_chain(self) -> "DevChain":
        from gateway.supervisor.devchain.anvil import anvil_command
        from gateway.supervisor.devchain.provision import provision_dev_chain

        assert self.supervisor is not None
        self.say("starting the dev chain")
        port = claim_port(preferred=self.web_port + 20)
        rpc_url = f"http://127.0.0.1:{port}"
        command = anvil_command(
            port=port,
            block_time_seconds=DEV_BLOCK_SECONDS,
            state_path=self.state / "anvil-state.json",
            # Deployment fills blocks, and the fee it leaves behind would price coffees out of ETH.
            extra=("--base-fee", str(DEV_BASE_FEE_WEI)),
        )
        self.supervisor.start([ProcessSpec("chain", (*command, "--silent"), stop_seconds=20)])
        _wait_for(lambda: _answers(rpc_url), seconds=30, what="the dev chain")
        hot = self._hot_account()
        chain = provision_dev_chain(
            rpc_url=rpc_url,
            operator_address=hot,
            treasury_address=hot,
            operator_gas_wei=0,  # the faucet gives it, and the books know of it
            layout_path=self.state / "devchain.json",
            progress=self._provisioned,
        )
        entry = chain_entry(chain=chain, rpc_url=rpc_url, block_seconds=DEV_BLOCK_SECONDS)
        Path(settings.CHAINS).write_text(json.dumps([entry], indent=2))
        self._write_policy(hot)
        layout = str(self.state / "devchain.json")
        self.supervisor.start(
            [
                ProcessSpec(
                    "feed",
                    (
                        PYTHON,
                        *("-m", "gateway.supervisor.devchain.feed"),
                        *("--port", self.environment.get("DEV_FEED_PORT", "0")),
                    ),
                ),
                ProcessSpec(
                    "trader",
                    (
                        PYTHON,
                        *("-m", "gateway.supervisor.devchain.trader"),
                        *("--layout", layout, "--rpc-url", rpc_url),
                        *(
                            "--feed-url",
                            f"http://127.0.0.1:{self.environment.get('DEV_FEED_PORT', '0')}/prices",
                        ),
                    ),
                ),
            ]
        )
        return chain

    def _provisioned(self, label: str, done: int, total: int) -> None:
        if done == total or (done >= total // 2 and not self._half_told):
            self._half_told = True
            self.say(f"deploying contracts {done}/{total}")

    def _hot_account(self) -> str:
        """The dev chain's hot account; its key is made once and marked as a demo key."""
        import secrets

        files = signer_files(self.environment)
        note = self.state / "hot-account"
        if note.exists():
            return note.read_text().strip()
        if files.master_key.exists():
            master_key = read_master_key(
                environment=self.environment, default_file=files.master_key
            )
        else:
            master_key = create_master_key(files.master_key)
        key = key_from_secret(secrets.token_bytes(32), label="dev hot account", demo=True)
        add_key(files.keystore, key, master_key=master_key)
        from gateway.custody.addresses import address_text

        note.write_text(address_text(key.address))
        return address_text(key.address)

    def _write_policy(self, hot: str) -> None:
        from gateway.supervisor.dev_policy import dev_policy

        files = signer_files(self.environment)
        policy = dev_policy(
            configured_chains(),
            account=bytes.fromhex(hot.removeprefix("0x")),
            now=timezone.now(),
            makers=[bytes.fromhex(maker.address[2:]) for maker in configured_makers()],
        )
        draft = files.policy.with_suffix(".part")
        draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(policy, file, indent=2)
        draft.replace(files.policy)

    def _fund(self, chain: "DevChain") -> None:
        """Fill the dev chain's hot account up to ``DEV_FLOAT``, and book what it got."""
        from gateway.supervisor.devchain.faucet import Faucet

        rpc_url = configured_chains()[0]["rpc_urls"][0]
        with Faucet(chain=chain, rpc_url=rpc_url) as faucet:
            for symbol, units in DEV_FLOAT.items():
                missing = units - faucet.balance(of=chain.treasury, symbol=symbol)
                if missing > 0:
                    receipt = faucet.give(to=chain.treasury, symbol=symbol, units=missing)
                    float_fund(
                        asset=f"{symbol}@{chain.chain_id}",
                        units=missing,
                        reference=receipt["transactionHash"],
                        now=timezone.now(),
                    )

    def _wait_until_ready(self) -> None:
        assert self.supervisor is not None
        supervisor = self.supervisor
        reason = ""

        def ready() -> bool:
            nonlocal reason
            supervisor.watch()
            reason = readiness(f"http://127.0.0.1:{self.web_port}", public_url=self.public_url)
            return not reason

        try:
            _wait_for(ready, seconds=READY_SECONDS, what="the house")
        except TimeoutError as error:
            raise TimeoutError(f"not ready: {reason}") from error


def configured_chains() -> list[dict[str, Any]]:
    """The entries of the CHAINS setting, whether it is JSON or names a file of it."""
    text = settings.CHAINS.strip()
    if not text.startswith("["):
        text = Path(text).read_text()
    chains: list[dict[str, Any]] = json.loads(text)
    return chains


def readiness(url: str, *, public_url: str) -> str:
    """Empty when ``/readyz`` says ready; otherwise what is missing.

    It is asked for under the public name: in production no other is answered.
    """
    asked = urllib.request.Request(  # noqa: S310 (our own web)
        f"{url}/readyz", headers={"Host": urlsplit(public_url).netloc}
    )
    try:
        with urllib.request.urlopen(asked, timeout=5):  # noqa: S310 (our own web)
            return ""
    except urllib.error.HTTPError as error:
        return error.read(2_000).decode(errors="replace")
    except OSError as error:
        return f"web does not answer: {error}"


def _answers(rpc_url: str) -> bool:
    from gateway.outside.errors import OutsideFailed
    from gateway.outside.rpc import JsonRpc

    try:
        with JsonRpc(rpc_url, timeout_seconds=2) as rpc:
            rpc.call("eth_chainId")
    except OutsideFailed:
        return False
    return True


def _wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not become ready within {seconds:.0f} s")
        time.sleep(0.1)

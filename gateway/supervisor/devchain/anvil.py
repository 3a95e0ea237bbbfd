"""Find, start and stop anvil, the dev chain's node."""

from __future__ import annotations

import atexit
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.orphans import die_with_parent

REPOSITORY = Path(__file__).resolve().parents[3]
LOOPBACK = "127.0.0.1"
DEFAULT_CHAIN_ID = 31337
DEFAULT_MNEMONIC = "test test test test test test test test test test test junk"
"""The one every Ethereum tool knows: its keys are public."""

STATE_INTERVAL_SECONDS = 10
"""How much of the chain a crash of the node may lose when its state is kept."""

KEPT_STATES = 500
"""Of so many last blocks the balances can be asked. Older ones anvil would write out to the home
folder, some megabytes each, and a node that is killed leaves them there for ever."""


class AnvilMissing(Exception):
    """npm's anvil is not installed, or not for this machine."""

    code = "anvil_missing"


class AnvilFailed(Exception):
    """anvil ended before it answered; its own words are in the message."""

    code = "anvil_failed"


def anvil_binary(*, root: Path = REPOSITORY) -> Path:
    """The node's executable under ``node_modules``.

    The binary itself is taken, not npm's wrapper script: a wrapper would be left behind with a
    live child when it is killed.

    Raises:
        AnvilMissing: with what to do next.
    """
    system = {"linux": "linux", "darwin": "darwin", "win32": "win32"}.get(sys.platform, "")
    machine = platform.machine().lower()
    cpu = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(machine)
    name = "anvil.exe" if system == "win32" else "anvil"
    binary = root / "node_modules" / "@foundry-rs" / f"anvil-{system}-{cpu}" / "bin" / name
    if not binary.is_file():
        raise AnvilMissing(
            f"{binary} is missing. Run `make setup` (or `npm ci` in {root}), then try again."
        )
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)  # npm keeps no mode when install scripts are off
    return binary


def free_port() -> int:
    """A TCP port on loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def anvil_command(
    *,
    port: int,
    chain_id: int = DEFAULT_CHAIN_ID,
    block_time_seconds: float | None = None,
    state_path: Path | None = None,
    mnemonic: str = DEFAULT_MNEMONIC,
    accounts: int = 10,
    extra: tuple[str, ...] = (),
) -> list[str]:
    """The command line, for a supervisor that starts processes by itself.

    Without ``block_time_seconds`` a block is mined for each transaction as it arrives.
    With ``state_path`` the chain is read from there if it exists, written every
    ``STATE_INTERVAL_SECONDS`` and at the end.
    """
    command = [str(anvil_binary()), "--host", LOOPBACK, "--port", str(port)]
    command += ["--chain-id", str(chain_id), "--mnemonic", mnemonic, "--accounts", str(accounts)]
    command += ["--prune-history", str(KEPT_STATES)]
    if block_time_seconds is not None:
        command += ["--block-time", f"{block_time_seconds:g}"]
    if state_path is not None:
        command += ["--state", str(state_path), "--state-interval", str(STATE_INTERVAL_SECONDS)]
    return [*command, *extra]


class Anvil:
    """One anvil process; a context manager. It never outlives us.

    ``stop`` is safe to call again, and is called at interpreter exit; on Linux the kernel ends
    the node even if we are killed.
    """

    def __init__(
        self,
        *,
        port: int | None = None,
        chain_id: int = DEFAULT_CHAIN_ID,
        block_time_seconds: float | None = None,
        state_path: Path | None = None,
        mnemonic: str = DEFAULT_MNEMONIC,
        accounts: int = 10,
        extra: tuple[str, ...] = (),
        log_path: Path | None = None,
    ) -> None:
        self.port = port or free_port()
        self.chain_id = chain_id
        self.state_path = state_path
        self._log_path = log_path
        self._command = anvil_command(
            port=self.port,
            chain_id=chain_id,
            block_time_seconds=block_time_seconds,
            state_path=state_path,
            mnemonic=mnemonic,
            accounts=accounts,
            extra=extra,
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def rpc_url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self.is_running and self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, *, timeout_seconds: float = 30.0) -> Self:
        """Start the node and return once it answers.

        Raises:
            AnvilMissing: it is not installed.
            AnvilFailed: it ended at once (a taken port, an unreadable state file).
            TimeoutError: it did not answer in ``timeout_seconds``.
        """
        if self.is_running:
            return self
        if self.state_path is not None:
            self.state_path.parent.mkdir(parents=True, exist_ok=True)
        if self._log_path is not None:
            self._log_path.parent.mkdir(parents=True, exist_ok=True)
            self._log = self._log_path.open("ab")
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=self._log or subprocess.DEVNULL,
            stderr=subprocess.PIPE if self._log is None else self._log,
            # Its own group: Ctrl-C in a terminal reaches us, and we end it in order.
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  one system call, no lock
        )
        atexit.register(self.stop)
        try:
            self._wait(timeout_seconds=timeout_seconds)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self, *, timeout_seconds: float = 20.0) -> None:
        """End the node, with time to write its state, then without."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)  # what makes it write its state
            try:
                process.wait(timeout_seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process is not None and process.stderr is not None:
            process.stderr.close()
        if self._log is not None:
            self._log.close()
            self._log = None
        atexit.unregister(self.stop)

    def _wait(self, *, timeout_seconds: float) -> None:
        process = self._process
        assert process is not None
        failed: list[BaseException] = []

        def probe() -> None:
            try:
                with Rpc(url=self.rpc_url) as rpc:
                    rpc.wait_until_up(timeout_seconds=timeout_seconds)
                    told = rpc.integer("eth_chainId")
                    if told != self.chain_id:
                        raise AnvilFailed(f"port {self.port} answers for chain {told}")
            except BaseException as error:
                failed.append(error)

        waiting = threading.Thread(target=probe, daemon=True)
        waiting.start()
        while waiting.is_alive():
            waiting.join(0.02)
            if process.poll() is not None:
                raise AnvilFailed(f"anvil ended with {process.returncode}: {self._last_words()}")
        if failed:
            raise failed[0]
        if process.poll() is not None:
            # Somebody else's node answered at this port.
            raise AnvilFailed(f"anvil ended with {process.returncode}: {self._last_words()}")

    def _last_words(self) -> str:
        if self._process is not None and self._process.stderr is not None:
            return self._process.stderr.read().decode(errors="replace").strip()[-800:]
        return f"see {self._log_path}"

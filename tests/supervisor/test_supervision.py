"""What dies is started again, logs are joined, and nothing is left behind."""

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.supervisor.ports import claim_port
from gateway.supervisor.processes import ProcessSpec, house_processes
from gateway.supervisor.supervision import Supervisor


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(tmp_path: Path, output: io.StringIO) -> Iterator[Supervisor]:
    supervisor = Supervisor(
        folder=tmp_path,
        environment=dict(os.environ),
        state_folder=tmp_path,
        output=output,
        log_file=tmp_path / "house.log",
    )
    yield supervisor
    supervisor.stop()


def python(code: str, *, name: str = "child", stop_seconds: float = 5) -> ProcessSpec:
    return ProcessSpec(name, (sys.executable, "-u", "-c", code), stop_seconds=stop_seconds)


def until(supervisor: Supervisor, condition: Callable[[], bool], *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        supervisor.watch()
        time.sleep(0.05)


def test_logs_are_joined_under_their_process_name(supervisor, output, tmp_path) -> None:
    supervisor.start([python("print('hello'); import time; time.sleep(60)")])
    until(supervisor, lambda: "hello" in output.getvalue())
    assert "child" in output.getvalue()
    assert "hello" in (tmp_path / "house.log").read_text()


def test_a_killed_process_is_started_again(supervisor) -> None:
    supervisor.start([python("import time; time.sleep(60)")])
    first = supervisor.pid_of("child")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(supervisor, lambda: supervisor.pid_of("child") not in {None, first})
    assert supervisor.is_running("child")


def test_what_a_killed_process_started_goes_with_it(supervisor, output) -> None:
    """The web server's workers would go on answering beside the new ones, with the old code."""
    supervisor.start(
        [
            python(
                "import subprocess, sys, time\n"
                "sleep = 'import time; time.sleep(600)'\n"
                "worker = subprocess.Popen([sys.executable, '-c', sleep])\n"
                "print('worker', worker.pid, flush=True)\n"
                "time.sleep(600)"
            )
        ]
    )
    until(supervisor, lambda: "worker " in output.getvalue())
    worker = int(output.getvalue().partition("worker ")[2].split()[0])
    first = supervisor.pid_of("child")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(supervisor, lambda: supervisor.pid_of("child") not in {None, first})
    until(supervisor, lambda: not _is_alive(worker))


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # nobody here waits for it


def test_one_that_always_fails_waits_longer_each_time(supervisor, output) -> None:
    supervisor.start([python("raise SystemExit(3)")])
    until(supervisor, lambda: "starts again in 1 s" in output.getvalue())
    assert "ended with status 3; starts again in 0 s" in output.getvalue()


def test_one_that_ignores_the_signal_is_killed_and_said_so(supervisor, output) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up'); time.sleep(60)"
    supervisor.start([python(code, stop_seconds=0.5)])
    until(supervisor, lambda: "up" in output.getvalue())
    pid = supervisor.pid_of("child")
    supervisor.stop()
    assert "does not stop; killed" in output.getvalue()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_grandchildren_go_with_their_parent(supervisor, output) -> None:
    code = (
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print('grandchild', p.pid); time.sleep(60)"
    )
    supervisor.start([python(code)])
    until(supervisor, lambda: "grandchild" in output.getvalue())
    pid = int(output.getvalue().split("grandchild ")[1].split()[0])
    supervisor.stop()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and Path(f"/proc/{pid}").exists():
        if "zombie" in Path(f"/proc/{pid}/status").read_text():
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{pid}").exists()


def test_nothing_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, os; from pathlib import Path\n"
        "from gateway.supervisor.processes import ProcessSpec\n"
        "from gateway.supervisor.supervision import Supervisor\n"
        "folder = Path(sys.argv[1])\n"
        "supervisor = Supervisor(folder=folder, environment=dict(os.environ),"
        " state_folder=folder, quiet=True)\n"
        "supervisor.start([ProcessSpec('child', ('sleep', '60'))])\n"
        "print(supervisor.pid_of('child'), flush=True)\n"
        "import time; time.sleep(60)\n"
    )
    import subprocess

    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    ) as parent:
        assert parent.stdout is not None
        child = Path(f"/proc/{int(parent.stdout.readline())}")
        assert child.exists()
        parent.kill()
    deadline = time.monotonic() + 5
    while child.exists() and "zombie" not in (child / "status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_each_chain_has_a_watcher_and_a_sender_and_there_is_one_signer() -> None:
    names = [
        spec.name
        for spec in house_processes(
            chain_ids=[1, 8453], web_port=8000, live_port=8001, web_workers=1, web_threads=4
        )
    ]
    assert names.count("signer") == 1
    assert {"watcher-1", "sender-1", "watcher-8453", "sender-8453"} <= set(names)
    assert len(names) == len(set(names))


def test_a_signer_that_runs_elsewhere_gets_no_rival() -> None:
    processes = house_processes(
        chain_ids=[1],
        web_port=8000,
        live_port=8001,
        web_workers=1,
        web_threads=4,
        with_signer=False,
    )
    assert "signer" not in {spec.name for spec in processes}


def test_a_taken_port_is_passed_over() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert claim_port(preferred=port) != port


def test_two_houses_that_start_at_once_choose_different_ports() -> None:
    import subprocess

    code = (
        "import time; from gateway.supervisor.ports import claim_port;"
        "print(claim_port(preferred=18_500), flush=True); time.sleep(60)"
    )
    houses = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    try:
        ports = {house.stdout.readline() for house in houses if house.stdout}
    finally:
        for house in houses:
            house.kill()
            house.wait()
    assert len(ports) == 3


def test_only_the_signer_gets_what_opens_the_keystore() -> None:
    processes = house_processes(
        chain_ids=[1],
        web_port=8000,
        live_port=8001,
        web_workers=1,
        web_threads=4,
        signer_secrets={"KEYSTORE_KEY": "ab"},
    )
    assert [spec.name for spec in processes if "KEYSTORE_KEY" in spec.environment] == ["signer"]

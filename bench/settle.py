"""From thousands of paid invoices to shops that have their money: the running house, whole.

Shops whose policy pays at once, on a real chain and with every check on: payments are watched,
screened, confirmed, credited, swept in batches and paid out, those together that wait at one time;
it is over when the last payout is final. Then the books are compared with the chain to the unit.

`SETTLE_INVOICES=200` does fewer, `SETTLE_SHOPS=20` has so many shops paid by them. The statements
that took longest are told on stderr.
"""

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from bench.settle_shops import (
    CLIENTS,
    SHOPPERS,
    Shoppers,
    ask_for_invoices,
    ask_for_leave,
    open_shops,
)
from demo.shop import OpenShop, open_shop
from gateway.supervisor.embedded import ensure_database, start_postgres, stop_postgres

INVOICES = 10_000
INVOICES_OF_A_SHOP = 100
PRICE = "4.20"
SYMBOL = "USDC"
MAX_UNITS = 10 * 10**6
"""More than an invoice asks for: what a shopper is given for each."""
DATABASE = "tillway"
LOOK_SECONDS = 1.0
STALLED_SECONDS = 300.0
RECONCILE_SECONDS = 120.0
TOLD = 25

COUNTING = """
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track_utility = off
pg_stat_statements.max = 10000
"""
PROGRESS = """
SELECT (SELECT count(*) FROM invoices_invoice WHERE status = 'paid'),
       (SELECT count(*) FROM execution_fillrequest WHERE status = 'swept'),
       (SELECT count(*) FROM settlement_payout),
       (SELECT count(*) FROM settlement_payout WHERE status = 'completed'),
       (SELECT count(*) FROM events_outbox)
"""
# An invoice is paid out when all that it brought is taken by payouts, each of them completed.
BATCHED = """
SELECT count(DISTINCT batch_id), count(batch_id), count(*) FROM settlement_payout
 WHERE status = 'completed'
"""
PAID_OUT = """
SELECT count(*) FROM (
    SELECT c.invoice_id
      FROM allocating_shopcredit c
      LEFT JOIN allocating_credituse u ON u.deposit_id = c.deposit_id
      LEFT JOIN settlement_payout p ON p.id = u.payout_id AND p.status = 'completed'
     GROUP BY c.invoice_id
    HAVING sum(u.units) FILTER (WHERE p.id IS NOT NULL)
           = (SELECT sum(units) FROM allocating_shopcredit w WHERE w.invoice_id = c.invoice_id)
) AS whole
"""
TRANSACTIONS = """
SELECT purpose, count(*), coalesce(sum(gas_used), 0)
  FROM chains_outgoingtransaction WHERE status = 'final' GROUP BY purpose
"""
STATEMENTS = "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements"
SLOWEST = """
SELECT round(total_exec_time), calls, round(mean_exec_time::numeric, 3),
       left(regexp_replace(query, '\\s+', ' ', 'g'), 150)
  FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT %s
"""
OFTENEST = """
SELECT calls, round(mean_exec_time::numeric, 3),
       left(regexp_replace(query, '\\s+', ' ', 'g'), 150)
  FROM pg_stat_statements ORDER BY calls DESC LIMIT %s
"""


EVENTS = (
    "SELECT count(*), type FROM events_event GROUP BY type ORDER BY count(*) DESC, type LIMIT %s"
)


def run(*, seed: int) -> dict[str, Any]:
    invoices = int(os.environ.get("SETTLE_INVOICES", INVOICES))
    shops = int(os.environ.get("SETTLE_SHOPS", max(1, invoices // INVOICES_OF_A_SHOP)))
    with (
        _postgres() as folder,
        open_shop(purpose="bench", say=_say, settings=_settings(folder)) as house,
        psycopg.connect(
            host=str(folder), user="postgres", dbname=DATABASE, autocommit=True
        ) as database,
    ):
        figures = _settle(house, database, invoices=invoices, shops=shops)
    return {
        "figures": figures,
        "conditions": {
            "shops": shops,
            "policy": "instant",
            "token": SYMBOL,
            "price_eur": PRICE,
            "wallets": SHOPPERS,
            "clients": CLIENTS,
            "chain": "anvil, a block a second",
            "seconds": "from the first payment sent to the last payout final",
            "sql": "every statement of every process meanwhile, save BEGIN, COMMIT and SET",
            "synchronous_commit": "on",
        },
    }


def _settle(
    house: OpenShop, database: "psycopg.Connection[Any]", *, invoices: int, shops: int
) -> dict[str, Any]:
    settlement = f"{SYMBOL}@{house.chain.chain_id}"
    paid_shops = open_shops(house.house, count=shops, settlement=settlement)
    ask_for_leave(house.house, database, asset=settlement)
    with contextlib.closing(Shoppers(rpc_url=house.rpc_url, chain=house.chain)) as shoppers:
        shoppers.fund(symbol=SYMBOL, units=MAX_UNITS * (invoices // SHOPPERS + 1))
        asked_at = time.monotonic()
        requests = ask_for_invoices(
            house.house.url, paid_shops, count=invoices, price=PRICE, symbol=SYMBOL
        )
        _say(f"{invoices} invoices in {time.monotonic() - asked_at:.0f} s")
        raw = shoppers.signed(requests)
        database.execute("SELECT pg_stat_statements_reset()")
        began = time.monotonic()
        shoppers.send(raw)
        _say(f"all sent after {time.monotonic() - began:.0f} s")
        _await_payouts(database, invoices=invoices, began=began)
        seconds = time.monotonic() - began
    statements = _number(database, STATEMENTS)
    _tell_profile(database)
    by_purpose = {
        purpose: (int(count), int(gas))
        for purpose, count, gas in database.execute(TRANSACTIONS).fetchall()
    }
    _say(f"transactions and gas by purpose: {by_purpose}")
    batched = database.execute(BATCHED).fetchone()
    assert batched is not None
    batches, in_batches, payouts = batched
    return {
        "invoices": invoices,
        "seconds": round(seconds, 1),
        "invoices_per_s": round(invoices / seconds, 1),
        "chain_transactions": sum(count for count, _ in by_purpose.values()),
        "sweep_transactions": by_purpose.get("sweep", (0, 0))[0],
        "payouts": payouts,
        "payouts_in_batches": in_batches,
        "payout_batches": batches,
        "payout_transactions": by_purpose.get("payout", (0, 0))[0],
        "gas_per_payout": by_purpose.get("payout", (0, 0))[1] // max(1, payouts),
        "gas_per_invoice": sum(gas for _, gas in by_purpose.values()) // invoices,
        "sql_per_invoice": round(statements / invoices, 1),
        "paid_out": _number(database, PAID_OUT),
        "trial_balance_off": _off(house, database),
    }


def _await_payouts(database: "psycopg.Connection[Any]", *, invoices: int, began: float) -> None:
    """Until all is paid out and swept.

    Raises:
        TimeoutError: nothing moved for minutes.
    """
    last: tuple[Any, ...] = ()
    moved_at = told_at = time.monotonic()
    while True:
        row = database.execute(PROGRESS).fetchone()
        assert row is not None
        now = time.monotonic()
        if row != last:
            last, moved_at = row, now
        paid, swept, payouts, completed, waiting = row
        if now - told_at > 10:
            told_at = now
            _say(
                f"{now - began:4.0f} s: {paid} paid, {swept} swept, {completed} of {payouts}"
                f" payouts done, {waiting} events wait"
            )
        if swept == invoices and payouts == completed and _number(database, PAID_OUT) == invoices:
            return
        if now - moved_at > STALLED_SECONDS:
            raise TimeoutError(f"nothing moves: {row}")
        time.sleep(LOOK_SECONDS)


def _off(house: OpenShop, database: "psycopg.Connection[Any]") -> int:
    """Base units by which the books are off: each asset's own sum, and the chain's balances.

    Raises:
        RuntimeError: an entry, a balance or a daily sum contradicts another.
    """
    _say(house.house.manage("ledger_check"))
    deadline = time.monotonic() + RECONCILE_SECONDS
    while True:
        try:
            # What is under way (gas of the desk's own upkeep) ends within blocks.
            _say(house.house.manage("reconcile", "--to-the-unit").splitlines()[-1])
            break
        except RuntimeError as differing:
            if time.monotonic() > deadline:
                _say(str(differing))
                break
            time.sleep(LOOK_SECONDS)
    own = _number(
        database,
        "SELECT coalesce(sum(abs(off)), 0) FROM"
        " (SELECT sum(p.units) AS off FROM ledger_posting p JOIN ledger_account a"
        "  ON a.id = p.account_id GROUP BY a.asset) AS sums",
    )
    return own + _number(
        database,
        "SELECT coalesce(sum(abs(difference_units)), 0) FROM reconciling_reconciliationline"
        " WHERE run_id = (SELECT id FROM reconciling_reconciliationrun ORDER BY id DESC LIMIT 1)",
    )


@contextlib.contextmanager
def _postgres() -> Iterator[Path]:
    """PostgreSQL with its commits on disk, which counts statements by itself."""
    top = Path(tempfile.mkdtemp(prefix="tillway-bench-", dir="/var/tmp"))
    top.chmod(0o711)
    folder = top / "postgres"
    try:
        server = start_postgres(folder=folder)
        stop_postgres(folder=folder)
        with (folder / "postgresql.conf").open("a") as file:
            file.write(COUNTING)
        server.ensure_postgres_running()
        ensure_database(folder=folder, name=DATABASE)
        with psycopg.connect(
            host=str(folder), user="postgres", dbname=DATABASE, autocommit=True
        ) as database:
            database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        yield folder
    finally:
        stop_postgres(folder=folder)
        shutil.rmtree(top, ignore_errors=True)


def _settings(folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"postgres://postgres@/{DATABASE}?host={folder}",
        "WEB_DATABASE_URL": f"postgres://tillway_web@/{DATABASE}?host={folder}",
    }


def _tell_profile(database: "psycopg.Connection[Any]") -> None:
    _say("ms in all, calls, ms each:")
    for row in database.execute(SLOWEST, [TOLD]).fetchall():
        _say("  {:>8} {:>8} {:>9}  {}".format(*row))
    _say("calls, ms each:")
    for row in database.execute(OFTENEST, [TOLD]).fetchall():
        _say("  {:>8} {:>9}  {}".format(*row))
    _say("events:")
    for row in database.execute(EVENTS, [TOLD]).fetchall():
        _say("  {:>8}  {}".format(*row))


def _number(database: "psycopg.Connection[Any]", query: str) -> int:
    row = database.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

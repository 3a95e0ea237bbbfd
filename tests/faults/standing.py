"""A house that stands while runs pass through it, and the batches in which they do.

A run is a shop's story and one fault: a point at which some process dies, or a service that goes
away. Runs of a batch share the house's processes and happen at once, so that a death meets many
requests; the checks come when all has settled. The same seed and number are the same run.
"""

import json
import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

import demo.shop
from gateway.outside.rpc import JsonRpc
from tests.faults import stories
from tests.faults.invariants import (
    books_differ,
    happened_twice,
    tellers_differ,
)
from tests.faults.names import killable, points_in_code, story_of
from tests.faults.node_between import NodeBetween
from tests.faults.outages import OUTAGES, Around, Deaths, happen_later
from tests.faults.program import Ear, Program
from tests.faults.rest import wait_until_settled
from tests.faults.shoppers import Mempool, Shopper, crowd
from tests.faults.stories import Teller
from tests.house.place import Place

OUTAGE_EACH = 9
"""Each so manieth run meets an outage of a service instead of a death at a point."""
PASSINGS = 3
RECONCILED = "reconciliation.written"
SELDOM = frozenset({RECONCILED, "deposit.final", "payout.queued"})
"""Points that few processes pass, since they do much at once: the first that comes dies there."""
RECONCILE_SECONDS = 8
STRIDE = 11
"""Shares no factor with the number of points."""

OPEN_SHOPS = """
import json
from django.utils import timezone
from eth_account import Account
from gateway.shops.services import shop_open
from gateway.shops.models import Shop
from merchants.accounts import services
from merchants.accounts.actions import SCOPES

made = []
for _ in range({count}):
    shop = shop_open(
        name="Faults", pricing_currency="EUR", settlement_asset="{settlement}",
        payout_address=bytes.fromhex(Account.create().address[2:]), now=timezone.now(),
    )
    Shop.objects.filter(id=shop.id).update(
        terms={{**Shop.objects.get(id=shop.id).terms, "refund_key_limit_units": 10**9}}
    )
    _, key = services.api_key_create(shop_id=shop.id, mode="test", scopes=SCOPES)
    made.append({{"shop_id": str(shop.id), "api_key": key}})
print(json.dumps(made))
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its seed and number make it."""

    seed: int
    number: int
    story: str
    point: str
    passing: int
    outage: str

    @property
    def fault(self) -> str:
        return self.outage or f"{self.point} ({self.passing})"


def run_of(seed: int, number: int) -> Run:
    """Points take turns, so that each is tried as often as any other."""
    rng = random.Random(f"{seed}:{number}")
    if number % OUTAGE_EACH == OUTAGE_EACH - 1:
        outage = list(OUTAGES)[number // OUTAGE_EACH % len(OUTAGES)]
        return Run(seed, number, rng.choice(stories.NAMES), "", 0, outage)
    points = killable()
    # Not one after the other: neighbours by name are points of one process.
    place = (number - number // OUTAGE_EACH) * STRIDE % len(points)
    point = points[place]
    story = story_of(point)
    # What only its own story comes to is passed once; the rest is passed by everybody.
    passing = rng.randrange(1, PASSINGS + 1) if story in ("sale", "payout") else 1
    return Run(seed, number, story, point, 1 if point in SELDOM else passing, "")


@dataclass(slots=True)
class Report:
    """What came of runs."""

    runs: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    outages: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    seconds: Counter[str] = field(default_factory=Counter)
    """Where the time went: opening shops, telling stories, waiting for rest, checking."""

    def add(self, other: "Report") -> None:
        self.runs += other.runs
        self.kills += other.kills
        self.outages += other.outages
        self.violations += other.violations
        self.seconds += other.seconds

    @property
    def faults(self) -> int:
        return self.kills.total() + self.outages.total()


@dataclass(slots=True)
class Standing:
    """The open house."""

    place: Place
    deaths: Deaths
    shoppers: Sequence[Shopper]
    ear: Ear
    node: NodeBetween

    def batch(self, runs: Sequence[Run]) -> Report:
        """Have these runs at once; not more of them than there are shoppers."""
        opened = time.monotonic()
        tellers = self._tellers(runs)
        began = time.monotonic()
        self.deaths.open()
        report = Report(runs=len(runs))
        for run in runs:
            if run.point:
                self.deaths.arm(run.number, run.point, passing=run.passing)
        failed: dict[int, str] = {}
        threads = [
            _thread(_tell, teller, run, failed, self.ear.url)
            for teller, run in zip(tellers, runs, strict=True)
        ]
        around = Around(self.place, self.node)
        for run in runs:
            if run.outage:
                report.outages[run.outage] += 1
                rng = random.Random(f"{run.seed}:{run.number}:outage")
                threads.append(_thread(happen_later, around, run.outage, rng))
        if any(run.point == RECONCILED for run in runs):
            threads.append(_thread(self._reconcile))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = time.monotonic()
        wait_until_settled(self.place, seconds=20)
        self.deaths.disarm()
        left = wait_until_settled(self.place)
        self.place.until_ready(seconds=120)
        settled = time.monotonic()
        report.kills.update(self.deaths.struck().values())
        wrong = [f"never settled: {what}" for what in left]
        wrong += books_differ(self.place)
        wrong += happened_twice(self.place)
        numbers = ",".join(str(run.number) for run in runs)
        report.violations += [f"runs {numbers}: {what}" for what in wrong]
        for index, what in tellers_differ(tellers, self.ear):
            report.violations.append(_said(runs[index], what))
        for run in runs:
            if run.number in failed:
                report.violations.append(_said(run, failed[run.number]))
        for teller in tellers:
            teller.place.rpc.close()
        report.seconds.update(
            opened=round(began - opened),
            told=round(told - began),
            settled=round(settled - told),
            checked=round(time.monotonic() - settled),
        )
        return report

    def _reconcile(self) -> None:
        """Beat's turn may be minutes away. It may die of it, and is not asked for again."""
        time.sleep(RECONCILE_SECONDS)
        for _ in range(2):
            with suppress(RuntimeError):  # killed, or something is under way still
                self.place.shop.house.manage("reconcile")

    def _tellers(self, runs: Sequence[Run]) -> list[Teller]:
        chain = self.place.shop.chain
        script = OPEN_SHOPS.format(count=len(runs), settlement=f"USDC@{chain.chain_id}")
        made = json.loads(self.place.shop.house.manage("shell", "-c", script).splitlines()[-1])
        tellers = []
        for run, shop, shopper in zip(runs, made, self.shoppers, strict=False):
            rng = random.Random(f"{run.seed}:{run.number}:story")
            program = Program(
                url=self.place.shop.house.url, key=shop["api_key"], shop_id=shop["shop_id"], rng=rng
            )
            # A connection serves one thread.
            place = replace(self.place, rpc=JsonRpc(self.place.shop.rpc_url))
            tellers.append(Teller(place, program, shopper, rng))
        return tellers


def _thread(does: Callable[..., None], *arguments: Any) -> threading.Thread:
    """Ends with the process, should that be cut off."""
    return threading.Thread(target=does, args=arguments, daemon=True)


def _tell(teller: Teller, run: Run, failed: dict[int, str], ear: str) -> None:
    try:
        teller.program.ask("webhook_endpoints", {"url": f"{ear}/{teller.program.shop_id}"})
        getattr(teller, run.story)()
    except Exception:  # whatever it is, it is what this run found
        failed[run.number] = traceback.format_exc(limit=-3)


def _said(run: Run, what: str) -> str:
    return f"run {run.number} of seed {run.seed}, {run.story}, {run.fault}: {what}"


@contextmanager
def standing_house(*, purpose: str, at_once: int, seed: int) -> Iterator[Standing]:
    """A fresh house with its shoppers, closed at the end."""
    deaths = Deaths(Path("/var/tmp") / f"tillway-faults-{purpose}-{seed}")
    deaths.folder.mkdir(parents=True, exist_ok=True)
    deaths.open()
    deaths.forget()
    ear = Ear(seed=seed)
    settings = {"FAULT_PLAN": str(deaths.folder)}
    with demo.shop.open_shop(purpose=purpose, say=lambda line: None, settings=settings) as shop:
        mempool = Mempool(rpc_url=shop.rpc_url)
        node = NodeBetween(rpc_url=shop.rpc_url, seed=seed)
        try:
            with (
                JsonRpc(shop.rpc_url) as rpc,
                httpx.Client(base_url=shop.house.url, timeout=20) as http,
            ):
                place = Place(shop=shop, rpc=rpc, http=http, key=shop.api.key)
                _put_between(place, node)
                shop.give(to=stories.LISTED, USDC=10**12)
                shoppers = crowd(place, mempool, count=at_once)
                place.until_ready(seconds=120)
                yield Standing(place, deaths, shoppers, ear, node)
        finally:
            mempool.close()
            node.close()
            ear.close()
            deaths.close()


def _put_between(place: Place, node: NodeBetween) -> None:
    """Have the house's processes ask the node in between from now on; shoppers ask the real one."""
    path = place.shop.house.state / "chains.json"
    chains = json.loads(path.read_text())
    chains[0]["rpc_urls"] = [node.url]
    path.write_text(json.dumps(chains))
    place.kill("watcher", "sender", "market", "worker", "relay")


def never_passed(standing: Standing) -> list[str]:
    """Points that no process of the house has come to since it was opened."""
    return sorted(set(killable()) - standing.deaths.passed())


def numbers_of(batch: int, *, size: int, total: int) -> Sequence[int]:
    return range(batch * size, min(total, (batch + 1) * size))


def told(report: Report, *, in_process: Counter[str] | None = None) -> dict[str, Any]:
    """The figures of a report, as the bench prints them; without the deaths in process, of the
    points of a house alone."""
    points = killable() if in_process is None else sorted(points_in_code())
    kills = report.kills + (in_process or Counter())
    return {
        "runs": report.runs,
        "faults_injected": report.faults + (in_process or Counter()).total(),
        "points_registered": len(points),
        "points_hit": len(set(kills) & set(points)),
        "kills_per_point_min": min(kills[point] for point in points),
        "violations": len(report.violations),
    }

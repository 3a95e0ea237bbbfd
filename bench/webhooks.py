"""Webhooks to many endpoints, some of which hang or fail: what the healthy ones feel of it.

Events of many shops, each with an endpoint, wait in the queue of the house as ``manage.py up`` runs
it; its deliverer is let go, and the clock stops when the last healthy endpoint has its last event.
The same with all healthy, in turn, on fresh shops. Then once more while the deliverer is killed
(-9) again and again: everything has to arrive, and what arrives of a subject for the first time,
in order.

``WEBHOOK_EVENTS``, ``WEBHOOK_ENDPOINTS``, ``WEBHOOK_ROUNDS`` and ``WEBHOOK_KILLS`` set the size.
"""

import json
import os
import signal
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from bench.webhooks_receivers import Arrival, Receivers, receivers
from demo.house import House
from demo.shop import open_shop

EVENTS = 10_000
ENDPOINTS = 100
ROUNDS = 3
KILLS = 8
SICK_SHARE = 10
"""Of so many endpoints one hangs, and one fails."""
EVENTS_A_SUBJECT = 5
PAUSE_SECONDS = 0.2
STALLED_SECONDS = 180.0
"""Longer than the lease of what a killed deliverer held, and than the wait for another one."""
HANGING_SECONDS = 60.0

PREPARE = """
import json
from django.utils import timezone
from gateway.shops.services import shop_open
from merchants.webhooks.services import endpoint_create

made = []
for number in range({endpoints}):
    shop = shop_open(
        name=f"Hooked {{number}}", pricing_currency="EUR", settlement_asset="{settlement}",
        now=timezone.now(),
    )
    endpoint, _ = endpoint_create(
        shop_id=shop.id, url="{url}".replace("NUMBER", str(number)), now=timezone.now()
    )
    made.append([str(shop.id), str(endpoint.id)])
print(json.dumps(made))
"""
HAPPEN = """
import json, random, sys, time
from uuid import UUID
from django.db import transaction
from django.utils import timezone
from gateway.events.ids import uuid7
from gateway.events.services import NewEvent, emit_many
from gateway.events.subscriptions import handlers_for
from merchants.webhooks.catalogue import SHOP_EVENTS
from merchants.webhooks.models import Delivery

hooked = json.load(sys.stdin)
types = [type for type in SHOP_EVENTS if handlers_for(type) == ("webhooks",)]
subjects = [
    [f"bench:{{uuid7()}}", shop_id, 0]
    for number in range({subjects}) for shop_id, _ in [hooked[number % len(hooked)]]
]
turns = [subject for subject in subjects for _ in range({each})]
random.Random({seed}).shuffle(turns)
for start in range(0, len(turns), 50):
    with transaction.atomic():
        events = []
        for subject in turns[start:start + 50]:
            subject[2] += 1
            events.append(NewEvent(
                type=types[subject[2] % len(types)], subject=subject[0],
                body={{"number": subject[2], "amount": "12.50"}}, mode="test",
                shop_id=UUID(subject[1]),
            ))
        emit_many(events, now=timezone.now())
endpoints = [endpoint_id for _, endpoint_id in hooked]
deadline = time.monotonic() + {seconds}
while Delivery.objects.filter(endpoint_id__in=endpoints).count() < len(turns):
    if time.monotonic() > deadline:
        raise TimeoutError("the relay does not queue them")
    time.sleep(0.2)
print(len(turns))
"""
STATES = """
import json, sys
from django.db.models import Count
from merchants.webhooks.models import Delivery

hooked = json.load(sys.stdin)
numbers = {{endpoint_id: number for number, (_, endpoint_id) in enumerate(hooked)}}
rows = Delivery.objects.filter(endpoint_id__in=list(numbers)).values_list("endpoint_id", "state")
print(json.dumps([
    [numbers[str(endpoint_id)], state, count]
    for endpoint_id, state, count in rows.annotate(count=Count("event_id"))
]))
"""
CLEAR = """
import json, sys
from uuid import UUID
from merchants.webhooks.services import endpoint_delete

for shop_id, endpoint_id in json.load(sys.stdin):
    endpoint_delete(shop_id=UUID(shop_id), endpoint_id=UUID(endpoint_id))
"""


@dataclass(frozen=True, slots=True)
class Size:
    events: int
    endpoints: int
    rounds: int
    kills: int

    @property
    def sick(self) -> int:
        return self.endpoints // SICK_SHARE

    @property
    def hanging(self) -> frozenset[int]:
        return frozenset(range(self.sick))

    @property
    def failing(self) -> frozenset[int]:
        return frozenset(range(self.sick, 2 * self.sick))

    @property
    def healthy(self) -> range:
        """Those that are timed, whether or not the others are well."""
        return range(2 * self.sick, self.endpoints)


@dataclass(slots=True)
class Round:
    """What came of one: seconds until the healthy endpoints had everything, and all arrivals."""

    seconds: float
    lost: int
    out_of_order: int
    repeated: int
    kills: int = 0


def run(*, seed: int) -> dict[str, Any]:
    size = Size(
        events=int(os.environ.get("WEBHOOK_EVENTS", EVENTS)),
        endpoints=int(os.environ.get("WEBHOOK_ENDPOINTS", ENDPOINTS)),
        rounds=int(os.environ.get("WEBHOOK_ROUNDS", ROUNDS)),
        kills=int(os.environ.get("WEBHOOK_KILLS", KILLS)),
    )
    well, ill = list[Round](), list[Round]()
    with open_shop(purpose="bench", say=_say) as open_house, receivers() as receiving:
        place = _Place(
            house=open_house.house,
            receiving=receiving,
            settlement=f"USDC@{open_house.chain.chain_id}",
            size=size,
            seed=seed,
        )
        place.round(sick=False)  # what is slow the first time only
        for number in range(size.rounds):
            for sick in (False, True) if number % 2 else (True, False):
                (ill if sick else well).append(place.round(sick=sick))
        killed = place.round(sick=True, kills=size.kills)
    rounds = [*well, *ill, killed]
    seconds_well, seconds_ill = (
        statistics.median(one.seconds for one in some) for some in (well, ill)
    )
    return {
        "figures": {
            "slowdown_ratio": round(seconds_ill / seconds_well, 3),
            "lost": sum(one.lost for one in rounds),
            "out_of_order": sum(one.out_of_order for one in rounds),
            "seconds_all_healthy": round(seconds_well, 2),
            "seconds_with_sick": round(seconds_ill, 2),
            "deliveries_per_s": round(
                size.events * len(size.healthy) / size.endpoints / seconds_well
            ),
            "kills": killed.kills,
            "sent_again_after_kills": killed.repeated,
        },
        "conditions": {
            "events": size.events,
            "endpoints": size.endpoints,
            "hanging": len(size.hanging),
            "failing": len(size.failing),
            "events_of_a_subject": EVENTS_A_SUBJECT,
            "rounds": size.rounds,
            "seconds_of_each": {
                "all_healthy": [round(one.seconds, 2) for one in well],
                "with_sick": [round(one.seconds, 2) for one in ill],
                "killed": round(killed.seconds, 2),
            },
            "clock": "from when the queued events may go to the last one at a healthy endpoint",
            "receivers": "a process of their own on this machine",
        },
    }


@dataclass(slots=True)
class _Place:
    """The house, its shops' receivers, and how much happens."""

    house: House
    receiving: Receivers
    settlement: str
    size: Size
    seed: int

    def round(self, *, sick: bool, kills: int = 0) -> Round:
        hooked = self._prepare()
        hanging, failing = (
            (self.size.hanging, self.size.failing) if sick else (frozenset(), frozenset())
        )
        self.receiving.behave(hanging=hanging, failing=failing)
        deliverer = self._deliverer()
        os.kill(deliverer, signal.SIGSTOP)
        try:
            total = self._happen(hooked)
        finally:
            began = time.time()
            os.kill(deliverer, signal.SIGCONT)
        well = frozenset(range(self.size.endpoints)) - hanging - failing
        expected = sum(total[number] for number in well)
        done = self._await(well, expected, kills=kills)
        found = self.receiving.told()
        timed = [one.at for one in found if one.endpoint in self.size.healthy]
        arrived = {(one.endpoint, one.subject, one.sequence) for one in found}
        result = Round(
            seconds=max(timed) - began,
            lost=self._lost(hooked, arrived, total=total, well=well),
            out_of_order=out_of_order(found),
            repeated=sum(1 for one in found if one.endpoint in well)
            - sum(1 for endpoint, _, _ in arrived if endpoint in well),
            kills=done,
        )
        self._clear(hooked)
        _say(
            f"{'sick' if sick else 'well'}: {result.seconds:.1f} s, lost {result.lost}, out of"
            f" order {result.out_of_order}, sent again {result.repeated}, kills {result.kills}"
        )
        return result

    def _prepare(self) -> list[list[str]]:
        script = PREPARE.format(
            endpoints=self.size.endpoints,
            settlement=self.settlement,
            url=self.receiving.url_of(0).removesuffix("0") + "NUMBER",
        )
        return list(json.loads(self.house.manage("shell", "-c", script).splitlines()[-1]))

    def _happen(self, hooked: Sequence[Sequence[str]]) -> list[int]:
        """Let it all happen and be queued; how many events each endpoint hears of."""
        subjects = self.size.events // EVENTS_A_SUBJECT
        script = HAPPEN.format(
            subjects=subjects, each=EVENTS_A_SUBJECT, seed=self.seed, seconds=STALLED_SECONDS * 5
        )
        self.house.manage("shell", "-c", script, stdin=json.dumps(hooked))
        shares = [0] * self.size.endpoints
        for number in range(subjects):
            shares[number % self.size.endpoints] += EVENTS_A_SUBJECT
        return shares

    def _await(self, well: Collection[int], expected: int, *, kills: int) -> int:
        """Until these endpoints have so many events, or nothing arrives any more; how often the
        deliverer was killed meanwhile, each time some more had arrived."""
        done, seen, moved_at = 0, -1, time.monotonic()
        while True:
            accepted = self.receiving.accepted()
            if accepted != seen:
                seen, moved_at = accepted, time.monotonic()
            if done < kills and accepted > expected * (done + 1) // (kills + 2):
                os.kill(self._deliverer(), signal.SIGKILL)
                done += 1
            if accepted >= expected:
                told = self.receiving.told()
                firsts = {
                    (one.endpoint, one.subject, one.sequence)
                    for one in told
                    if one.endpoint in well
                }
                if len(firsts) >= expected:
                    return done
            if time.monotonic() - moved_at > STALLED_SECONDS:
                return done  # what is missing is counted as lost
            time.sleep(PAUSE_SECONDS)

    def _lost(
        self,
        hooked: Sequence[Sequence[str]],
        arrived: Collection[tuple[int, str, int]],
        *,
        total: Sequence[int],
        well: Collection[int],
    ) -> int:
        """Events that a healthy endpoint never got, and those of the others that nobody will try
        to send any more."""
        printed = self.house.manage("shell", "-c", STATES.format(), stdin=json.dumps(hooked))
        kept: dict[int, int] = defaultdict(int)
        for number, state, count in json.loads(printed.splitlines()[-1]):
            kept[number] += count if state in ("pending", "succeeded") else 0
        got: dict[int, int] = defaultdict(int)
        for endpoint, _, _ in arrived:
            got[endpoint] += 1
        return sum(
            max(0, total[number] - (got[number] if number in well else kept[number]))
            for number in range(self.size.endpoints)
        )

    def _clear(self, hooked: Sequence[Sequence[str]]) -> None:
        """Nothing of this round may be under way in the next."""
        self.house.manage("shell", "-c", CLEAR, stdin=json.dumps(hooked))
        _until(lambda: self.receiving.hanging() == 0, seconds=HANGING_SECONDS)

    def _deliverer(self) -> int:
        """The process id of ``manage.py webhooks``, once there is one."""
        _until(lambda: self.house.pid_of("webhooks") is not None, seconds=STALLED_SECONDS)
        pid = self.house.pid_of("webhooks")
        assert pid is not None
        return pid


def out_of_order(arrivals: Sequence[Arrival]) -> int:
    """Events that arrived for the first time after a later one of their subject had, where the
    same endpoint got both."""
    latest: dict[tuple[int, str], int] = {}
    seen: set[tuple[int, str, int]] = set()
    found = 0
    for one in arrivals:
        if (one.endpoint, one.subject, one.sequence) in seen:
            continue
        seen.add((one.endpoint, one.subject, one.sequence))
        lane = one.endpoint, one.subject
        found += one.sequence < latest.get(lane, 0)
        latest[lane] = max(one.sequence, latest.get(lane, 0))
    return found


def _until(true: Callable[[], bool], *, seconds: float) -> None:
    """Raises:
    TimeoutError
    """
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(PAUSE_SECONDS)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

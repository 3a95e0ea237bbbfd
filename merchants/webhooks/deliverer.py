"""The deliverer: many attempts in flight, none of which can starve the others.

It holds no truth. What is due stands in rows; this process claims some (SKIP LOCKED, with a
lease), makes the requests, and writes down what came of them. Killed at any line it loses at most
the knowledge that a request was made: the lease ends and the delivery is made again, under the
same webhook-id. Any number of deliverers may run.

Fairness: each endpoint has a few slots; one whose last attempt hung or failed has fewer, until one
is accepted, and all such endpoints together can't take more than half of the places.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from gateway.events.points import point
from gateway.events.waking import hearing
from gateway.outside.async_http import GuardedClient
from merchants.webhooks import queue
from merchants.webhooks.queue import Claimed, Outcome
from merchants.webhooks.schedule import Result
from merchants.webhooks.sending import TIMEOUT_SECONDS, attempt
from merchants.webhooks.services import CHANNEL

log = structlog.get_logger(__name__)

PLACES: Final = 256
SLOTS: Final = 8
SLOTS_WHEN_SLOW: Final = 2
LOOK_SECONDS: Final = 2.0
"""How often the rows are looked through whether or not a notification came."""
ENDPOINTS_PER_CLAIM: Final = 64
STOP_SECONDS: Final = 8.0
"""How long a stop waits for answers; what comes later is sent again when its lease ends."""


Found = TypeVar("Found")


def _disconnect() -> None:
    connection.close()  # of the thread that calls, which is why it isn't passed as a method


class Places:
    """Who may start how many attempts now. Pure bookkeeping."""

    def __init__(self, *, places: int = PLACES) -> None:
        self.places = places
        self.in_flight: Counter[UUID] = Counter()
        self.slow: set[UUID] = set()

    @property
    def taken(self) -> int:
        return self.in_flight.total()

    def _taken_by_slow(self) -> int:
        return sum(self.in_flight[endpoint_id] for endpoint_id in self.slow)

    def free_for(self, endpoint_id: UUID) -> int:
        """Attempts that this endpoint may start now."""
        free = self.places - self.taken
        if endpoint_id in self.slow:
            free = min(free, self.places // 2 - self._taken_by_slow())
            return max(0, min(SLOTS_WHEN_SLOW - self.in_flight[endpoint_id], free))
        return max(0, min(SLOTS - self.in_flight[endpoint_id], free))

    def allot(self, endpoint_ids: list[UUID]) -> dict[UUID, int]:
        """Slots for these endpoints, in turn, so that together they fit the free places."""
        slots: dict[UUID, int] = {}
        for endpoint_id in endpoint_ids:
            wanted = self.free_for(endpoint_id)
            if wanted:
                slots[endpoint_id] = wanted
                self.in_flight[endpoint_id] += wanted
        for endpoint_id, count in slots.items():
            self._give_back(endpoint_id, count)
        return slots

    def begin(self, endpoint_id: UUID) -> None:
        self.in_flight[endpoint_id] += 1

    def end(self, endpoint_id: UUID, *, poor: bool) -> None:
        """``poor``: the attempt hung, or was not accepted."""
        self._give_back(endpoint_id, 1)
        (self.slow.add if poor else self.slow.discard)(endpoint_id)

    def _give_back(self, endpoint_id: UUID, count: int) -> None:
        self.in_flight[endpoint_id] -= count
        if self.in_flight[endpoint_id] <= 0:
            del self.in_flight[endpoint_id]


class Deliverer:
    """Runs until ``stop`` is called; then it lets what is in flight come to its end."""

    def __init__(self, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.timeout_seconds = timeout_seconds
        self.places = Places()
        self.due: dict[UUID, datetime] = {}
        self.outcomes: list[Outcome] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.wake = asyncio.Event()
        self.stopping = False
        # One thread, so one database connection; Django's are bound to their thread.
        self.database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="webhooks-db")

    def stop(self) -> None:
        self.stopping = True
        self.wake.set()

    async def run(self) -> None:
        listener = asyncio.create_task(self._listen())
        looked_at: datetime | None = None
        try:
            async with GuardedClient(lookups=PLACES) as self.client:
                while not self.stopping:
                    self.wake.clear()
                    try:
                        now = timezone.now()
                        if looked_at is None or now - looked_at >= timedelta(seconds=LOOK_SECONDS):
                            await self._look()
                            looked_at = now
                        await self._record()
                        await self._start_due()
                    except OperationalError as error:
                        # Leases cover what is in flight; the rows are there when it is back.
                        log.warning("webhooks_lost_database", error=str(error))
                        await self._in_database(_disconnect)
                        await asyncio.sleep(1)
                    await self._sleep()
                await self._finish()
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
            await self._in_database(_disconnect)
            self.database.shutdown()

    async def _look(self) -> None:
        for endpoint_id, due_at, slow in await self._in_database(queue.endpoints_waiting):
            self.due[endpoint_id] = min(due_at, self.due.get(endpoint_id, due_at))
            if slow and endpoint_id not in self.places.in_flight:
                self.places.slow.add(endpoint_id)

    async def _start_due(self) -> None:
        now = timezone.now()
        # The longest due go first; who has no free slot is asked again when one of its own ends.
        ready = sorted(
            (due_at, endpoint_id)
            for endpoint_id, due_at in self.due.items()
            if due_at <= now and self.places.free_for(endpoint_id)
        )
        slots = self.places.allot([endpoint_id for _, endpoint_id in ready[:ENDPOINTS_PER_CLAIM]])
        if not slots:
            return
        claimed = await self._in_database(lambda: queue.claim(slots=slots, now=timezone.now()))
        found = Counter(delivery.endpoint_id for delivery in claimed)
        for endpoint_id, wanted in slots.items():
            if found[endpoint_id] < wanted:
                # Nothing more that may go now; a notification, an outcome or the next look says.
                self.due.pop(endpoint_id, None)
        for delivery in claimed:
            self.places.begin(delivery.endpoint_id)
            task = asyncio.create_task(self._attempt(delivery))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        if claimed:
            self.wake.set()  # there may be more that is due

    async def _attempt(self, delivery: Claimed) -> None:
        poor = False
        try:
            point("webhook.calling")
            outcome = await attempt(
                delivery,
                client=self.client,
                allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK,
                timeout_seconds=self.timeout_seconds,
            )
            poor = outcome.hung or outcome.verdict.result is not Result.SUCCEEDED
            self.outcomes.append(outcome)
            point("webhook.answered")
        except Exception:
            # A mistake of ours must cost this attempt only: the lease ends and it is due again.
            log.exception("webhook_attempt_failed", event_id=str(delivery.event_id))
        finally:
            self.places.end(delivery.endpoint_id, poor=poor)
            self.wake.set()

    async def _record(self) -> None:
        if not self.outcomes:
            return
        outcomes, self.outcomes = self.outcomes, []
        now = timezone.now()
        try:
            await self._in_database(lambda: queue.record(outcomes=outcomes, now=now))
            point("webhook.recorded")
        except OperationalError:
            self.outcomes = outcomes + self.outcomes
            raise
        for outcome in outcomes:
            # The next of its subject may go now, or the slot may serve another.
            self.due[outcome.endpoint_id] = now

    async def _sleep(self) -> None:
        if self.wake.is_set():
            return
        soon = LOOK_SECONDS
        if self.due:
            now = timezone.now()
            later = [(at - now).total_seconds() for at in self.due.values() if at > now]
            soon = min([LOOK_SECONDS, *later])
        try:
            async with asyncio.timeout(soon):
                await self.wake.wait()
        except TimeoutError:
            pass

    async def _finish(self) -> None:
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=STOP_SECONDS)
        await self._record()

    async def _listen(self) -> None:
        """Hear of new deliveries at once."""
        while True:
            try:
                async with hearing(CHANNEL) as told:
                    async for endpoint_ids in told:
                        now = timezone.now()
                        self.due |= {UUID(endpoint_id): now for endpoint_id in endpoint_ids}
                        self.wake.set()
            except redis.RedisError:
                await asyncio.sleep(1)  # meanwhile the rows are looked through

    async def _in_database(self, function: Callable[[], Found]) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self.database, function)

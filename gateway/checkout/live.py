"""The live process: what happens to an invoice, in a shop or at the desk, told to browsers as it
commits; and to a shop's programs, that something did.

One subscription per process. A subject is read and written out once per event, however many pages
follow it; a page costs a queue of one slot. A message is the whole present state, so a page that
missed some needs only the last: after a reconnect it gets it unless it says it has it.
"""

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import close_old_connections, connection

from gateway.checkout import holders, selectors, tickets
from gateway.events.waking import hearing
from gateway.invoices.selectors import invoice_shop_id
from gateway.tenancy import scope as tenancy_scope

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BEAT_SECONDS: Final = 15
RETRY_MILLISECONDS: Final = 2_000
PROGRESS_SECONDS: Final = 2
"""Confirmations grow with blocks, not by events: what is confirming is looked at this often."""
HOLDERS_SECONDS: Final = 2
"""Who lost the leave to follow is looked for this often: their streams end within five seconds."""
SWEEP_SECONDS: Final = 30
"""Every followed subject is looked at this often, should a notification have been lost."""
RECONNECT_SECONDS: Final = 1
FIRST_READ_SECONDS: Final = 10
READERS: Final = 4
"""Threads that read the database; each holds one connection."""

log = structlog.get_logger(__name__)


class Subject:
    """One thing that pages follow: its last message, and the pages' wake-ups."""

    __slots__ = (
        "checked_at",
        "followers",
        "key",
        "loading",
        "message",
        "moves",
        "stale",
        "version",
    )

    def __init__(self, key: str) -> None:
        self.key = key
        self.followers: set[asyncio.Event] = set()
        self.message = b""
        self.version = ""
        self.moves = False
        self.stale = True
        self.loading: asyncio.Task[None] | None = None
        self.checked_at = 0.0


class Hub:
    """Everything this process's pages follow, by subject."""

    def __init__(self) -> None:
        self._subjects: dict[str, Subject] = {}
        self._held: dict[str, set[asyncio.Event]] = {}
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="live-reader")
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to listen. Called once, in the running loop."""
        if not self._tasks:
            self._tasks = {
                asyncio.create_task(self._listen(), name="live-listen"),
                asyncio.create_task(self._tick(), name="live-tick"),
                asyncio.create_task(self._watch_holders(), name="live-holders"),
            }

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._subjects.clear()
        # A connection belongs to its thread, so each thread closes its own; all at one time.
        together = threading.Barrier(READERS)
        leaving = [self._readers.submit(_leave, together) for _ in range(READERS)]
        await asyncio.gather(*map(asyncio.wrap_future, leaving), return_exceptions=True)

    @contextlib.asynccontextmanager
    async def following(self, key: str) -> AsyncIterator[tuple[Subject, asyncio.Event]]:
        """A subject and the wake-up of one page that follows it."""
        subject = self._subjects.setdefault(key, Subject(key))
        woken = asyncio.Event()
        subject.followers.add(woken)
        try:
            yield subject, woken
        finally:
            subject.followers.discard(woken)
            if not subject.followers:
                self._subjects.pop(key, None)

    @contextlib.asynccontextmanager
    async def held_by(self, holder: str) -> AsyncIterator[asyncio.Event]:
        """What is set when this holder may follow no more; never, if nobody is named."""
        over = asyncio.Event()
        if holder:
            self._held.setdefault(holder, set()).add(over)
        try:
            yield over
        finally:
            streams = self._held.get(holder, set())
            streams.discard(over)
            if not streams:
                self._held.pop(holder, None)

    async def has_ended(self, holder: str) -> bool:
        """Whether this holder may follow nothing any more. What can't be asked is no leave."""
        if not holder:
            return False
        try:
            return bool(await self._in_reader(holders.ended, [holder]))
        except Exception:
            log.exception("live.holder_unknown", holder=holder)
            return True

    async def fresh(self, subject: Subject) -> None:
        """Wait until the subject's message is as new as its last notification.

        Raises:
            TimeoutError: the database doesn't answer.
        """
        async with asyncio.timeout(FIRST_READ_SECONDS):
            while subject.stale or (subject.loading and not subject.loading.done()):
                # Shielded: one page that leaves must not stop the reading that others wait for.
                await asyncio.shield(self._load(subject))

    def notified(self, key: str) -> None:
        """Something happened to ``key``: read it again, if anybody follows it."""
        subject = self._subjects.get(key)
        if subject is not None:
            subject.stale = True
            self._load(subject)
        if key.startswith("invoice:") and any(k.startswith("shop:") for k in self._subjects):
            self._invoice_moved(UUID(key.removeprefix("invoice:")))
        if key.startswith(selectors.DESK_SUBJECTS):
            self.notified(selectors.DESK)

    def _load(self, subject: Subject) -> asyncio.Task[None]:
        if subject.loading is None or subject.loading.done():
            subject.loading = asyncio.create_task(self._read(subject))
        return subject.loading

    async def _read(self, subject: Subject) -> None:
        """Read until nothing was notified meanwhile, and wake the pages once if it changed."""
        while subject.stale:
            subject.stale = False
            subject.checked_at = time.monotonic()
            try:
                found = await self._in_reader(selectors.live_message, subject.key)
            except Exception:
                # The page keeps what it shows; the sweep tries again.
                log.exception("live.read_failed", subject=subject.key)
                subject.stale = not subject.message
                await asyncio.sleep(RECONNECT_SECONDS)
                continue
            if found is None:
                continue
            subject.moves = found.moves
            if found.version != subject.version:
                subject.version = found.version
                subject.message = b"id: %s\ndata: %s\n\n" % (found.version.encode(), found.json)
                for woken in subject.followers:
                    woken.set()

    def _invoice_moved(self, invoice_id: UUID) -> None:
        task = asyncio.create_task(self._mark_shop(invoice_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _mark_shop(self, invoice_id: UUID) -> None:
        try:
            shop_id = await self._in_reader(invoice_shop_id, invoice_id)
        except Exception:
            log.exception("live.read_failed", subject=f"invoice:{invoice_id}")
            return
        subject = self._subjects.get(f"shop:{shop_id}")
        if subject is not None:
            subject.stale = True
            self._load(subject)

    async def _in_reader(self, question: Callable[[Any], Any], about: Any) -> Any:
        def ask() -> Any:
            close_old_connections()
            tenancy_scope.leave()
            return question(about)

        return await asyncio.get_running_loop().run_in_executor(self._readers, ask)

    async def _listen(self) -> None:
        while True:
            try:
                async with hearing() as told:
                    # What was told while nobody listened is lost: look at everything once.
                    for key in list(self._subjects):
                        self.notified(key)
                    async for keys in told:
                        for key in keys:
                            self.notified(key)
            except redis.RedisError as error:
                log.warning("live.listen_lost", error=str(error))
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _watch_holders(self) -> None:
        while True:
            await asyncio.sleep(HOLDERS_SECONDS)
            watched = list(self._held)
            if not watched:
                continue
            try:
                async with asyncio.timeout(HOLDERS_SECONDS):
                    gone = await self._in_reader(holders.ended, watched)
            except Exception:
                # Nobody can say that they still may: their pages ask again, and are asked for it.
                log.exception("live.holders_unknown")
                gone = set(watched)
            for holder in gone:
                for over in self._held.get(holder, ()):
                    over.set()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            now = time.monotonic()
            for subject in list(self._subjects.values()):
                age = now - subject.checked_at
                if age >= (PROGRESS_SECONDS if subject.moves else SWEEP_SECONDS):
                    subject.stale = True
                    self._load(subject)


def _leave(together: threading.Barrier) -> None:
    with contextlib.suppress(threading.BrokenBarrierError):
        together.wait(timeout=READERS)
    connection.close()


HUB = Hub()
_FOLLOWED: Final[Mapping[str, tickets.Followed]] = {"shop": "shop", "news": "news"}
"""What of a shop is followed with a ticket for it: kinds of subjects, and parts of paths."""
_INVOICE = re.compile(r"/live/i/([0-9a-f-]{36})")
_SHOP = re.compile(r"/live/(shop|news)/([0-9a-f-]{36})")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of the live process."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["type"] != "http":
        await receive()
        await send({"type": "websocket.close"})  # streams only: a handshake is answered with 403
        return
    HUB.start()
    key = _subject_key(scope)
    if scope["method"] == "GET" and scope["path"] == "/healthz":
        await _answer(send, 200, b"ok")
    elif scope["method"] != "GET":
        await _answer(send, 405, b"Only GET.")
    elif key is None:
        await _answer(send, 404, b"There is nothing to follow here.")
    elif key == "":
        await _answer(send, 403, b"This ticket is not valid any more.")
    else:
        await _held_stream(scope, receive, send, key)


def _subject_key(scope: Scope) -> str | None:
    """The subject a request names; None if it names none, empty if its ticket isn't valid."""
    path = str(scope["path"])
    ticket = _ticket_in(scope)
    if path == "/live/desk":
        return selectors.DESK if tickets.ticket_opens_desk(ticket) else ""
    try:
        if found := _INVOICE.fullmatch(path):
            return f"invoice:{UUID(found[1])}"
        if found := _SHOP.fullmatch(path):
            to, shop_id = _FOLLOWED[found[1]], UUID(found[2])
            return f"{to}:{shop_id}" if tickets.ticket_opens(ticket, shop_id=shop_id, to=to) else ""
    except ValueError:
        pass  # as long as an id, and none
    return None


def _ticket_in(scope: Scope) -> str:
    query = parse_qs(scope.get("query_string", b"").decode("ascii", "replace"))
    return (query.get("ticket") or [""])[0]


async def _held_stream(scope: Scope, receive: Receive, send: Send, key: str) -> None:
    """A stream for as long as whoever holds its ticket may follow."""
    kind, _, subject_id = key.partition(":")
    to = _FOLLOWED.get(kind)
    holder = (
        tickets.ticket_holder(_ticket_in(scope), shop_id=UUID(subject_id), to=to)
        if to is not None
        else holders.NOBODY
    ) or holders.NOBODY
    async with HUB.held_by(holder) as over:
        if await HUB.has_ended(holder):
            await _answer(send, 403, b"This ticket is not valid any more.")
            return
        await _stream(scope, receive, send, key, over)


async def _stream(
    scope: Scope, receive: Receive, send: Send, key: str, over: asyncio.Event
) -> None:
    async with HUB.following(key) as (subject, woken):
        try:
            await HUB.fresh(subject)
        except TimeoutError:
            await _answer(send, 503, b"Try again in a moment.")
            return
        if not subject.message:
            await _answer(send, 404, b"There is nothing to follow here.")
            return
        await send({"type": "http.response.start", "status": 200, "headers": _stream_headers()})
        await _chunk(send, b"retry: %d\n\n" % RETRY_MILLISECONDS)
        gone = asyncio.create_task(_gone(receive))
        ending = asyncio.create_task(over.wait())
        writing = asyncio.create_task(
            _write(
                send,
                subject,
                woken,
                told=_last_event_id(scope),
                ends=not key.startswith("invoice:"),
            )
        )
        try:
            done, _ = await asyncio.wait(
                {gone, writing, ending}, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in (gone, writing, ending):
                task.cancel()
            await asyncio.gather(gone, writing, ending, return_exceptions=True)
        if done == {ending}:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _write(
    send: Send, subject: Subject, woken: asyncio.Event, *, told: str, ends: bool
) -> None:
    """Send each new state, and a comment when there is none, until the ticket ends."""
    ends_at = time.monotonic() + tickets.TICKET_SECONDS if ends else float("inf")
    while time.monotonic() < ends_at:
        woken.clear()
        if subject.version != told:
            told = subject.version
            await _chunk(send, subject.message)
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                await woken.wait()
        except TimeoutError:
            await _chunk(send, b": still here\n\n")
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _chunk(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        *_origin_headers(),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _stream_headers() -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-cache, no-transform"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
        *_origin_headers(),
    ]


def _origin_headers() -> list[tuple[bytes, bytes]]:
    """Only our own pages may read the streams from another origin; no cookie is involved."""
    return [
        (b"access-control-allow-origin", settings.PUBLIC_URL.encode()),
        (b"vary", b"origin"),
    ]


def _last_event_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"last-event-id":
            return str(value.decode("ascii", "replace"))
    return ""


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            HUB.start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await HUB.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return

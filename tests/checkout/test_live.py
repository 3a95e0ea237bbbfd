"""The live process: told as it commits, once per event, resumed, and cheap."""

import asyncio
import json
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection

from gateway.checkout import live, selectors, tickets
from gateway.events import waking
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.invoices.services import invoice_void

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 5


@asynccontextmanager
async def house():
    """A live process of its own."""
    hub, live.HUB = live.HUB, live.Hub()
    try:
        yield live.HUB
    finally:
        await live.HUB.stop()
        live.HUB = hub


class Page:
    """A browser's EventSource on one stream."""

    def __init__(self, path, *, headers=(), query=b"", method="GET"):
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query,
            "headers": list(headers),
        }
        self.sent = asyncio.Queue()
        self._left = asyncio.Event()

    async def __aenter__(self):
        self._task = asyncio.create_task(live.application(self.scope, self._receive, self.sent.put))
        self.start = await self._next()
        return self

    async def __aexit__(self, *_):
        self._left.set()
        await asyncio.wait_for(self._task, PATIENCE_SECONDS)

    async def _receive(self):
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _next(self):
        return await asyncio.wait_for(self.sent.get(), PATIENCE_SECONDS)

    async def chunk(self):
        return (await self._next())["body"]

    async def status(self):
        """The next state that is told: its id and its content."""
        while True:
            lines = (await self.chunk()).decode().splitlines()
            fields = dict(line.split(": ", 1) for line in lines if ": " in line[:7])
            if "data" in fields:
                return SimpleNamespace(event_id=fields["id"], **json.loads(fields["data"]))


def run(scenario):
    async def played():
        try:
            await scenario
        finally:
            await in_database(lambda: connection.close())  # noqa: PLW0108 (that thread's own)

    asyncio.run(played())


in_database = sync_to_async(lambda call: call(), thread_sensitive=True)


def test_a_page_hears_of_a_payment_when_it_commits(open_shop):
    invoice = open_shop.issue()

    async def scenario():
        async with house(), Page(f"/live/i/{invoice.id}") as page:
            headers = dict(page.start["headers"])
            assert headers[b"content-type"].startswith(b"text/event-stream")
            assert headers[b"cache-control"] == b"no-cache, no-transform"
            assert headers[b"x-accel-buffering"] == b"no"
            assert (await page.chunk()).startswith(b"retry: ")
            assert (await page.status()).status == "waiting"
            await in_database(lambda: open_shop.pay(invoice))
            told = await page.status()
            assert told.status == "processing"
            assert told.confirmations["needed"] > 0

    run(scenario())


def test_a_thousand_pages_of_one_invoice_cost_one_reading_an_event(open_shop, monkeypatch):
    invoice = open_shop.issue()
    readings = []
    read = selectors.live_message
    monkeypatch.setattr(selectors, "live_message", lambda key: (readings.append(key), read(key))[1])

    async def scenario():
        async with house():
            pages = [Page(f"/live/i/{invoice.id}") for _ in range(1_000)]
            await asyncio.gather(*(page.__aenter__() for page in pages))
            for page in pages:
                assert (await page.status()).status == "waiting"
            before = len(readings)
            assert before <= 2
            await in_database(
                lambda: invoice_void(
                    shop_id=invoice.shop_id, invoice_id=invoice.id, now=open_shop.now
                )
            )
            for page in pages:
                assert (await page.status()).status == "cancelled"
            assert len(readings) - before <= 3
            await asyncio.gather(*(page.__aexit__() for page in pages))
            assert live.HUB._subjects == {}

    run(scenario())


def test_a_page_that_comes_back_is_told_only_what_it_missed(open_shop):
    invoice = open_shop.issue()

    async def scenario():
        async with house():
            async with Page(f"/live/i/{invoice.id}") as page:
                first = await page.status()
            known = [(b"last-event-id", first.event_id.encode())]
            async with Page(f"/live/i/{invoice.id}", headers=known) as page:
                assert (await page.chunk()).startswith(b"retry: ")
                await asyncio.sleep(0.3)
                assert page.sent.empty()
            await in_database(lambda: open_shop.confirmed(invoice))
            async with Page(f"/live/i/{invoice.id}", headers=known) as page:
                assert (await page.status()).status == "paid"

    run(scenario())


def test_a_quiet_stream_is_kept_alive_by_comments(open_shop, monkeypatch):
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.1)
    invoice = open_shop.issue()

    async def scenario():
        async with house(), Page(f"/live/i/{invoice.id}") as page:
            await page.status()
            assert (await page.chunk()).startswith(b":")

    run(scenario())


def test_confirmations_are_told_as_blocks_come(open_shop, monkeypatch):
    from gateway.chains.models import ProcessedHead

    monkeypatch.setattr(live, "PROGRESS_SECONDS", 0.05)
    invoice = open_shop.issue()
    deposit = open_shop.pay(invoice)

    async def scenario():
        async with house(), Page(f"/live/i/{invoice.id}") as page:
            first = await page.status()
            head = ProcessedHead.objects.filter(chain_id=deposit.chain_id)
            await in_database(lambda: head.update(number=deposit.block_number + 1))
            assert (await page.status()).confirmations["done"] > first.confirmations["done"]

    run(scenario())


def test_a_till_hears_of_every_sale_of_its_shop(open_shop):
    ticket = tickets.shop_ticket(open_shop.shop_id)

    async def scenario():
        path = f"/live/shop/{open_shop.shop_id}"
        async with house(), Page(path, query=f"ticket={ticket}".encode()) as page:
            assert (await page.status()).sales == []
            invoice = await in_database(open_shop.issue)
            told = await page.status()
            assert [sale["id"] for sale in told.sales] == [str(invoice.id)]

    run(scenario())


def test_a_program_hears_that_something_happened_whatever_it_happened_to(open_shop):
    ticket = tickets.shop_ticket(open_shop.shop_id, to="news")

    def commit_late(event_id):
        tell = {"type": "refund.completed", "subject": "refund:1", "sequence": 1, "body": {}}
        Event.objects.create(
            id=event_id, occurred_at=open_shop.now, mode="test", shop_id=open_shop.shop_id, **tell
        )
        waking._ring(waking._address(waking.EVENTS), [waking.news_of(open_shop.shop_id)])

    async def scenario():
        path = f"/live/news/{open_shop.shop_id}"
        async with house(), Page(path, query=f"ticket={ticket}".encode()) as page:
            opened = await page.status()
            early = uuid7()
            invoice = await in_database(open_shop.issue)
            told = await page.status()
            events = await in_database(
                lambda: list(Event.objects.filter(subject=f"invoice:{invoice.id}"))
            )
            assert opened.newest != told.newest == str(events[0].id)
            await in_database(lambda: commit_late(early))
            again = await page.status()
            assert (again.newest, again.event_id != told.event_id) == (told.newest, True)

    run(scenario())


@pytest.mark.parametrize("ticket", ["", "forged", "other", "of the other kind"])
@pytest.mark.parametrize("kind", ["shop", "news"])
def test_a_shops_stream_needs_a_ticket_of_that_shop(open_shop, ticket, kind):
    from uuid import uuid4

    others = {"shop": "news", "news": "shop"}
    sent = {
        "other": tickets.shop_ticket(uuid4(), to=kind),
        "of the other kind": tickets.shop_ticket(open_shop.shop_id, to=others[kind]),
    }.get(ticket, ticket)

    async def scenario():
        path = f"/live/{kind}/{open_shop.shop_id}"
        async with house(), Page(path, query=f"ticket={sent}".encode()) as page:
            assert page.start["status"] == 403

    run(scenario())


def test_a_ticket_lapses(open_shop, monkeypatch):
    ticket = tickets.shop_ticket(open_shop.shop_id)
    assert tickets.ticket_opens(ticket, shop_id=open_shop.shop_id)
    monkeypatch.setattr(tickets, "TICKET_SECONDS", -1)
    assert not tickets.ticket_opens(ticket, shop_id=open_shop.shop_id)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/live/i/01935b0e-0000-7000-8000-00000000dead", "GET", 404),
        ("/live/i/../../etc/passwd", "GET", 404),
        ("/live/i/--------------------------------dead", "GET", 404),
        ("/", "GET", 404),
        ("/live/i/01935b0e-0000-7000-8000-00000000dead", "POST", 405),
        ("/healthz", "GET", 200),
    ],
)
def test_what_is_no_stream_is_a_plain_refusal(transactional_db, path, method, status):
    async def scenario():
        async with house(), Page(path, method=method) as page:
            assert page.start["status"] == status

    run(scenario())


def test_only_our_own_pages_may_read_a_stream_from_another_origin(open_shop):
    invoice = open_shop.issue()

    async def scenario():
        async with house(), Page(f"/live/i/{invoice.id}") as page:
            allowed = dict(page.start["headers"])[b"access-control-allow-origin"]
            assert allowed == settings.PUBLIC_URL.encode()

    run(scenario())


def test_a_lost_listening_connection_is_made_again_and_nothing_is_missed(open_shop, monkeypatch):
    monkeypatch.setattr(live, "RECONNECT_SECONDS", 0.05)
    invoice = open_shop.issue()

    def cut():
        client = redis.Redis.from_url(settings.VALKEY_URL)
        mine = str(client.connection_pool.connection_kwargs["db"])
        ours = [told for told in client.client_list(_type="pubsub") if told["db"] == mine]
        assert ours
        for told in ours:
            client.client_kill_filter(_id=told["id"])

    async def scenario():
        async with house(), Page(f"/live/i/{invoice.id}") as page:
            assert (await page.status()).status == "waiting"
            await in_database(cut)
            await in_database(lambda: open_shop.pay(invoice))
            assert (await page.status()).status == "processing"

    run(scenario())


def test_a_websocket_is_turned_away():
    async def scenario():
        sent = []

        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        await live.application({"type": "websocket", "path": "/live/i/x"}, receive, send)
        assert sent == [{"type": "websocket.close"}]

    run(scenario())

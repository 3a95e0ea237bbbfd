"""A stream ends when its holder loses the leave to follow."""

import asyncio
import time

import pytest
from django.conf import settings

from gateway.checkout import holders, tickets
from tests.checkout.test_live import Page, house, run

pytestmark = pytest.mark.django_db(transaction=True)
PROMISED_SECONDS = 5


@pytest.fixture
def taken_off(monkeypatch):
    """Holders of a kind of its own; those that were taken off, and a question that may fail."""
    gone: set[str] = set()
    monkeypatch.setitem(holders._asked, "tablet", lambda ids: gone & set(ids))
    return gone


def stream(shop_id, holder):
    ticket = tickets.shop_ticket(shop_id, holder=holder)
    return Page(f"/live/shop/{shop_id}", query=f"ticket={ticket}".encode())


async def until_it_ends(page):
    """Reads the stream to its end; in how many seconds it came."""
    began = time.monotonic()
    while True:
        message = await asyncio.wait_for(page.sent.get(), PROMISED_SECONDS)
        if not message["more_body"]:
            return time.monotonic() - began


def test_a_tablet_that_is_taken_off_loses_its_stream_within_five_seconds(open_shop, taken_off):
    async def scenario():
        async with (
            house(),
            stream(open_shop.shop_id, "tablet:1") as lost,
            stream(open_shop.shop_id, "tablet:2") as kept,
        ):
            assert lost.start["status"] == kept.start["status"] == 200
            taken_off.add("1")
            assert await until_it_ends(lost) < PROMISED_SECONDS
            while not kept.sent.empty():
                assert kept.sent.get_nowait()["more_body"]

    run(scenario())


def test_a_ticket_of_a_tablet_that_was_taken_off_opens_nothing(open_shop, taken_off):
    taken_off.add("1")

    async def scenario():
        async with house(), stream(open_shop.shop_id, "tablet:1") as page:
            assert page.start["status"] == 403

    run(scenario())


def test_when_nobody_can_say_the_stream_ends(open_shop, taken_off, monkeypatch):
    async def scenario():
        async with house(), stream(open_shop.shop_id, "tablet:1") as page:
            assert page.start["status"] == 200

            def fails(ids):
                raise RuntimeError("the database is away")

            monkeypatch.setitem(holders._asked, "tablet", fails)
            assert await until_it_ends(page) < PROMISED_SECONDS

    run(scenario())


def test_a_kind_that_nobody_answers_for_has_ended():
    assert holders.ended(["nobody_knows:1"]) == {"nobody_knows:1"}
    assert holders.ended([]) == set()


def test_a_ticket_names_its_holder_and_no_other_shop(open_shop):
    ticket = tickets.shop_ticket(open_shop.shop_id, holder="tablet:1")
    assert tickets.ticket_holder(ticket, shop_id=open_shop.shop_id) == "tablet:1"
    plain = tickets.shop_ticket(open_shop.shop_id)
    assert tickets.ticket_holder(plain, shop_id=open_shop.shop_id) == holders.NOBODY
    other = "00000000-0000-7000-8000-000000000000"
    assert tickets.ticket_holder(ticket, shop_id=other) is None
    assert tickets.ticket_holder(ticket + "x", shop_id=open_shop.shop_id) is None
    assert settings.SECRET_KEY not in ticket

"""The desk's pages hear of what changes; and the chart library is the pinned one, byte for byte."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.utils import timezone

from gateway.checkout import live, selectors, tickets
from gateway.market.glance import PACE_MS, desk_glance
from gateway.market.supervising import desk_halt
from tests.checkout.test_live import Page, house, in_database, run
from tests.merchants.desk.conftest import make_hedge, make_move

VENDORED = settings.BASE_DIR / "static" / "vendor" / "uplot"
DIGESTS = {
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
}


def _scope(path: str, ticket: str = "") -> dict[str, Any]:
    return {"path": path, "query_string": f"ticket={ticket}".encode()}


def test_only_a_fresh_ticket_of_the_desk_opens_its_stream() -> None:
    assert live._subject_key(_scope("/live/desk", tickets.desk_ticket())) == selectors.DESK
    assert live._subject_key(_scope("/live/desk")) == ""
    assert live._subject_key(_scope("/live/desk", signing.dumps("desk", salt="other"))) == ""
    assert live._subject_key(_scope("/live/desk", signing.dumps("shop", salt="x"))) == ""


@pytest.mark.django_db(transaction=True)
def test_a_page_hears_of_a_halt_when_it_commits(open_shop) -> None:
    async def scenario() -> None:
        query = f"ticket={tickets.desk_ticket()}".encode()
        async with house(), Page("/live/desk", query=query) as page:
            first = await page.status()
            assert first.halts == []
            halt = {"reason": "drill", "by": "dora", "now": timezone.now()}
            await in_database(lambda: desk_halt(**halt))
            told = await page.status()
            while not told.halts:
                told = await page.status()
            assert told.halts == [["", "drill"]]
            assert told.event_id != first.event_id

    run(scenario())


@pytest.mark.django_db
def test_a_glance_changes_with_what_a_page_shows(open_shop) -> None:
    now = timezone.now()

    def glance(later_ms: int = 0) -> bytes:
        return json.dumps(desk_glance(now=now + timedelta(milliseconds=later_ms)), default=str)

    first = glance()
    assert glance() == first
    assert glance(PACE_MS) != first, "prices moved"
    hedge = make_hedge()
    second = glance()
    assert second != first
    hedge.status = "sent"
    hedge.save()
    assert glance() != second
    third = glance()
    make_move()
    assert glance() != third


@pytest.mark.django_db
def test_a_page_that_can_not_stream_asks_for_the_same(dora, open_shop) -> None:
    told = dora.get("/desk/ticket").json()
    assert tickets.ticket_opens_desk(told.pop("ticket"))
    assert set(told) == set(desk_glance(now=timezone.now()))


def test_the_chart_library_is_the_one_that_is_locked() -> None:
    assert (VENDORED / "LICENSE").read_text().startswith("The MIT License")
    lock = json.loads((settings.BASE_DIR / "package-lock.json").read_text())
    version = lock["packages"]["node_modules/uplot"]["version"]
    script = (VENDORED / "uPlot.iife.min.js").read_text()
    assert f"v{version}" in script
    for name, digest in DIGESTS.items():
        assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == digest, name

"""The desk's own ranges on its pages: what they earned, and taking one back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.market.ranges.models import RangePosition, RangeStep
from tests.merchants.desk.conftest import CHAIN_ID, DOLLAR, ETHER, USDC, WETH

pytestmark = pytest.mark.django_db
WHO = "desk@shop.example"
HERE = "/desk/liquidity/ranges"


@pytest.fixture
def opened(open_shop: Any) -> RangePosition:
    now = timezone.now()
    row = RangePosition.objects.create(
        chain_id=CHAIN_ID,
        mode="test",
        pool="0x" + "ab" * 20,
        manager=bytes(20),
        asset0=WETH.code,
        asset1=USDC.code,
        fee_ppm=3_000,
        lower=-600,
        upper=600,
        status="open",
        reason="worth_it",
        parts={},
        offered0=ETHER,
        offered1=3_000 * DOLLAR,
        token_id=7,
        liquidity=10**12,
        in0=ETHER,
        in1=3_000 * DOLLAR,
        fees1=12 * DOLLAR,
        lvr_units1=3 * DOLLAR,
        next_at=now,
        decided_at=now - timedelta(days=1),
    )
    RangeStep.objects.create(
        position=row,
        kind="mint",
        status="done",
        transaction_id=uuid7(),
        least0=1,
        deadline=now,
        created_at=now,
    )
    return row


def test_without_ranges_the_page_says_why(dora: Client, open_shop: Any) -> None:
    page = dora.get(HERE).content.decode()
    assert "No ranges yet" in page and "switched off" in page
    assert f'href="{HERE}"' in dora.get("/desk/liquidity").content.decode()


def test_a_range_shows_fees_against_what_arbitrage_took(
    dora: Client, opened: RangePosition
) -> None:
    assert "WETH/USDC" in dora.get(HERE).content.decode()
    page = dora.get(f"{HERE}/{opened.id}").content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "12 USDC" in page and "3 USDC" in page and 'width="250"' in page
    assert "Its fees pass the loss to arbitrage" in page and "Put in" in page
    part = dora.get(f"{HERE}/{opened.id}", headers={"X-Part": "1"}).content.decode()
    assert "<html" not in part and 'data-can="close"' in part
    assert dora.get(f"{HERE}/{uuid7()}").status_code == 404


def test_one_is_taken_back_with_a_name_and_a_reason(dora: Client, opened: RangePosition) -> None:
    path = f"{HERE}/{opened.id}/close"
    assert "Say why" in dora.post(path, {"reason": " "}, follow=True).content.decode()
    for _ in range(2):
        dora.post(path, {"reason": "the pool is to be migrated"})
    opened.refresh_from_db()
    assert (opened.status, opened.reason) == ("closing", "asked_for")
    told = Event.objects.get(type="range.asked_back").body
    assert (told["by"], told["because"]) == (WHO, "the pool is to be migrated")
    RangePosition.objects.update(status="closed")
    assert "Only an open range" in dora.post(path, {"reason": "x"}, follow=True).content.decode()


@pytest.mark.parametrize("role", ["owner", "accountant", "compliance_officer"])
def test_nobody_else_takes_one_back(staff: Any, opened: RangePosition, role: str) -> None:
    client = staff.client(role)
    assert client.get(HERE).status_code in (403, 404)
    assert client.post(f"{HERE}/{opened.id}/close", {"reason": "x"}).status_code in (403, 404)
    opened.refresh_from_db()
    assert opened.status == "open"

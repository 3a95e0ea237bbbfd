"""What an exchange says that it holds, against the journal, to the unit: golden figures.

The recording's balances are as an exchange writes them: decimal text with eight digits, of a
currency and not of a chain's token. What each line must say is worked out by hand.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from gateway.events.ids import uuid7
from gateway.ledger import accounts
from gateway.ledger.journal import entry_post
from gateway.ledger.postings import credit, debit, entry_of
from gateway.market.hedges.exchange_models import ExchangeDust
from gateway.market.hedges.models import InventoryMove
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.settlement.reconciling.models import ReconciliationLine
from gateway.settlement.reconciling.running import reconcile
from tests.chain_rows import make_chain

pytestmark = pytest.mark.django_db
PLACE = accounts.exchange("kraken-like")
SAID = {"USDC": "123456.12345678", "ETH": "17.00000001", "XBT": "0.30000000"}
"""Another customer's currency, of which we have no token, is nobody's business here."""
HELD = {
    "USDC@31337": {"currency": "USDC"},
    "USDC@31338": {"currency": "USDC"},
    "WETH@31337": {"currency": "ETH"},
}


@pytest.fixture
def recording(tmp_path: Path, settings: Any, clock: Any) -> Path:
    for chain_id in (31337, 31338):
        make_chain(chain_id=chain_id, now=clock())
    path = tmp_path / "exchange.json"
    path.write_text(json.dumps({"balances": SAID}))
    settings.EXCHANGES = [
        {"name": "kraken-like", "kind": "recorded", "file": str(path), "assets": HELD}
    ]
    return path


@transaction.atomic
def lies(code: str, units: int, *, decimals: int, at: datetime) -> None:
    """The house's own money there, in the books."""
    amount = Amount(units, Asset(code, decimals))
    entry_post(
        key=f"test:{uuid7()}",
        kind="test",
        postings=entry_of(debit(PLACE, amount), credit(accounts.capital(), amount)),
        refs={},
        now=at,
    )


def booked(at: datetime) -> None:
    """As the recording has it: 123 456.12345678 USDC on two chains, 17.00000001 ETH."""
    lies("USDC@31337", 100_000_000_000, decimals=6, at=at)
    lies("USDC@31338", 23_456_123_456, decimals=6, at=at)
    lies("WETH@31337", 17_000_000_010_000_000_000, decimals=18, at=at)
    # 0.00000078 USDC is less than a base unit of the token's
    ExchangeDust.objects.create(exchange="kraken-like", asset="USDC@31338", e18=780_000_000_000)


def lines(now: datetime) -> dict[str, tuple[str, int, int, int]]:
    """State, booked, told and difference by asset, of a second look: the first is not believed."""
    reconcile(asked_by="test", now=now)
    run = reconcile(asked_by="test", now=now + timedelta(minutes=10))
    found = ReconciliationLine.objects.filter(run=run, account=PLACE)
    return {
        row.asset: (
            row.state,
            int(row.booked_units),
            int(row.told_units),
            int(row.difference_units),
        )
        for row in found
    }


def test_balances_agree_to_the_unit(recording: Path, clock: Any) -> None:
    booked(clock())
    assert lines(clock()) == {
        "USDC@31337": ("agrees", 100_000_000_000, 100_000_000_000, 0),
        "USDC@31338": ("agrees", 23_456_123_456, 23_456_123_456, 0),
        "WETH@31337": ("agrees", 17_000_000_010_000_000_000, 17_000_000_010_000_000_000, 0),
    }


@pytest.mark.parametrize(
    ("said", "asset", "difference"),
    [
        ({"USDC": "123456.12345578"}, "USDC@31337", -1),
        ({"USDC": "123456.12345778"}, "USDC@31337", 1),
        ({"ETH": "17.00000000"}, "WETH@31337", -10_000_000_000),
        ({"ETH": "0"}, "WETH@31337", -17_000_000_010_000_000_000),
    ],
)
def test_one_unit_more_or_less_differs_by_just_that(
    said: dict[str, str], asset: str, difference: int, recording: Path, clock: Any
) -> None:
    booked(clock())
    recording.write_text(json.dumps({"balances": SAID | said}))
    found = lines(clock())
    state, in_books, told, by = found.pop(asset)
    assert (state, by, told - in_books) == ("differs", difference, difference)
    assert {line[0] for line in found.values()} == {"agrees"}


def test_what_is_on_its_way_may_be_credited_or_not(recording: Path, clock: Any) -> None:
    booked(clock())
    InventoryMove.objects.create(
        key="k",
        mode="test",
        chain_id=31337,
        exchange="kraken-like",
        is_deposit=True,
        asset="WETH@31337",
        decimals=18,
        units=2 * 10**18,
        reason="test",
        decided_by="test",
        state="left",
        due_after_seconds=600,
        planned_at=clock(),
    )
    for eth, state in (("17.00000001", "agrees"), ("19.00000001", "under_way")):
        recording.write_text(json.dumps({"balances": SAID | {"ETH": eth}}))
        assert lines(clock())["WETH@31337"][0] == state
        clock.advance(hours=1)
    recording.write_text(json.dumps({"balances": SAID | {"ETH": "18.00000001"}}))
    assert lines(clock())["WETH@31337"][0] == "differs"


def test_a_recording_that_says_nothing_is_not_compared(recording: Path, clock: Any) -> None:
    booked(clock())
    recording.write_text("{}")
    assert {line[0] for line in lines(clock()).values()} == {"not_compared"}

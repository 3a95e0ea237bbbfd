"""A desk on the real contracts whose positions are hedged."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from gateway.chains.models import Token
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events.ids import uuid7
from gateway.events.models import Lease
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.journal import entry_post
from gateway.ledger.postings import credit, debit, entry_of
from gateway.ledger.selectors import trial_balance
from gateway.market.hedges.hedging import hedge_turn
from gateway.market.hedges.models import Hedge
from gateway.market.hedges.routers import TRANSFER
from gateway.market.hedges.selectors import books, holding_of
from gateway.market.hedges.viewing import Subject, subjects_of, values_of
from gateway.market.hedging.deciding import Holding
from gateway.market.selectors import desk_inventory
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.treasury.services import float_fund
from tests.market.execution.conftest import CHAIN_ID, USDC, Desk
from tests.market.execution.conftest import desk as desk  # noqa: PLC0414 (a fixture)

WETH = Asset(f"WETH@{CHAIN_ID}", 18)
ETHER, DOLLAR = 10**18, 10**6
SHOP = UUID(int=7)


class Killed(BaseException):
    """The process ends here, as by SIGKILL: nothing catches it."""


def kill_at(point: str) -> Callable[[str], None]:
    def reached(name: str) -> None:
        if name == point:
            raise Killed(point)

    return reached


class Hedging:
    """What a test does to a desk that hedges itself."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.ahead = timedelta(0)

    @property
    def treasury(self) -> bytes:
        return bytes(self.desk.till.chain.treasury)

    def now(self) -> datetime:
        return self.desk.now() + self.ahead

    def fund(self, asset: Asset, units: int) -> None:
        """The house's own money, on the chain and in the books."""
        treasury = bytes(self.desk.till.chain.treasury)
        self.desk.till.pay(treasury, units=units, symbol=asset.symbol)
        float_fund(asset=asset.code, units=units, reference=str(uuid7()), now=self.now())

    def take_in(self, units: int, *, owed: int) -> None:
        """The desk bought WETH, which lies in the treasury, and owes a shop dollars for it."""
        treasury = bytes(self.desk.till.chain.treasury)
        self.desk.till.pay(treasury, units=units, symbol="WETH")
        hot = accounts.custody_hot(CHAIN_ID)
        self.post(
            debit(hot, Amount(units, WETH)),
            credit(accounts.desk(), Amount(units, WETH)),
            debit(accounts.desk(), Amount(owed, USDC)),
            credit(accounts.shop_available(SHOP), Amount(owed, USDC)),
        )

    def owe(self, units: int, *, got: int) -> None:
        """The desk is short: it owes a shop WETH and has kept dollars for it."""
        self.desk.till.pay(bytes(self.desk.till.chain.treasury), units=got, symbol="USDC")
        self.post(
            debit(accounts.desk(), Amount(units, WETH)),
            credit(accounts.shop_available(SHOP), Amount(units, WETH)),
            debit(accounts.custody_hot(CHAIN_ID), Amount(got, USDC)),
            credit(accounts.desk(), Amount(got, USDC)),
        )

    @transaction.atomic
    def post(self, *lines: Any) -> None:
        entry_post(
            key=f"test:{uuid7()}", kind="test", postings=entry_of(*lines), refs={}, now=self.now()
        )

    # ------------------------------------------------------------------ what it does

    def turn(
        self, *, reached: Callable[[str], None] = lambda point: None, **prices: str
    ) -> list[OutgoingTransaction]:
        """Let beat's task run on fresh prices; the transactions that it queued."""
        known = set(OutgoingTransaction.objects.values_list("id", flat=True))
        self.desk.publish(**prices)
        hedge_turn(holder=str(uuid7()), now=self.now(), reached=reached)
        return list(OutgoingTransaction.objects.exclude(id__in=known).order_by("id"))

    def later(self) -> None:
        """Every waiting time is over."""
        Hedge.objects.filter(ended_at=None).update(next_at=self.now())

    def restart(self) -> None:
        """Whoever held the leases is dead, and they have run out."""
        Lease.objects.update(expires_at=datetime(2020, 1, 1, tzinfo=self.now().tzinfo))

    def run(self, *, turns: int = 12, **prices: str) -> None:
        """Turns, and every transaction mined at once, until nothing is sent any more."""
        for _ in range(turns):
            queued = self.turn(**prices)
            for outgoing in queued:
                self.desk.send(outgoing)
            if not queued and not Hedge.objects.filter(status__in=("planned", "sent")).exists():
                return
            self.ahead += timedelta(seconds=31)
            self.desk.till.rpc.call("evm_increaseTime", [31])
            self.desk.till.mine(1)
            self.ahead = timedelta(0)
        raise AssertionError("the desk found no rest")

    # ------------------------------------------------------------------ what is true then

    def position(self) -> int:
        return desk_inventory().get(WETH.code, 0)

    def subjects(self) -> list[Subject]:
        """WETH as hedging sees it in the snapshot that was published last."""
        now_ms = int(self.now().timestamp() * 1000)
        return [
            each
            for each in subjects_of(current_snapshot(), now_ms=now_ms)
            if isinstance(each, Subject) and each.code == WETH.code
        ]

    def holding(self, subject: Subject) -> Holding:
        now_ms = int(self.now().timestamp() * 1000)
        known = books(chain_ids=[CHAIN_ID], now=self.now())
        values = values_of(subject.snapshot, now_ms=now_ms)
        found = holding_of(subject, known, values, now_ms=now_ms)
        assert found is not None
        return found

    def books_agree(self) -> None:
        """Ledger and chain are equal to the unit; every check of the books holds."""
        self.desk.custody_agrees()
        assert ledger_checks() == []
        sums: dict[str, int] = {}
        for line in trial_balance():
            sums[line.asset] = sums.get(line.asset, 0) + line.units
        assert not any(sums.values())


@pytest.fixture
def hedging(desk: Desk, settings: Any, valkey: object) -> Hedging:
    settings.HEDGING = {}
    made = Hedging(desk)
    made.fund(USDC, 1_000_000 * DOLLAR)
    return made


@pytest.fixture
def recording(tmp_path: Path, settings: Any) -> Path:
    """The recording of a made-up exchange; empty but for its address."""
    path = tmp_path / "exchange.json"
    address = "0x" + "e1" * 20
    path.write_text(json.dumps({"addresses": {f"USDC@{CHAIN_ID}": address}}))
    settings.EXCHANGES = [{"name": "sandbox", "kind": "recorded", "file": str(path)}]
    return path


def transfer_log(asset: Asset, source: bytes, target: bytes, units: int) -> dict[str, Any]:
    """A Transfer as a receipt shows it."""
    address = bytes(Token.objects.values_list("address", flat=True).get(code=asset.code))
    words = [bytes(12) + source, bytes(12) + target]
    return {
        "address": "0x" + address.hex(),
        "topics": ["0x" + topic.hex() for topic in (TRANSFER, *words)],
        "data": hex(units)[2:].rjust(64, "0"),
    }


def tell(path: Path, kind: str, key: str, **told: str) -> None:
    """What the exchange says from now on."""
    content = json.loads(path.read_text())
    content.setdefault(kind, {})[key] = told
    path.write_text(json.dumps(content))

"""A desk on the real contracts that keeps a range in a real pool."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from gateway.chains.addresses import checksum
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.models import Lease
from gateway.events.services import emit
from gateway.market.hedges.routers import approve_call, swap_call
from gateway.market.ranges.models import PoolGrowth, RangePosition, RangeStep
from gateway.market.ranges.turns import ranges_turn
from gateway.market.ranges.working import REFERENCE_PREFIX
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import V3State
from gateway.supervisor.devchain.layout import DevChain, V3Pool
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.execution.conftest import desk as desk  # noqa: PLC0414 (a fixture)
from tests.market.hedges.conftest import DOLLAR, ETHER, WETH, Hedging, Killed
from tests.market.hedges.conftest import hedging as hedging  # noqa: PLC0414 (a fixture)

EARNS_E18 = 10**11
"""Base units of USDC, times 1e18, that a unit of liquidity earns in a day: well above the loss."""


@dataclass(frozen=True)
class Queued:
    kind: str
    outgoing: OutgoingTransaction


@dataclass
class Ranging:
    hedging: Hedging
    layout: DevChain
    pool: V3Pool
    settings: Any

    def set(self, **changes: Any) -> None:
        self.settings.RANGES = {"enabled": True, "pools": [self.pool.address], **changes}

    def earned(self, usdc_e18: int = EARNS_E18) -> None:
        """The pool has told of two hours of fees."""
        PoolGrowth.objects.all().delete()
        growth = (usdc_e18 << 128) // (12 * 10**18)
        is_first = self.pool.token0.lower() == self.layout.token("USDC").address.lower()
        for hours, units in ((2, 0), (0, growth)):
            PoolGrowth.objects.create(
                id=uuid7(),
                chain_id=CHAIN_ID,
                pool=self.pool.address.lower(),
                at=self.now() - timedelta(hours=hours),
                growth0=units if is_first else 0,
                growth1=0 if is_first else units,
            )

    def now(self) -> datetime:
        return self.hedging.desk.now()

    def turn(self, *, kill_at: str = "", **prices: str) -> list[OutgoingTransaction]:
        """Let beat's task run on fresh prices; the transactions that it queued."""
        before = set(OutgoingTransaction.objects.values_list("id", flat=True))
        self.hedging.desk.publish(**prices)
        RangePosition.objects.filter(ended_at=None).update(next_at=self.now())
        Lease.objects.update(expires_at=datetime(2020, 1, 1, tzinfo=self.now().tzinfo))

        def reached(point: str) -> None:
            if point == kill_at:
                raise Killed(point)

        ranges_turn(holder=str(uuid7()), now=self.now(), reached=reached)
        return list(OutgoingTransaction.objects.exclude(id__in=before).order_by("id"))

    def run(self, until: str, *, turns: int = 8, **prices: str) -> RangePosition:
        """Turns, each transaction mined and final at once, until a range is ``until``."""
        for _ in range(turns):
            for outgoing in self.turn(**prices):
                self.hedging.desk.send(outgoing)
            row = RangePosition.objects.order_by("-id").first()
            if row is not None and row.status == until:
                return row
        raise AssertionError([str(row) + row.last_error for row in RangePosition.objects.all()])

    def next_step(self, **prices: str) -> Queued:
        """Let it take its next step; what that queued."""
        (outgoing,) = self.turn(**prices)
        step_id = UUID(outgoing.reference.removeprefix(REFERENCE_PREFIX))
        return Queued(RangeStep.objects.get(id=step_id).kind, outgoing)

    @transaction.atomic
    def say(self, outgoing: OutgoingTransaction, type: str) -> None:
        emit(
            type=type,
            subject=f"transaction:{outgoing.id}",
            body={"reference": outgoing.reference, "status": "succeeded", "logs": []},
            mode="test",
        )
        relay.drain(limit=1000)

    def swap(self, usdc: int) -> None:
        """A stranger sells dollars into the pool: its price leaves fair value."""
        rpc, token = self.hedging.desk.till.rpc, self.layout.token("USDC").address
        who = "0x" + "77" * 20
        self.hedging.desk.till.pay(bytes.fromhex("77" * 20), units=usdc, symbol="USDC")
        rpc.call("anvil_setBalance", [who, hex(10**20)])
        rpc.call("anvil_impersonateAccount", [who])
        router = bytes.fromhex(self.layout.v3_router[2:])
        tokens = [bytes.fromhex(t[2:]) for t in (token, self.layout.weth)]
        swap = swap_call(
            kind="v3",
            tokens=tokens,
            fees_ppm=[self.pool.fee_pips],
            units_in=usdc,
            min_units_out=1,
            recipient=bytes.fromhex("77" * 20),
            deadline=2**40,
        )
        for to, data in (
            (token, approve_call(spender=router, units=usdc)),
            (self.layout.v3_router, swap),
        ):
            sent = rpc.call(
                "eth_sendTransaction",
                [{"from": who, "to": to, "data": "0x" + data.hex(), "gas": hex(3_000_000)}],
            )
            self.hedging.desk.till.mined(sent)

    def state(self) -> V3State:
        """The pool in the last snapshot."""
        return next(
            state
            for state in current_snapshot().pools
            if isinstance(state, V3State) and state.address.lower() == self.pool.address.lower()
        )

    def pool_price(self) -> str:
        """Dollars for an ether, by the pool."""
        state = self.state()
        ratio = Fraction(state.sqrt_price**2, 2**192)
        if state.token0 == USDC.code:
            ratio = 1 / ratio
        return f"{float(ratio * 10**12):.2f}"

    def manager_holds(self) -> int:
        """How many positions the treasury has at the manager."""
        data = "0x70a08231" + self.hedging.treasury.hex().rjust(64, "0")
        manager = checksum(self.layout.v3_position_manager)
        asked = {"to": manager, "data": data}
        return int(self.hedging.desk.till.rpc.call("eth_call", [asked, "latest"]), 16)

    def units(self, row: RangePosition, name: str, asset: Any) -> int:
        return int(getattr(row, name + ("0" if row.asset0 == asset.code else "1")))


@pytest.fixture
def ranging(hedging: Hedging, devchain: DevChain, settings: Any) -> Ranging:
    pair = {devchain.weth.lower(), devchain.token("USDC").address.lower()}
    pool = next(
        pool
        for pool in devchain.v3_pools
        if {pool.token0.lower(), pool.token1.lower()} == pair and pool.fee_pips == 500
    )
    made = Ranging(hedging, devchain, pool, settings)
    made.set()
    hedging.fund(WETH, 10 * ETHER)
    made.earned()
    return made


__all__ = ["DOLLAR", "ETHER", "USDC", "WETH", "Killed"]

"""Each asset's state of risk from snapshot to snapshot, kept in the database before it is shown."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

import structlog

from gateway.events.leases import LeaseHandle
from gateway.market.risk.states import Risk, RiskState, Transition, Trigger
from gateway.market.risk.watch import equity_cents, judged, resumed
from gateway.market.selectors import desk_states
from gateway.market.snapshots import DeskPolicy, MarketSnapshot
from gateway.market.supervising import desk_day_opening, desk_states_change

log = structlog.get_logger(__name__)


class Judge:
    """Judges snapshots in order, and remembers what the next judgement needs."""

    def __init__(self, *, policy: DeskPolicy) -> None:
        self._policy = policy
        self._risks: dict[str, Risk] = {}
        self._openings: dict[tuple[date, bool], int] = {}
        self._loss_cents: dict[bool, int] = {}

    def take_over(self, before: MarketSnapshot | None, *, now: datetime) -> None:
        """Start from the kept states and the values that were published last. One query.

        Raises:
            DatabaseError: PostgreSQL is away.
        """
        assets = before.assets if before else {}
        self._risks = {}
        for code, row in desk_states().items():
            last = assets.get(code)
            self._risks[code] = resumed(
                state=RiskState(row.state),
                trigger=Trigger(row.trigger),
                since_ms=int(row.since.timestamp() * 1000),
                last=last.risk if last else None,
                value=last.value if last else None,
                at_ms=int(now.timestamp() * 1000),
            )

    def judge(
        self,
        built: MarketSnapshot,
        *,
        halts: Collection[str],
        now: datetime,
        lease: LeaseHandle | None,
    ) -> MarketSnapshot:
        """The snapshot with its states of risk, whose changes are kept before anyone sees them.

        Raises:
            LeaseLost: another process judges now.
            DatabaseError: PostgreSQL is away.
        """
        seen = judged(
            built,
            risks=self._risks,
            halts=halts,
            loss_cents=self._loss_cents,
            loss_bound_cents=self._policy.daily_loss_usd_cents,
        )
        if seen.transitions:
            _keep(seen.transitions, built, lease=lease)
        self._risks = dict(seen.risks)
        self._count_loss(seen.snapshot, today=now.date())
        return seen.snapshot

    def _count_loss(self, snapshot: MarketSnapshot, *, today: date) -> None:
        for simulated, cents in equity_cents(snapshot).items():
            key = (today, simulated)
            if key not in self._openings:
                self._openings = {
                    each: known for each, known in self._openings.items() if each[0] == today
                }
                self._openings[key] = desk_day_opening(
                    day=today, simulated=simulated, equity_cents=cents
                )
            self._loss_cents[simulated] = self._openings[key] - cents


def _keep(
    transitions: Mapping[str, Transition], built: MarketSnapshot, *, lease: LeaseHandle | None
) -> None:
    desk_states_change(
        transitions=transitions,
        modes={
            code: "test" if built.chains[state.chain_id].simulated else "live"
            for code, state in built.assets.items()
        },
        lease=lease,
    )
    for code, made in transitions.items():
        log.warning(
            "desk.state_changed",
            asset=code,
            before=made.before.name,
            after=made.after.name,
            trigger=made.trigger.value,
        )

"""The desk's four states of an asset: NORMAL → WIDE → REDUCE_ONLY → HALT, and back one by one.

Worse is entered at once, by as many steps as a trigger says. Better is entered one step at a time,
after the calmer limit has held for as long as the policy asks: what flickers stays bad. Locks that
were given are honoured in every state; the states are about new ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from math import isqrt

PPM = 1_000_000
SECONDS_PER_YEAR = 31_557_600


class RiskState(IntEnum):
    """In ascending order of danger."""

    NORMAL = 0
    WIDE = 1
    REDUCE_ONLY = 2
    HALT = 3


class Trigger(Enum):
    """Why a state was entered, with a stable code."""

    PRICE_JUMP = "price_jump"
    SOURCES_DISAGREE = "sources_disagree"
    TOO_FEW_SOURCES = "too_few_sources"
    INVENTORY = "inventory"
    DAILY_LOSS = "daily_loss"
    OFF_PEG = "off_peg"
    STALE_INPUT = "stale_input"
    BY_HAND = "by_hand"
    CALM = "calm"


# A measure at or above these enters WIDE, REDUCE_ONLY and HALT; None: it never goes as far.
Steps = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class RiskPolicy:
    """Limits. Every measure is an integer, whose limits mean "at or above".

    Attributes:
        jump_milli_sigma: |FV − last| in thousandths of σ√Δ, against the last value and against
            each that is kept: a slide of many small steps is a jump too.
        sample_ms, horizon_ms: a value is kept so often, for so long.
        jump_floor_ppm: a smaller move is never a jump, however quiet the market was.
        disagreement_ppm: how far apart the fresh sources are.
        least_sources: fresh independent sources below which no new lock is given.
        inventory_ppm: |inventory| as a share of the bound Q.
        loss_ppm: today's loss as a share of the bound L.
        peg_ppm: a stablecoin's distance from its peg.
        relax_ppm: to leave a state a measure must be below this share of the limit that enters it.
        calm_ms: and stay there for as long, by state left: WIDE, REDUCE_ONLY, HALT.
        missing_calm_ms: the same where sources were merely missing; None: no shorter.
        jump_least_ms: Δ is taken to be at least this: the smallest step of a feed is no jump.
        max_silence_ms: longer without an observation is as no source at all.
    """

    jump_milli_sigma: Steps = (4_000, 7_000, 12_000)
    jump_floor_ppm: int = 1_000
    sample_ms: int = 60_000
    horizon_ms: int = 1_800_000
    disagreement_ppm: Steps = (5_000, 15_000, 30_000)
    least_sources: int = 2
    inventory_ppm: Steps = (700_000, PPM, 1_500_000)
    loss_ppm: Steps = (500_000, 800_000, PPM)
    peg_ppm: Steps = (3_000, 10_000, 30_000)
    relax_ppm: int = 700_000
    calm_ms: tuple[int, int, int] = (120_000, 300_000, 900_000)
    max_silence_ms: int = 30_000
    missing_calm_ms: int | None = None
    jump_least_ms: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.relax_ppm <= PPM:
            raise ValueError("the calmer limit must lie below the limit")
        for steps in (
            self.jump_milli_sigma,
            self.disagreement_ppm,
            self.inventory_ppm,
            self.loss_ppm,
            self.peg_ppm,
        ):
            known = [step for step in steps if step is not None]
            if known != sorted(known) or any(step <= 0 for step in known):
                raise ValueError("limits must rise and be above zero")


@dataclass(frozen=True, slots=True)
class Observation:
    """What is known at a time. Prices are e18 dollars; a fair value of 0 is none.

    Attributes:
        at_ms: when.
        fair: the fair value now.
        volatility_ppm: standard deviation of a year's return.
        disagreement_ppm: range of the fresh sources over the least of them.
        sources: how many are fresh and independent.
        inventory, inventory_bound: base units, signed, and Q.
        loss, loss_bound: dollars lost since the day began (a gain is negative), and L; one unit.
        peg: what a stablecoin promises to be worth; 0 for anything else.
        halted: someone pulled the switch.
    """

    at_ms: int
    fair: int
    volatility_ppm: int
    disagreement_ppm: int
    sources: int
    inventory: int = 0
    inventory_bound: int = 0
    loss: int = 0
    loss_bound: int = 0
    peg: int = 0
    halted: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """From a state to another, and why.

    Attributes:
        trigger: the worst trigger, in order of ``Trigger`` where several agree; CALM on the way
            back.
        measure, limit: what was seen and the limit that it reached, in the trigger's own unit.
    """

    at_ms: int
    before: RiskState
    after: RiskState
    trigger: Trigger
    measure: int
    limit: int


@dataclass(frozen=True, slots=True)
class Risk:
    """An asset's state, and what is remembered to judge the next observation.

    Attributes:
        since_ms: when the state was entered.
        trigger: why.
        calm_from_ms: since when the calmer limits have held; None while they don't.
        values: (milliseconds, fair value) that were kept, oldest first; the last one is the last
            known, whenever it was.
        seen_ms: of the last observation.
    """

    state: RiskState
    since_ms: int
    trigger: Trigger
    seen_ms: int
    values: tuple[tuple[int, int], ...] = ()
    calm_from_ms: int | None = None

    @classmethod
    def starting(cls, *, at_ms: int) -> "Risk":
        """Nothing is known yet: no new locks until it has been calm for a while."""
        return cls(RiskState.REDUCE_ONLY, at_ms, Trigger.TOO_FEW_SOURCES, at_ms)

    @classmethod
    def opening(cls, seen: Observation, *, policy: RiskPolicy) -> "Risk":
        """The state that a first observation says, where there is no past to recover from."""
        fresh = cls(RiskState.NORMAL, seen.at_ms, Trigger.CALM, seen.at_ms)
        found = _worst(_measures(fresh, seen, policy), relax_ppm=PPM, policy=policy)
        return replace(
            fresh,
            state=found.state,
            trigger=found.trigger,
            values=_kept((), seen, policy),
        )

    def after(
        self, seen: Observation, *, policy: RiskPolicy
    ) -> tuple["Risk", tuple[Transition, ...]]:
        """The state once ``seen`` was, and the transition if there was one.

        An observation from before the last one says that the clock was set back, not that nothing
        happened: what is remembered moves with it, so that no time has passed.
        """
        if seen.at_ms < self.seen_ms:
            return self._moved_to(seen.at_ms).after(seen, policy=policy)
        measures = _measures(self, seen, policy)
        enters = _worst(measures, relax_ppm=PPM, policy=policy)
        stays = _worst(measures, relax_ppm=policy.relax_ppm, policy=policy)
        noted = replace(self, seen_ms=seen.at_ms, values=_kept(self.values, seen, policy))
        if enters.state > self.state:
            made = replace(
                noted,
                state=enters.state,
                since_ms=seen.at_ms,
                trigger=enters.trigger,
                calm_from_ms=None,
            )
            return made, (self._to(enters.state, enters, seen.at_ms),)
        if stays.state >= self.state or self.state is RiskState.NORMAL:
            return replace(noted, calm_from_ms=None), ()
        if self.trigger is Trigger.BY_HAND:
            # Whoever pulled the switch lets it go: no flicker, but not at once as if nothing was.
            better = max(RiskState.WIDE, stays.state)
            freed = _Finding(better, Trigger.CALM, 0, 0)
            made = replace(
                noted,
                state=better,
                since_ms=seen.at_ms,
                trigger=Trigger.CALM,
                calm_from_ms=seen.at_ms,
            )
            return made, (self._to(better, freed, seen.at_ms),)
        calm_from = self.calm_from_ms
        if calm_from is None or measures[Trigger.STALE_INPUT]:
            # Nobody looked during a silence: that was no calm.
            calm_from = seen.at_ms
        needed_ms = policy.calm_ms[self.state - 1]
        missing_ms = policy.missing_calm_ms if self.trigger in _MISSING else None
        if missing_ms is not None:
            needed_ms = min(needed_ms, missing_ms)
        if seen.at_ms - calm_from < needed_ms:
            return replace(noted, calm_from_ms=calm_from), ()
        better = RiskState(self.state - 1)
        calm = _Finding(better, Trigger.CALM, seen.at_ms - calm_from, needed_ms)
        made = replace(
            noted,
            state=better,
            since_ms=seen.at_ms,
            trigger=Trigger.CALM if missing_ms is None else self.trigger,
            calm_from_ms=seen.at_ms,
        )
        return made, (self._to(better, calm, seen.at_ms),)

    def _moved_to(self, at_ms: int) -> "Risk":
        """The same memory, by a clock that says ``at_ms`` where the old one said ``seen_ms``."""
        by_ms = self.seen_ms - at_ms
        return replace(
            self,
            since_ms=self.since_ms - by_ms,
            seen_ms=at_ms,
            values=tuple((kept_ms - by_ms, value) for kept_ms, value in self.values),
            calm_from_ms=None if self.calm_from_ms is None else self.calm_from_ms - by_ms,
        )

    def _to(self, state: RiskState, finding: "_Finding", at_ms: int) -> Transition:
        return Transition(at_ms, self.state, state, finding.trigger, finding.measure, finding.limit)


# Nothing was wrong but that too little was known.
_MISSING = frozenset({Trigger.TOO_FEW_SOURCES, Trigger.STALE_INPUT})


@dataclass(frozen=True, slots=True)
class _Finding:
    state: RiskState
    trigger: Trigger
    measure: int
    limit: int


def jump_milli_sigma(
    *, fair: int, last: int, elapsed_ms: int, volatility_ppm: int, floor_ppm: int
) -> int:
    """|fair − last| in thousandths of what the price moves in that time, σ√Δ; 0 below the floor."""
    if fair <= 0 or last <= 0:
        return 0
    move_ppm = abs(fair - last) * PPM // last
    if move_ppm < floor_ppm:
        return 0
    elapsed_ms = max(elapsed_ms, 1)
    sigma_milli_ppm = isqrt(volatility_ppm**2 * elapsed_ms * 1_000 // SECONDS_PER_YEAR)
    return move_ppm * PPM // max(sigma_milli_ppm, 1)


def _kept(
    values: tuple[tuple[int, int], ...], seen: Observation, policy: RiskPolicy
) -> tuple[tuple[int, int], ...]:
    """The values with the new one last. The one before stays if it is a sample's time away."""
    if seen.fair <= 0:
        return values
    recent = [each for each in values if seen.at_ms - each[0] <= policy.horizon_ms]
    if len(recent) > 1 and recent[-1][0] - recent[-2][0] < policy.sample_ms:
        recent.pop()
    return (*recent, (seen.at_ms, seen.fair))


def _measures(risk: Risk, seen: Observation, policy: RiskPolicy) -> Mapping[Trigger, int]:
    """What each trigger of limits measures."""
    measures = {
        Trigger.PRICE_JUMP: max(
            (
                jump_milli_sigma(
                    fair=seen.fair,
                    last=value,
                    elapsed_ms=max(seen.at_ms - at_ms, policy.jump_least_ms),
                    volatility_ppm=seen.volatility_ppm,
                    floor_ppm=policy.jump_floor_ppm,
                )
                for at_ms, value in risk.values
            ),
            default=0,
        ),
        Trigger.SOURCES_DISAGREE: seen.disagreement_ppm,
        Trigger.TOO_FEW_SOURCES: max(0, policy.least_sources - seen.sources),
        Trigger.INVENTORY: _share(abs(seen.inventory), seen.inventory_bound),
        Trigger.DAILY_LOSS: _share(seen.loss, seen.loss_bound),
        Trigger.OFF_PEG: 0,
        Trigger.STALE_INPUT: int(seen.at_ms - risk.seen_ms > policy.max_silence_ms),
        Trigger.BY_HAND: int(seen.halted),
    }
    if seen.peg and seen.fair > 0:
        measures[Trigger.OFF_PEG] = abs(seen.fair - seen.peg) * PPM // seen.peg
    return measures


def _share(part: int, bound: int) -> int:
    """Without a bound nothing may be held or lost."""
    if part <= 0:
        return 0
    return part * PPM // bound if bound > 0 else 10 * PPM


def _worst(measures: Mapping[Trigger, int], *, relax_ppm: int, policy: RiskPolicy) -> _Finding:
    limits: dict[Trigger, Steps] = {
        Trigger.PRICE_JUMP: policy.jump_milli_sigma,
        Trigger.SOURCES_DISAGREE: policy.disagreement_ppm,
        # One is missing, or all but: without a price that two agree on nothing new is promised.
        Trigger.TOO_FEW_SOURCES: (None, 1, policy.least_sources),
        Trigger.INVENTORY: policy.inventory_ppm,
        Trigger.DAILY_LOSS: policy.loss_ppm,
        Trigger.OFF_PEG: policy.peg_ppm,
        # The first word after a silence has nothing to be compared with.
        Trigger.STALE_INPUT: (1, None, None),
        Trigger.BY_HAND: (None, None, 1),
    }
    worst = _Finding(RiskState.NORMAL, Trigger.CALM, 0, 0)
    for trigger, steps in limits.items():
        for state, limit in zip(tuple(RiskState)[1:], steps, strict=True):
            # Rounded up: a limit of one unit is not relaxed to none.
            if (
                limit is not None
                and measures[trigger] >= -(-limit * relax_ppm // PPM)
                and state > worst.state
            ):
                worst = _Finding(state, trigger, measures[trigger], limit)
    return worst

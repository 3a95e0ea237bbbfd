"""When a float is short, and what is brought to it from where. Pure; base units of its asset."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

PPM = 1_000_000
E18 = 10**18
CENTS = 100


class Way(StrEnum):
    """How it is filled, the nearest first: what the desk holds is sold on the same chain; an
    exchange sends what lies there; a person brings it out of cold storage."""

    CONVERT = "convert"
    MOVE = "move"
    PERSON = "person"


class Why(StrEnum):
    """Stable codes: a refill's reason stands in its ledger entry, a rest's in the alarm."""

    FLOAT_SHORT = "float_short"
    ENOUGH = "enough"
    UNDER_WAY = "under_way"
    RESTING = "resting"
    SWITCHED_OFF = "switched_off"
    HALTED = "halted"
    NO_PRICE = "no_price"
    DAY_SPENT = "day_spent"
    NO_SOURCE = "no_source"
    BOOKS_DIFFER = "books_differ"


@dataclass(frozen=True, slots=True)
class FloatPolicy:
    """As the fields of ``FLOATS``; cents are US cents."""

    cover_ppm: int
    low_ppm: int
    full_ppm: int
    least_cents: int
    most_cents: int
    most_daily_cents: int


@dataclass(frozen=True, slots=True)
class Source:
    """
    Attributes:
        name: code of the asset that is sold, the exchange's name, or the cold store's account.
        units: what it can bring, base units of the float's asset.
        gives: what that takes of the source, in its own base units.
        differs: money of what it gives is not where the books have it; a person looks.
    """

    way: Way
    name: str
    units: int
    gives: int
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """A float and what is around it.

    Attributes:
        held: in the treasury and promised to nothing else. coming: on its way there.
        reserved: set aside for payouts that were asked for. available: what shops could draw.
        usd: e18 dollars for a whole unit; 0 without a fresh, agreed price.
        spent_cents: of the day's refills.
        allowed: the settings let it be refilled. halted: a person or its risk stopped the asset.
        under_way, resting: a refill of it is not over, or has ended just now.
    """

    held: int
    coming: int
    reserved: int
    available: int
    decimals: int
    usd: int
    spent_cents: int = 0
    allowed: bool = True
    halted: bool = False
    under_way: bool = False
    resting: bool = False
    sources: Sequence[Source] = ()

    def need(self, policy: FloatPolicy) -> int:
        """What may be drawn soon, rounded up."""
        return self.reserved + -(-self.available * policy.cover_ppm // PPM)

    def is_short(self, policy: FloatPolicy) -> bool:
        """Less is there than may be drawn; what is coming is not there yet."""
        return self.held < -(-self.need(policy) * policy.low_ppm // PPM)

    def cents(self, units: int) -> int:
        """Rounded up."""
        return -(-units * self.usd * CENTS // (E18 * int(10**self.decimals)))

    def units_of_cents(self, cents: int) -> int:
        return int(cents * E18 * 10**self.decimals // (CENTS * self.usd))


@dataclass(frozen=True, slots=True)
class Refill:
    """What is brought: ``units`` of the float's asset, for ``gives`` of the source's own."""

    way: Way
    name: str
    units: int
    gives: int
    why: Why = Why.FLOAT_SHORT


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is brought, and why."""

    why: Why


def decide_refill(sight: Sight, policy: FloatPolicy) -> Refill | Rest:
    """What to bring to a float now, if anything: as much as is missing to full, from one source.

    The nearest way that has enough for a refill is taken, and of one way the source that has most.
    What is proposed to a person moves nothing by itself, so the day's limit does not bind it.
    """
    if not sight.is_short(policy):
        return Rest(Why.ENOUGH)
    for stops, why in (
        (sight.halted, Why.HALTED),
        (not sight.allowed, Why.SWITCHED_OFF),
        (sight.under_way, Why.UNDER_WAY),
        (sight.usd <= 0, Why.NO_PRICE),
    ):
        if stops:
            return Rest(why)
    full = -(-sight.need(policy) * policy.full_ppm // PPM)
    missing = full - sight.held - sight.coming
    if missing <= 0:
        return Rest(Why.UNDER_WAY)
    if sight.resting:
        return Rest(Why.RESTING)
    left = max(0, policy.most_daily_cents - sight.spent_cents)
    within = sight.units_of_cents(min(left, policy.most_cents))
    ours = [source for source in sight.sources if source.way is not Way.PERSON]
    sure = [source for source in ours if not source.differs]
    by_itself = _best(sight, policy, sure, min(missing, within))
    if by_itself is not None:
        return by_itself
    people = [source for source in sight.sources if source.way is Way.PERSON]
    proposed = _best(sight, policy, people, missing)
    if proposed is not None:
        return proposed
    if _best(sight, policy, ours, min(missing, within)) is not None:
        return Rest(Why.BOOKS_DIFFER)
    return Rest(Why.DAY_SPENT if left < policy.least_cents else Why.NO_SOURCE)


def _best(
    sight: Sight, policy: FloatPolicy, sources: Sequence[Source], wanted: int
) -> Refill | None:
    order = list(Way)
    for source in sorted(sources, key=lambda each: (order.index(each.way), -each.units)):
        units = min(wanted, source.units)
        if units > 0 and sight.cents(units) >= policy.least_cents:
            # Rounded up, for it may bring a little less, and never beyond what there is.
            gives = min(source.gives, -(-source.gives * units // source.units))
            return Refill(source.way, source.name, units, gives)
    return None

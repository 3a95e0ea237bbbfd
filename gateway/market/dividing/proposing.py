"""One rule by which capital is divided between float, ranges, book orders and exchanges. Pure.

The float comes first, since shops are paid from it; the rest goes where it is used and earns, the
better return first, as far as the stated limits and the pools' depth let it. What is idle or loses
comes back. A proposal is a sum for each use with its reasons; nobody acts on it but a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

PPM = 1_000_000


class Use(StrEnum):
    """Where the desk's own money can be."""

    FLOAT = "float"
    """in the hot treasury: shops are paid and swaps are made from it"""
    RANGES = "ranges"
    """in ranges of Uniswap V3 pools"""
    ORDERS = "orders"
    """held by the desk's open orders in our own book"""
    EXCHANGES = "exchanges"
    """at outside exchanges, to hedge there"""


class Why(StrEnum):
    """Stable codes of what a use's sum is made of."""

    TAKES_THE_REST = "takes_the_rest"
    """the float: whatever no other use is proposed"""
    FLOAT_SHORT = "float_short"
    """the float: less than its need, and the others can't give enough now"""
    FLOAT_FIRST = "float_first"
    """given up for the float's need"""
    BEYOND_LIMIT = "beyond_limit"
    """more than its stated limit, or than its share of the depth"""
    LOSES = "loses"
    """it lost money while it was measured"""
    IDLE = "idle"
    """less of it is used than the target"""
    BUSY = "busy"
    """more of it is used than the target, and it earns"""
    AT_LIMIT = "at_limit"
    """it would take more than its limit or the float's need leaves"""
    RETURN_UNKNOWN = "return_unknown"
    """it is used to the full, but nobody knows yet whether it earns"""
    WITHIN_BAND = "within_band"
    """what it should be of is too near to what it is of"""
    BY_STEPS = "by_steps"
    """more is meant: one proposal moves only so much"""
    NOT_IN_USE = "not_in_use"
    """nothing is there; whether it is begun is a person's choice"""


@dataclass(frozen=True, slots=True)
class Measured:
    """A use beside the float, over the time that is measured. US cents.

    Attributes:
        placed: the desk's own that is there now.
        used: of it, what was at work at the busiest.
        earned: what it brought; below zero what it lost; None is not known.
        most: what may be there by its stated limit and the depth it is worth having beside.
    """

    use: Use
    placed: int
    used: int
    earned: int | None
    most: int

    @property
    def return_ppm(self) -> int | None:
        """Earned of what is there, rounded down; None is not known."""
        return None if self.earned is None or not self.placed else self.earned * PPM // self.placed


@dataclass(frozen=True, slots=True)
class DivisionPolicy:
    """
    Attributes:
        target_use_ppm: how much of what is in a use should be at work.
        band_ppm: a use is left alone within this part of what it is of, and
        least_change: within so many cents.
        most_step_ppm: of all capital; one proposal moves no more of a use.
    """

    target_use_ppm: int = 700_000
    band_ppm: int = 100_000
    least_change: int = 50_000
    most_step_ppm: int = 250_000

    def __post_init__(self) -> None:
        if not 0 < self.target_use_ppm <= PPM or not 0 < self.most_step_ppm <= PPM:
            raise ValueError("a target and a step are parts of something")
        if self.band_ppm < 0 or self.least_change < 0:
            raise ValueError("a band is no less than nothing")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one use should be of, and why; ``wanted`` is ``placed`` where nothing is proposed."""

    use: Use
    placed: int
    wanted: int
    reasons: tuple[Why, ...]

    @property
    def change(self) -> int:
        return self.wanted - self.placed


@dataclass(frozen=True, slots=True)
class Division:
    """All capital, divided: the proposals' sums are together exactly ``capital``.

    Attributes:
        need: what the float should be of at least.
    """

    capital: int
    need: int
    proposals: tuple[Proposal, ...]

    @property
    def is_change(self) -> bool:
        return any(each.change for each in self.proposals)

    def of(self, use: Use) -> Proposal:
        """Raises LookupError."""
        for each in self.proposals:
            if each.use is use:
                return each
        raise LookupError(use)


def divide(
    uses: Iterable[Measured], *, in_float: int, need: int, policy: DivisionPolicy
) -> Division:
    """Divide the capital between the float and these uses.

    First what is too much, loses or is idle shrinks; then what the float still lacks is taken, the
    worst return first; then what is busy and earns grows out of what the float has beyond its need,
    the best return first.

    Args:
        in_float: cents of the desk's own in the float; need: cents that it should be of.

    Raises:
        ValueError: a use is named twice, or a sum is below zero.
    """
    known = sorted(uses, key=lambda each: list(Use).index(each.use))
    _check(known, in_float=in_float, need=need)
    capital = in_float + sum(each.placed for each in known)
    step = capital * policy.most_step_ppm // PPM
    wanted = {each.use: each.placed for each in known}
    reasons: dict[Use, list[Why]] = {each.use: [] for each in known}
    for each in known:
        target, why = _shrunk(each, policy)
        wanted[each.use] = max(target, each.placed - step)
        reasons[each.use].append(why)
        if target < wanted[each.use]:
            reasons[each.use].append(Why.BY_STEPS)
    by_return = sorted(known, key=_worth)
    lacking = need - (capital - sum(wanted.values()))
    if lacking > policy.least_change:
        _take(by_return, wanted, reasons, lacking=lacking, step=step)
    for each in reversed(by_return):
        if reasons[each.use] == [Why.BUSY]:
            spare = capital - sum(wanted.values()) - need
            _grow(each, wanted, reasons[each.use], spare=spare, step=step, policy=policy)
    rest = capital - sum(wanted.values())
    why = Why.FLOAT_SHORT if need - rest > policy.least_change else Why.TAKES_THE_REST
    return Division(
        capital,
        need,
        (
            Proposal(Use.FLOAT, in_float, rest, (why,)),
            *(
                Proposal(each.use, each.placed, wanted[each.use], tuple(reasons[each.use]))
                for each in known
            ),
        ),
    )


def _shrunk(each: Measured, policy: DivisionPolicy) -> tuple[int, Why]:
    """What a use should be of by itself, no more than it is of; and why it stays or shrinks."""
    if not each.placed:
        return 0, Why.NOT_IN_USE
    if each.earned is not None and each.earned < 0:
        return 0, Why.LOSES
    if each.placed - each.most > policy.least_change:
        return min(each.most, max(_target(each, policy), 0)), Why.BEYOND_LIMIT
    target = _target(each, policy)
    if _within(each.placed, target, policy):
        return each.placed, Why.WITHIN_BAND
    if target < each.placed:
        return target, Why.IDLE
    if each.earned is None:
        return each.placed, Why.RETURN_UNKNOWN
    return each.placed, Why.BUSY


def _target(each: Measured, policy: DivisionPolicy) -> int:
    """Cents of which what is used would be the target's part, rounded up."""
    return -(-each.used * PPM // policy.target_use_ppm)


def _within(placed: int, target: int, policy: DivisionPolicy) -> bool:
    return abs(target - placed) <= max(policy.least_change, placed * policy.band_ppm // PPM)


def _worth(each: Measured) -> tuple[int, int]:
    """Sorts the worst return first; one that nobody knows is no better than none."""
    return (each.return_ppm or 0, -list(Use).index(each.use))


def _take(
    worst_first: Sequence[Measured],
    wanted: dict[Use, int],
    reasons: Mapping[Use, list[Why]],
    *,
    lacking: int,
    step: int,
) -> None:
    for each in worst_first:
        given = min(lacking, wanted[each.use], max(0, step - (each.placed - wanted[each.use])))
        if given > 0:
            wanted[each.use] -= given
            lacking -= given
            reasons[each.use].append(Why.FLOAT_FIRST)


def _grow(
    each: Measured,
    wanted: dict[Use, int],
    why: list[Why],
    *,
    spare: int,
    step: int,
    policy: DivisionPolicy,
) -> None:
    meant = min(_target(each, policy), each.most)
    possible = min(meant, each.placed + max(0, spare))
    if _within(each.placed, possible, policy):
        why.append(Why.AT_LIMIT)
        return
    wanted[each.use] = min(possible, each.placed + step)
    if possible < _target(each, policy):
        why.append(Why.AT_LIMIT)
    if wanted[each.use] < possible:
        why.append(Why.BY_STEPS)


def _check(uses: Sequence[Measured], *, in_float: int, need: int) -> None:
    names = {each.use for each in uses}
    if len(names) != len(uses) or Use.FLOAT in names:
        raise ValueError("each use once, and the float by itself")
    sums = [in_float, need, *(sum_ for u in uses for sum_ in (u.placed, u.used, u.most))]
    if min(sums) < 0:
        raise ValueError("a sum is no less than nothing")

"""What a run of a settlement policy pays now: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.shops.policies import BPS, SettlementPolicy, Share

Why = Literal["due", "nothing", "below_threshold", "below_minimum"]


@dataclass(frozen=True, slots=True)
class Part:
    """An instruction of a run: so much of the balance is paid in this asset.

    Attributes:
        asset: code of what the shop gets.
        units: base units of the balance that it is paid from.
    """

    asset: str
    units: int


@dataclass(frozen=True, slots=True)
class Run:
    """Parts that are paid together or not at all, or why there are none."""

    parts: tuple[Part, ...]
    why: Why

    @property
    def units(self) -> int:
        return sum(part.units for part in self.parts)


def split_units(units: int, split: Sequence[Share]) -> list[int]:
    """``units`` in parts of these shares, which add up to it exactly.

    By largest remainder (Hamilton): each share gets its part rounded down, and the units left over
    go, one each, to the parts that lost most by that; among equals, to the one named first.
    """
    exact = [units * share.bps for share in split]
    parts = [value // BPS for value in exact]
    by_loss = sorted(range(len(split)), key=lambda n: (-(exact[n] % BPS), n))
    for n in by_loss[: units - sum(parts)]:
        parts[n] += 1
    return parts


def run_of(
    policy: SettlementPolicy, *, payable: int, asked: bool = False, last: bool = False
) -> Run:
    """What is paid of ``payable`` base units of the settlement asset.

    A run is paid whole or waits whole: if one part is below the minimum nothing is paid yet, since
    paying the others alone would shift the split with each run.

    Args:
        payable: what may leave, the reserve and all that is not final taken off.
        asked: somebody asked for it, so the threshold doesn't count.
        last: of a shop that closes: neither threshold nor minimum count.
    """
    if payable <= 0:
        return Run((), "nothing")
    threshold = policy.threshold_units if policy.schedule == "threshold" else None
    if threshold is not None and payable < threshold and not (asked or last):
        return Run((), "below_threshold")
    units = split_units(payable, policy.split)
    if not last and any(part < max(1, policy.minimum_units) for part in units):
        return Run((), "below_minimum")
    parts = zip(policy.split, units, strict=True)
    return Run(tuple(Part(share.asset, part) for share, part in parts if part), "due")

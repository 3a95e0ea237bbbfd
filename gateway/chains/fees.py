"""What a transaction offers for its place in a block (EIP-1559). Pure; all in wei per gas."""

from collections.abc import Sequence
from dataclasses import dataclass

GWEI = 10**9

BUMP_NUMERATOR, BUMP_DENOMINATOR = 9, 8
"""A replacement offers at least an eighth (12.5 %) more of both: what every node accepts."""


class FeesTooHigh(Exception):
    """The chain asks for more than we are ready to pay: waiting is cheaper."""


@dataclass(frozen=True, slots=True)
class FeeCaps:
    """The most we offer, and the least tip that block builders take notice of."""

    max_fee_per_gas: int = 500 * GWEI
    max_tip: int = 50 * GWEI
    min_tip: int = GWEI // 100


@dataclass(frozen=True, slots=True)
class Fees:
    """The most a transaction pays per gas, and how much of it may go to the block's builder."""

    max_fee_per_gas: int
    tip: int


def suggested_tip(rewards: Sequence[int], *, caps: FeeCaps) -> int:
    """The median of what recent blocks' transactions tipped, within the caps."""
    ordered = sorted(rewards)
    median = ordered[len(ordered) // 2] if ordered else caps.min_tip
    return max(caps.min_tip, min(median, caps.max_tip))


def fees_for(*, base_fee: int, tip: int, caps: FeeCaps) -> Fees:
    """Twice the base fee and the tip: good for six full blocks of rising base fees.

    Raises:
        FeesTooHigh: the base fee and tip alone are above the cap.
    """
    if base_fee + tip > caps.max_fee_per_gas:
        raise FeesTooHigh(f"the base fee is {base_fee} wei per gas")
    return Fees(max_fee_per_gas=min(2 * base_fee + tip, caps.max_fee_per_gas), tip=tip)


def bumped(previous: Fees, *, wanted: Fees, caps: FeeCaps) -> Fees:
    """Fees for the same nonce again: what is wanted now, and at least an eighth more than before.

    Raises:
        FeesTooHigh: a node would not take less than what is above the caps.
    """
    fees = Fees(
        max_fee_per_gas=max(wanted.max_fee_per_gas, _eighth_more(previous.max_fee_per_gas)),
        tip=max(wanted.tip, _eighth_more(previous.tip)),
    )
    if fees.max_fee_per_gas > caps.max_fee_per_gas or fees.tip > caps.max_tip:
        raise FeesTooHigh("a replacement would be above the cap")
    return fees


def _eighth_more(wei: int) -> int:
    more = -(-wei * BUMP_NUMERATOR // BUMP_DENOMINATOR)
    return max(more, wei + 1)

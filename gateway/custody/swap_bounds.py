"""How bad a swap may be, by prices that the signer's own policy holds. Pure.

The floor of a swap comes from rows that others write. Whoever may write them could ask for a floor
of one base unit and take the difference in the pool, so the signer compares each floor with what a
person wrote into its policy: per swap by a worst rate, per day by a sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from gateway.custody.errors import PolicyRefused

BPS = 10_000
ANY_PAIR = "*"
LOSS_PREFIX = "loss:"
"""Marks the daily sum of what swaps may bring less than their reference, per chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapBounds:
    """References and what may be lost against them.

    Attributes:
        values: micro-USD per base unit, by asset code.
        as_of: when a person last said that they are right.
        max_loss_bps: by ``IN>OUT`` of asset codes; ``*`` for all other pairs.
        loss_per_day: micro-USD, over all swaps of a chain in one UTC day.
    """

    values: Mapping[str, Fraction]
    as_of: datetime
    max_age: timedelta
    max_loss_bps: Mapping[str, int]
    loss_per_day: int

    def loss_of(
        self, *, asset_in: str, units_in: int, asset_out: str, min_units_out: int, now: datetime
    ) -> int:
        """Micro-USD that the swap may bring less than its reference; rounded up, never below 0.

        Raises:
            PolicyRefused: ``reference_stale``, ``reference_missing`` or ``below_reference``.
        """
        if not self.as_of - timedelta(minutes=5) <= now <= self.as_of + self.max_age:
            raise PolicyRefused(
                "reference_stale", f"The references are of {self.as_of:%Y-%m-%d %H:%M} UTC."
            )
        worth = units_in * self._value(asset_in)
        loss = worth - min_units_out * self._value(asset_out)
        bps = self.max_loss_bps.get(f"{asset_in}>{asset_out}", self.max_loss_bps.get(ANY_PAIR, 0))
        if loss * BPS > worth * bps:
            raise PolicyRefused(
                "below_reference",
                f"{asset_in} to {asset_out} may lose {bps} basis points against its reference.",
            )
        return max(0, -(-loss.numerator // loss.denominator))

    def _value(self, asset: str) -> Fraction:
        value = self.values.get(asset)
        if value is None:
            raise PolicyRefused("reference_missing", f"The policy has no reference for {asset}.")
        return value

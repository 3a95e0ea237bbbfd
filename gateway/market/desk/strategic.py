"""Which share of a shop's payers uses the lock as an option, from when they paid and what the
market did meanwhile.

An ordinary payer pays whatever the market did: what they gain by the lock is nothing on average.
A strategic one pays only when the market moved their way: the mean of that half of a normal move
is twice what the option is worth. So the mean gain in units of twice the option's worth is the
share of strategic ones among payers; the estimate adds what chance may have hidden.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from gateway.market.desk.lock import PPM

LOCKS_NEEDED = 30
# As many locks of wholly strategic payers are taken to have been seen before any.
PRIOR_LOCKS = 20
# One-sided: a share this many standard errors above the mean is what we charge for.
CAUTION = 2.0


@dataclass(frozen=True, slots=True)
class LockOutcome:
    """A lock that was paid.

    Attributes:
        gain_ppm: by how much the token had fallen when it was paid, in millionths; below zero,
            risen.
        option_ppm: worth of the lock as an at-the-money option when it was given.
    """

    gain_ppm: int
    option_ppm: int


@dataclass(frozen=True, slots=True)
class StrategicEstimate:
    """The share to charge for, and what it rests on; all shares in millionths."""

    share_ppm: int
    mean_ppm: int
    error_ppm: int
    locks: int


def strategic_estimate(
    outcomes: Sequence[LockOutcome], *, completion_ppm: int
) -> StrategicEstimate:
    """The share of all who are shown a lock, from those who paid; 1 until enough did.

    Args:
        completion_ppm: probability that an ordinary shopper pays; a strategic one does half of
            the time.
    """
    ratios = [each.gain_ppm / (2 * each.option_ppm) for each in outcomes if each.option_ppm > 0]
    if len(ratios) < LOCKS_NEEDED:
        return StrategicEstimate(PPM, PPM, PPM, len(ratios))
    mean, error = fmean(ratios), stdev(ratios) / sqrt(len(ratios))
    cautious = min(max(mean + CAUTION * error, 0.0), 1.0)
    among_payers = (PRIOR_LOCKS + len(ratios) * cautious) / (PRIOR_LOCKS + len(ratios))
    if among_payers >= 1:
        shown = 1.0
    else:
        # Payers are φ/2 strategic and (1 − φ)·p ordinary.
        odds = 2 * completion_ppm / PPM * among_payers / (1 - among_payers)
        shown = odds / (1 + odds)
    return StrategicEstimate(round(shown * PPM), round(mean * PPM), round(error * PPM), len(ratios))

"""The share of strategic payers, found again from simulated ones."""

import random
from math import sqrt

import pytest

from gateway.market.desk.strategic import LockOutcome, strategic_estimate

OPTION_PPM = 1_000


def payers(count, *, strategic, seed=3, ordinary_delay=0.1):
    rng = random.Random(seed)
    sigma = OPTION_PPM / 0.3989
    seen = []
    while len(seen) < count:
        if rng.random() < strategic:
            move = rng.gauss(0, sigma)
            if move <= 0:
                continue
        else:
            if rng.random() > 0.9:
                continue
            move = rng.gauss(0, sigma * sqrt(ordinary_delay))
        seen.append(LockOutcome(round(move), OPTION_PPM))
    return seen


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_the_share_of_strategic_payers_is_found_and_never_much_understated(share):
    found = strategic_estimate(payers(3_000, strategic=share), completion_ppm=900_000)
    assert share * 10**6 - 30_000 < found.share_ppm < share * 10**6 + 120_000


def test_nobody_is_trusted_before_enough_locks_were_seen():
    assert strategic_estimate([], completion_ppm=900_000).share_ppm == 10**6
    few = strategic_estimate(payers(29, strategic=0), completion_ppm=900_000)
    assert few.share_ppm == 10**6
    some = strategic_estimate(payers(60, strategic=0), completion_ppm=900_000)
    many = strategic_estimate(payers(2_000, strategic=0), completion_ppm=900_000)
    assert 10**6 > some.share_ppm > many.share_ppm


def test_worthless_options_tell_nothing():
    assert strategic_estimate([LockOutcome(5, 0)] * 100, completion_ppm=900_000).locks == 0

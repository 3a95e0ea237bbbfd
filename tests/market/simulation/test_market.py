"""The simulator has the statistics it was fitted to, and says the same for the same seed."""

import itertools
from math import log, sqrt
from random import Random

import pytest

from gateway.market.desk.skew import SkewModel
from gateway.market.simulation.calibration import BTC_FLOW, BTC_PRICES, Flow
from gateway.market.simulation.market import arrivals, orders, price_path
from gateway.market.simulation.skewing import (
    best_equivalent,
    certainty_equivalent,
    exact_equivalent,
)

MODEL = SkewModel(sigma=2, gamma=0.1, k=1.5, intensity=140, bound=10)


def test_one_seed_is_one_market():
    def drawn(seed):
        random = Random(seed)
        path = price_path(BTC_PRICES, start=100.0, seconds=1, steps=60, random=random)
        return path, list(orders(BTC_FLOW, path, step_seconds=1, random=random))

    assert drawn(1) == drawn(1) != drawn(2)


def test_a_path_moves_as_much_in_a_year_as_the_minutes_it_was_fitted_to():
    path = price_path(BTC_PRICES, start=100.0, seconds=60, steps=100_000, random=Random(5))
    squares = sum(log(b / a) ** 2 for a, b in itertools.pairwise(path))
    assert sqrt(squares / 100_000 * 525_960) == pytest.approx(0.716, rel=0.03)


def test_a_flow_has_the_rate_of_its_base_over_one_less_its_branching():
    count = sum(1 for _ in arrivals(BTC_FLOW, seconds=3_000, random=Random(7)))
    assert count / 3_000 == pytest.approx(5.153 / 0.55, rel=0.03)
    with pytest.raises(ValueError, match="never ends"):
        Flow(1, 1.0, 1, 1, 1, 0)


def test_orders_that_know_more_are_followed_by_the_price():
    path = price_path(BTC_PRICES, start=100.0, seconds=1, steps=5_000, random=Random(3))
    moves = [
        order.side * (path[min(int(order.at) + 10, 5_000)] / path[int(order.at)] - 1) * 1e4
        for order in orders(BTC_FLOW, path, step_seconds=1, random=Random(4))
    ]
    assert sum(moves) / len(moves) > 0.3


def test_the_product_s_quotes_reach_the_published_certainty_equivalent():
    assert best_equivalent(MODEL, horizon=1) == pytest.approx(64.13, abs=0.01)
    exact = exact_equivalent(MODEL, lambda q, left: MODEL.half_spreads(q), horizon=1)
    found, error = certainty_equivalent(MODEL, horizon=1, paths=4_000, random=Random(1))
    assert exact >= 0.995 * 64.13
    assert abs(found - exact) < 4 * error

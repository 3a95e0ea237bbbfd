"""The desk's lean against inventory, against its own theory, exactly and by simulation."""

from math import exp, log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.desk.skew import SkewModel, ask_skew_ppm, bid_skew_ppm, lots

ORACLE = SkewModel(sigma=2, gamma=0.1, k=1.5, intensity=140, bound=10)
THEORY = 64.13
STEPS = 4_000
PPM = 1_000_000


def integrated(model, derivative):
    """Runge–Kutta over one unit of time, from one for every inventory."""
    step = 1 / STEPS
    values = [1.0] * (2 * model.bound + 1)

    def moved(by, slope):
        return [value + by * each for value, each in zip(values, slope, strict=True)]

    for _ in range(STEPS):
        first = derivative(values)
        second = derivative(moved(step / 2, first))
        third = derivative(moved(step / 2, second))
        fourth = derivative(moved(step, third))
        values = [
            value + step / 6 * (a + 2 * b + 2 * c + d)
            for value, a, b, c, d in zip(values, first, second, third, fourth, strict=True)
        ]
    return values[model.bound]


def optimal_certainty(model):
    """What the best quoter that knows the horizon could reach: ln v(0, 0)/k of the paper."""
    alpha = model.k / 2 * model.gamma * model.sigma**2
    eta = model.intensity * (1 + model.gamma / model.k) ** -(1 + model.k / model.gamma)

    def derivative(values):
        padded = [0.0, *values, 0.0]
        return [
            -alpha * (index - model.bound) ** 2 * values[index]
            + eta * (padded[index] + padded[index + 2])
            for index in range(len(values))
        ]

    return log(integrated(model, derivative)) / model.k


def certainty_of(model, quotes):
    """What a quoter (inventory → half spreads) reaches, exactly."""
    sides = []
    for inventory in range(-model.bound, model.bound + 1):
        sides.append([rate_and_keep(model, half) for half in quotes(inventory)])

    def derivative(values):
        out = []
        for index, (bid, ask) in enumerate(sides):
            inventory = index - model.bound
            slope = (model.gamma * model.sigma * inventory) ** 2 / 2 * values[index]
            if bid is not None:
                slope += bid[0] * (bid[1] * values[index + 1] - values[index])
            if ask is not None:
                slope += ask[0] * (ask[1] * values[index - 1] - values[index])
            out.append(slope)
        return out

    return -log(integrated(model, derivative)) / model.gamma


def rate_and_keep(model, half):
    if half is None:
        return None
    return model.intensity * exp(-model.k * half), exp(-model.gamma * half)


def test_the_quoter_reaches_what_the_theory_says_can_be_reached():
    best = optimal_certainty(ORACLE)
    assert best == pytest.approx(THEORY, abs=0.01)
    reached = certainty_of(ORACLE, ORACLE.half_spreads)
    assert 0.999 * best < reached <= best


def test_leaning_is_worth_more_than_quoting_evenly():
    def evenly(inventory):
        half = ORACLE.base + ORACLE.lean / 2
        return (
            half if inventory < ORACLE.bound else None,
            half if inventory > -ORACLE.bound else None,
        )

    assert certainty_of(ORACLE, evenly) < certainty_of(ORACLE, ORACLE.half_spreads) - 5


def test_simulated_fills_bring_the_same_and_inventory_never_passes_its_bound():
    source = Random(20_261_124)
    model = ORACLE
    sides = {
        inventory: [
            (0.0, 0.0) if half is None else (model.intensity * exp(-model.k * half), half)
            for half in model.half_spreads(inventory)
        ]
        for inventory in range(-model.bound, model.bound + 1)
    }
    paths, worth = 3_000, 0.0
    for _ in range(paths):
        at, inventory, earned, risked = 0.0, 0, 0.0, 0.0
        while True:
            (buys, bid), (sells, ask) = sides[inventory]
            wait = source.expovariate(buys + sells)
            risked += inventory * inventory * min(wait, 1 - at)
            at += wait
            if at >= 1:
                break
            if source.random() * (buys + sells) < buys:
                inventory, earned = inventory + 1, earned + bid
            else:
                inventory, earned = inventory - 1, earned + ask
            assert abs(inventory) <= model.bound
        # The price's own noise is averaged out exactly: it is normal once the fills are known.
        worth += exp(-model.gamma * earned + (model.gamma * model.sigma) ** 2 * risked / 2)
    assert -log(worth / paths) / model.gamma == pytest.approx(THEORY, abs=0.6)


def test_the_formulas_of_the_paper():
    assert ORACLE.base == pytest.approx(10 * log(16 / 15))
    bid, ask = ORACLE.half_spreads(3)
    assert bid == pytest.approx(ORACLE.base + 3.5 * ORACLE.lean)
    assert ask == pytest.approx(ORACLE.base - 2.5 * ORACLE.lean)
    assert ORACLE.half_spreads(10)[0] is None
    assert ORACLE.half_spreads(-10)[1] is None


@given(st.integers(-20, 20))
def test_the_two_sides_mirror_each_other(inventory):
    bid, ask = ORACLE.half_spreads(inventory)
    assert ORACLE.half_spreads(-inventory) == (ask, bid)
    assert (bid is None) == (inventory >= 10)


@given(st.integers(-10, 8), st.floats(1, 1e6))
def test_the_more_is_held_the_less_is_paid_and_within_bounds(inventory, fair):
    def bid(held):
        return bid_skew_ppm(ORACLE, inventory=held, fair=fair, least_ppm=100, most_ppm=200_000)

    now, more = bid(inventory), bid(inventory + 1)
    assert 100 <= now.half_spread_ppm <= more.half_spread_ppm <= 200_000


def test_parts_are_shown_apart_and_a_bound_is_no_quote_at_all():
    parts = ask_skew_ppm(ORACLE, inventory=4, fair=100, least_ppm=0, most_ppm=PPM)
    even = ask_skew_ppm(ORACLE, inventory=0, fair=100, least_ppm=0, most_ppm=PPM)
    assert (even.skew_ppm, parts.base_ppm) == (0, even.base_ppm)
    assert parts.skew_ppm == pytest.approx(-4 * ORACLE.lean / 100 * PPM, abs=1)
    full = bid_skew_ppm(ORACLE, inventory=10, fair=100, least_ppm=0, most_ppm=PPM)
    assert full is None
    with pytest.raises(ValueError):
        bid_skew_ppm(ORACLE, inventory=0, fair=0, least_ppm=0, most_ppm=PPM)


@pytest.mark.parametrize(
    ("held", "expected"), [(100, 0), (101, 1), (110, 1), (111, 2), (99, -1), (90, -1), (89, -2)]
)
def test_lots_round_away_from_the_target(held, expected):
    assert lots(inventory_units=held, target_units=100, lot_units=10) == expected


@pytest.mark.parametrize(
    "wrong", [{"gamma": 0}, {"k": 0}, {"intensity": 0}, {"bound": 0}, {"sigma": -1}]
)
def test_a_model_that_makes_no_sense_is_refused(wrong):
    sound = {"sigma": 2, "gamma": 0.1, "k": 1.5, "intensity": 140, "bound": 10}
    with pytest.raises(ValueError):
        SkewModel(**(sound | wrong))

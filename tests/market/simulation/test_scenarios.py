"""Sudden moves: what is promised is kept, what it costs stays within the day's limit."""

import csv
from itertools import pairwise
from random import Random

import msgspec
import pytest

from gateway.market.risk.states import RiskPolicy, RiskState, Trigger
from gateway.market.simulation.crowds import Crowd
from gateway.market.simulation.outcomes import Outcome
from gateway.market.simulation.playing import START_MS, play
from gateway.market.simulation.scenarios import Scenario, depeg, sudden_fall, worst_half_hour
from gateway.market.snapshots import DeskPolicy
from tests.market.market_data import market_file

NORMAL, WIDE, REDUCE_ONLY, HALT = RiskState
HOSTILE = Crowd(strategic_share=1.0, invoices_a_step=20, invoice_cents=100_000)


def fall(minutes: int = 30) -> Scenario:
    return sudden_fall(minutes=minutes, random=Random(1))


def result(scenario: Scenario, *, seed: int = 1, **changes) -> Outcome:
    return play(scenario, random=Random(seed), **changes)


@pytest.fixture(scope="module")
def played():
    moves = {"slow": fall(), "sudden": fall(minutes=3), "depeg": depeg()}
    return {name: result(scenario) for name, scenario in moves.items()}


def test_every_lock_is_paid_in_full_lapses_or_still_runs_whatever_the_state(played):
    for outcome in played.values():
        settled = outcome.honoured.total() + outcome.lapsed + outcome.still_open
        assert outcome.given.total() == settled
        assert outcome.short_paid == 0
    assert played["slow"].honoured[REDUCE_ONLY] > 100
    assert played["sudden"].honoured[HALT] > 50
    assert played["depeg"].honoured[HALT] > 50


def test_nobody_who_pays_within_his_lock_is_turned_away():
    prompt = Crowd(strategic_share=0.0, completion=1.0, mean_pay_seconds=60.0)
    outcome = result(fall(minutes=3), crowd=prompt)
    assert outcome.lapsed == 0
    assert outcome.honoured[HALT] > 0


def test_the_loss_stays_within_the_day_s_limit_and_locks_within_their_cap(played):
    for outcome in played.values():
        assert 0 < outcome.drawdown_cents <= outcome.loss_bound_cents
        # Valued again after the price moved.
        assert outcome.most_open_cents <= outcome.lock_cap_cents * 102 // 100
        assert outcome.hedges > 0


def test_a_fall_of_535_bp_in_half_an_hour_ends_new_promises_early_and_calm_brings_them_back(
    played,
):
    outcome = played["slow"]
    made = outcome.transitions
    assert [each.after for each in made] == [WIDE, REDUCE_ONLY, WIDE, NORMAL]
    assert [each.trigger for each in made] == [Trigger.PRICE_JUMP] * 2 + [Trigger.CALM] * 2
    since = [(each.at_ms - START_MS) / 60_000 - 60 for each in made]
    assert since[0] < 5 and since[1] < 15
    # The way back waits until the fall is out of the half hour's memory, and then some.
    assert since[2] > 30 + 5 and since[3] - since[2] >= 2
    assert outcome.refused["desk_reduces_only"] > 0


@pytest.mark.parametrize("name", ["sudden", "depeg"])
def test_a_halt_is_left_step_by_step_only_after_its_calm(played, name):
    made = played[name].transitions
    assert max(each.after for each in made) is HALT
    calm_ms = RiskPolicy().calm_ms
    for before, after in pairwise(made):
        if after.trigger is Trigger.CALM:
            assert after.after == before.after - 1
            assert after.at_ms - before.at_ms >= calm_ms[before.after - 1]
    assert made[-1].after is NORMAL


@pytest.mark.parametrize(("name", "code"), [("sudden", "desk_halted"), ("depeg", "off_peg")])
def test_in_a_halt_only_the_settlement_asset_is_offered_and_that_at_par(played, name, code):
    outcome = played[name]
    assert outcome.given[HALT] == 0
    assert outcome.refused[code] > 0
    assert outcome.at_par[HALT] > 50
    assert not outcome.not_at_par


def test_a_crowd_of_strategic_shoppers_needs_a_lock_cap_that_fits_the_day_s_limit():
    sudden = fall(minutes=3)
    wide = msgspec.structs.replace(DeskPolicy(), asset_cap_usd_cents=50_000_000)
    assert result(sudden, crowd=HOSTILE, policy=wide).loss_of_cap > 1
    outcome = result(sudden, crowd=HOSTILE)
    assert outcome.loss_of_cap <= 1
    assert outcome.most_open_cents <= outcome.lock_cap_cents * 102 // 100
    assert outcome.refused["lock_cap_reached"] > 0


@pytest.mark.parametrize("scenario", [fall(), fall(minutes=1), depeg()])
def test_the_default_limits_hold_where_nobody_lends_the_desk_anything_to_sell(scenario):
    assert result(scenario, crowd=Crowd(lent_cents=0)).loss_of_cap <= 1


def test_one_seed_is_one_outcome(played):
    assert result(fall()) == played["slow"]
    assert result(fall(), seed=2) != played["slow"]


def test_the_worst_half_hour_of_a_real_month_is_survived():
    with market_file("btc_1m_2022-01.csv").open() as lines:
        scenario = worst_half_hour([float(row["close"]) for row in csv.DictReader(lines)])
    outcome = result(scenario)
    assert not outcome.simulated
    assert outcome.short_paid == 0 and not outcome.not_at_par
    assert outcome.loss_of_cap <= 1
    assert max(each.after for each in outcome.transitions) >= REDUCE_ONLY

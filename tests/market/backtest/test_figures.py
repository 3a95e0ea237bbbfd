"""The figures of a run: exact to the cent, and none lost on the way to a picture."""

import pytest

from gateway.market.backtest.charts import (
    DOLLARS,
    Columns,
    Series,
    about_zero,
    plot,
    waterfall,
)
from gateway.market.backtest.figures import as_line, figures_of
from gateway.market.backtest.recording import Part
from gateway.market.backtest.running import run
from gateway.market.backtest.setups import setup_of
from gateway.market.risk.states import RiskState

HOSTILE = {
    "crowd.strategic_share": 1.0,
    "crowd.invoice_cents": 100_000,
    "crowd.invoices_a_step": 20,
}
ROUGH = {"simulated.volatility": 1.5, "simulated.jumps_per_day": 60.0}
PEGGED = {
    "token.symbol": "DAI",
    "token.decimals": 18,
    "token.peg": "USD",
    "simulated.start_price": 1.0,
    "simulated.volatility": 0.05,
    "simulated.jumps_per_day": 0.0,
}


def played(hours=2, **told):
    return run(setup_of(told={"simulated.hours": hours, **told}))


@pytest.fixture(scope="module")
def calm():
    return played()


@pytest.fixture(scope="module")
def rough():
    return played(4, seed=3, **HOSTILE, **ROUGH)


@pytest.mark.parametrize("told", [{}, {**HOSTILE, **ROUGH}, PEGGED])
def test_the_parts_of_a_result_add_up_to_the_play_s_own_result(told):
    done = played(**told)
    recorder, figures = done.recorder, figures_of(done)
    # Exactly, before anything is rounded.
    held = recorder.held * recorder.price
    assert sum(slot.parts[p] for slot in recorder.slots for p in Part) == recorder.result_raw
    assert abs(figures.result_cents - done.outcome.final_cents) <= 1
    assert sum(figures.parts_cents.values()) == figures.result_cents
    assert recorder.steps.held[-1] == recorder.cents(held)


def test_hedges_cost_and_charges_earn(calm):
    parts = figures_of(calm).parts_cents
    for part in (Part.SPREAD, Part.LOCK_PREMIUM, Part.VENUE_CHARGED, Part.GAS_CHARGED):
        assert parts[part] > 0
    for part in (Part.HEDGE_VENUES, Part.HEDGE_FIXED, Part.GAS_SPENT):
        assert parts[part] < 0
    assert parts[Part.HEDGE_FIXED] == -100 * calm.outcome.hedges


def test_strategic_shoppers_take_and_never_give(rough):
    figures = figures_of(rough)
    assert figures.realised_cents[True] > 0
    assert rough.recorder.payments == {True: rough.outcome.honoured.total(), False: 0}
    # Nobody else came: there is nothing to say of them.
    assert all(found[False] is None for found in figures.markouts_ppm.values())


def test_the_deepest_fall_is_the_play_s_own_and_the_states_are_all_there(rough):
    figures = figures_of(rough)
    assert abs(max(figures.falls_cents) - rough.outcome.drawdown_cents) <= 1
    assert max(figures.day_losses_cents) <= figures.worst_day_cents
    assert sum(figures.state_steps.values()) == 4 * 240
    assert figures.state_steps[RiskState.NORMAL] < 4 * 240
    hours = figures.worst_hours
    assert [each.result_cents for each in hours] == sorted(each.result_cents for each in hours)
    assert abs(sum(each.result_cents for each in hours) - figures.result_cents) <= len(hours)


def test_a_day_s_loss_begins_anew_at_midnight(tmp_path):
    file = tmp_path / "late.csv"
    rows = [f"{1_640_995_200 - 1_800 + 60 * k},{40_000 - 20 * k}" for k in range(61)]
    file.write_text("\n".join(("timestamp,close", *rows, "")))
    done = run(setup_of(told={"prices.file": str(file), **HOSTILE}))
    losses, results = figures_of(done).day_losses_cents, done.recorder.steps.results
    assert losses[118] == -results[118]
    # The step that ends at midnight is the new day's first, from where the one before ended.
    assert losses[119] == results[118] - results[119]
    assert losses[-1] == results[118] - results[-1]


def test_the_line_is_a_golden_one(calm):
    line = as_line(calm, figures_of(calm))
    figures = line["figures"]
    assert line["seed"] == 1 and line["conditions"]["simulated"] is True
    assert {name: figures[name] for name in GOLDEN} == GOLDEN


GOLDEN = {
    "result_cents": 33328,
    "parts_cents": {
        "spread": 5160,
        "lock_premium": 9426,
        "venue_charged": 18978,
        "gas_charged": 333,
        "rounding": 37,
        "valuation": 1052,
        "locks_strategic": 0,
        "locks_others": 2159,
        "carried": 3532,
        "hedge_venues": -6015,
        "hedge_fixed": -1000,
        "gas_spent": -334,
    },
    "volume_cents": 6644323,
    "lock_premium_charged_cents": 9426,
    "lock_premium_realised_cents": -2159,
    "hedges": 10,
    "drawdown_cents": 1809,
    "locks_given": 2400,
    "locks_paid": 1652,
    "locks_lapsed": 615,
    "locks_still_open": 133,
    "refused": {},
    "transitions": 0,
}


def test_one_setup_is_one_run_and_another_seed_is_another(calm):
    again, other = played(), played(seed=2)
    assert as_line(again, figures_of(again)) == as_line(calm, figures_of(calm))
    assert other.scenario.minutes != calm.scenario.minutes


def test_columns_keep_every_peak():
    columns = Columns.over(1_000, start_ms=0, step_ms=15_000)
    assert len(columns.ends) == 240 and columns.ends[-1] == 1_000
    values = [0] * 1_000
    values[501], values[502] = -9, 5
    assert -9 in columns.farthest(values) and 5 in columns.largest(values)
    assert columns.times_ms[-1] == 15_000_000


def test_a_column_has_the_state_it_mostly_was_in_and_a_halt_is_never_lost():
    columns = Columns(0, 15_000, (4, 8, 10, 12))
    states = [0, 0, 0, 1, 2, 2, 1, 0, 0, 1, 3, 0]
    assert columns.mostly(states, always=3) == [0, 2, 1, 3]


@pytest.mark.parametrize("values", [[0, 0, 0], [5, 5, 5], [-1, 0, 10**9], [-7], [3, -3]])
def test_a_plot_holds_all_of_its_values(values):
    columns = Columns.over(len(values), start_ms=0, step_ms=60_000)
    drawn = plot([Series("a", "c1", values)], columns, unit=DOLLARS)
    ((_, path),) = drawn.paths
    heights = [float(point.split()[1]) for point in path[1:].split("L")]
    assert all(0 <= height <= 400 for height in heights)
    assert 2 <= len(drawn.rows) <= 7
    assert all(0 <= place <= 100 for place, _ in drawn.rows)


def test_a_waterfall_begins_where_the_bar_above_ended():
    first, second, last = waterfall(
        [("in", 100, ""), ("out", -150, "")], result="sum", unit=DOLLARS
    )
    assert (first.left, first.width) == (33.33, 66.67)
    assert (second.left, second.width, second.words) == (0, 100, "−$1.50")
    assert (last.left, last.width, last.words) == (0, 33.33, "−$0.50")


def test_bars_about_zero_go_both_ways_and_what_is_unknown_has_none():
    bars = about_zero([("a", -2, ""), ("b", 1, ""), ("c", None, "")], unit=DOLLARS)
    assert [(bar.left, bar.width) for bar in bars] == [(0, 50), (50, 25), (50, 0)]
    assert bars[2].words == "–"

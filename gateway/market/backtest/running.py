"""From a setup to a played run. Pure but for the file of prices that it reads."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from gateway.market.backtest.errors import SetupRefused
from gateway.market.backtest.price_files import (
    LEAST_PRICE,
    MINUTE_MS,
    MOST_PRICE,
    MinutePrices,
    read_prices,
)
from gateway.market.backtest.recording import Recorder
from gateway.market.backtest.setups import Setup
from gateway.market.simulation.market import price_path
from gateway.market.simulation.outcomes import Outcome
from gateway.market.simulation.playing import START_MS, STEPS_A_MINUTE, play
from gateway.market.simulation.scenarios import Scenario
from gateway.market.snapshots import E18

MICRO_DOLLARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """A setup, what was played and what it told."""

    setup: Setup
    scenario: Scenario
    start_ms: int
    sha256: str
    outcome: Outcome
    recorder: Recorder

    @property
    def end_ms(self) -> int:
        return self.start_ms + (len(self.scenario.minutes) - 1) * MINUTE_MS


def found_file(name: str, *, folder: str) -> Path:
    """The file of that name or path; a bare name that is not here is looked for in ``folder``."""
    path = Path(name)
    if not path.exists() and folder and not path.is_absolute():
        return Path(folder) / path
    return path


def run(
    setup: Setup, *, folder: str = "", progress: Callable[[int, int], None] = lambda at, of: None
) -> Run:
    """The setup, played.

    Args:
        folder: where a file that is named without a way to it may lie.
        progress: told (steps done, steps in all).

    Raises:
        PriceFileRefused: the file of prices can't be used.
        SetupRefused: a simulated path goes where no price is.
    """
    random = Random(setup.seed)  # noqa: S311 (a seed is the point)
    if setup.prices.file:
        prices = read_prices(
            found_file(setup.prices.file, folder=folder),
            columns=setup.prices.columns,
            start=setup.prices.start,
            end=setup.prices.end,
        )
        simulated = False
    else:
        prices, simulated = _path(setup, random), True
    token = setup.token.token
    scenario = Scenario(prices.name, token, prices.dollars, simulated)
    steps = (len(prices.dollars) - 1) * STEPS_A_MINUTE
    recorder = Recorder(
        token,
        prices.start_ms,
        _first(prices),
        lambda at: progress(at, steps),
    )
    outcome = play(
        scenario,
        crowd=setup.crowd,
        policy=setup.policy,
        random=random,
        start_ms=prices.start_ms,
        witness=recorder,
    )
    return Run(setup, scenario, prices.start_ms, prices.sha256, outcome, recorder)


def _path(setup: Setup, random: Random) -> MinutePrices:
    path = setup.simulated
    dollars = price_path(
        path.prices, start=path.start_price, seconds=60, steps=path.hours * 60, random=random
    )
    if not all(LEAST_PRICE <= each <= MOST_PRICE for each in dollars):
        raise SetupRefused(
            f"The simulated path leaves {LEAST_PRICE} to {MOST_PRICE:,} dollars.",
            hint="Lower its volatility, its jumps or its hours.",
        )
    return MinutePrices("", "", START_MS, tuple(dollars))


def _first(prices: MinutePrices) -> int:
    """In the play's own resolution."""
    return round(prices.dollars[0] * MICRO_DOLLARS) * (E18 // MICRO_DOLLARS)

"""Processes die in mid-step, services go away, and no money is lost, doubled or made up."""

import os

import pytest

from tests.faults.conftest import AT_ONCE, SEED
from tests.faults.standing import Standing, run_of


@pytest.mark.skipif("FAULT_RUNS" not in os.environ, reason="minutes long; set FAULT_RUNS")
def test_a_batch_of_deaths_leaves_everything_whole(standing: Standing) -> None:
    report = standing.batch([run_of(SEED, number) for number in range(AT_ONCE)])
    assert report.violations == []
    assert report.kills.total() >= AT_ONCE // 2, "hardly anything died"

"""Every fault point has a name of its own, and a story that passes it."""

import ast
import math
from collections import Counter
from itertools import chain

from tests.faults import stories
from tests.faults.conftest import SEED
from tests.faults.names import (
    CHECKOUT,
    IN_PROCESS,
    dying_in_process,
    killable,
    points_in_code,
    story_of,
)
from tests.faults.outages import OUTAGES
from tests.faults.standing import OUTAGE_EACH, STRIDE, run_of
from tests.faults.stories import Teller


def test_each_point_has_a_story_that_is_told() -> None:
    assert len(killable()) >= 40
    for point in killable():
        assert story_of(point) in stories.NAMES, point
    for name in stories.NAMES:
        assert callable(getattr(Teller, name)), name


def test_what_no_story_comes_to_is_died_at_in_process() -> None:
    assert {point.partition(".")[0] for point in dying_in_process()} == set(IN_PROCESS)
    assert len(killable()) + len(dying_in_process()) == len(points_in_code())
    for module in chain.from_iterable(IN_PROCESS.values()):
        names = [
            node.name
            for node in ast.walk(ast.parse((CHECKOUT / module).read_text()))
            if isinstance(node, ast.FunctionDef)
        ]
        assert any("dies" in name for name in names), module


def test_five_hundred_runs_try_each_point_ten_times() -> None:
    for seed in (1, SEED):
        tried = Counter(run_of(seed, number).point for number in range(500))
        assert min(tried[point] for point in killable()) >= 10
        met = Counter(run_of(seed, number).outage for number in range(500))
        assert min(met[outage] for outage in OUTAGES) >= 8


def test_runs_try_each_point_equally_often_and_are_the_same_again() -> None:
    assert math.gcd(STRIDE, len(killable())) == 1
    count = len(killable()) * OUTAGE_EACH
    runs = [run_of(7, number) for number in range(count)]
    tried = [run.point for run in runs if run.point]
    assert {tried.count(point) for point in killable()} == {OUTAGE_EACH - 1}
    assert runs == [run_of(7, number) for number in range(count)]
    assert runs != [run_of(8, number) for number in range(count)]

"""Every fault point has a name of its own, and a story that passes it."""

import math

from tests.faults import stories
from tests.faults.names import NOT_HERE, killable, points_in_code, story_of
from tests.faults.standing import OUTAGE_EACH, STRIDE, run_of
from tests.faults.stories import Teller


def test_each_point_has_a_story_that_is_told() -> None:
    assert len(killable()) >= 40
    for point in killable():
        assert story_of(point) in stories.NAMES, point
    for name in stories.NAMES:
        assert callable(getattr(Teller, name)), name


def test_what_is_left_out_is_a_point() -> None:
    assert set(NOT_HERE) <= points_in_code()


def test_runs_try_each_point_equally_often_and_are_the_same_again() -> None:
    assert math.gcd(STRIDE, len(killable())) == 1
    count = len(killable()) * OUTAGE_EACH
    runs = [run_of(7, number) for number in range(count)]
    tried = [run.point for run in runs if run.point]
    assert {tried.count(point) for point in killable()} == {OUTAGE_EACH - 1}
    assert runs == [run_of(7, number) for number in range(count)]
    assert runs != [run_of(8, number) for number in range(count)]

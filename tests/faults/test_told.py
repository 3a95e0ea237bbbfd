"""The figures of a report are what happened, and nobody's hope."""

from collections import Counter

from tests.faults.names import dying_in_process, killable
from tests.faults.standing import Report, told


def test_a_point_that_nothing_died_at_counts_as_never() -> None:
    first, *others = killable()
    report = Report(runs=9, kills=Counter(dict.fromkeys(others, 6)))
    found = told(report)
    assert (found["points_hit"], found["kills_per_point_min"]) == (len(others), 0)
    report.kills[first] = 5
    found = told(report)
    assert (found["points_hit"], found["kills_per_point_min"]) == (found["points_registered"], 5)


def test_deaths_in_process_count_for_their_points_alone() -> None:
    report = Report(kills=Counter(dict.fromkeys(killable(), 7)))
    found = told(report, in_process=Counter(dict.fromkeys(dying_in_process(), 5)))
    assert found["points_registered"] == len(killable()) + len(dying_in_process())
    assert (found["points_hit"], found["kills_per_point_min"]) == (found["points_registered"], 5)
    assert told(report, in_process=Counter())["kills_per_point_min"] == 0


def test_reports_add_up() -> None:
    whole = Report()
    for _ in range(2):
        whole.add(Report(runs=3, kills=Counter(a=1), outages=Counter(b=2), violations=["lost"]))
    assert (whole.runs, whole.faults, whole.violations) == (6, 6, ["lost", "lost"])

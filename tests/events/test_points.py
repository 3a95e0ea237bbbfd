"""A point kills whoever passes it for the time that a plan names: once, and never in live mode."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from gateway.events import points

PASSER = """
import sys
from pathlib import Path
from gateway.events.points import Plan, arm, point

arm(Plan(Path(sys.argv[1])))
for name in sys.argv[2:]:
    point(name)
print("alive")
"""


def passes(folder: Path, *names: str) -> int:
    """The exit code of a process that passes these points one after the other."""
    done = subprocess.run(
        [sys.executable, "-c", PASSER, str(folder), *names], capture_output=True, check=False
    )
    assert (b"alive" in done.stdout) == (done.returncode == 0), done.stderr
    return done.returncode


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    folder = tmp_path / "plan"
    folder.mkdir()
    return folder


def test_the_passing_named_is_killed_and_no_other(plan: Path) -> None:
    (plan / "1.armed").write_text("payout.queued 3")
    assert passes(plan, "payout.queued", "payout.queued", "payout.left") == 0
    assert passes(plan, *["payout.queued"] * 3) == -9
    assert [file.name for file in plan.iterdir()] == ["1.struck"]
    assert passes(plan, *["payout.queued"] * 9) == 0


def test_each_file_kills_one_process(plan: Path) -> None:
    for number in range(3):
        (plan / f"{number}.armed").write_text("relay.claimed 1")
    killed = [passes(plan, "relay.claimed") for _ in range(5)]
    assert killed == [-9, -9, -9, 0, 0]


def test_what_was_passed_is_told(plan: Path) -> None:
    assert passes(plan, "a.b", "a.c", "a.b") == 0
    assert plan.with_suffix(".passed").read_text().split() == ["a.b", "a.c"]


def test_a_plan_that_is_not_there_yet_does_nothing(tmp_path: Path) -> None:
    assert passes(tmp_path / "none", "a.b") == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("live", "armed"), [(True, False), (False, True)])
def test_live_mode_arms_nothing(settings, plan: Path, live: bool, armed: bool) -> None:
    settings.FAULT_PLAN, settings.LIVE_MODE = str(plan), live
    try:
        apps.get_app_config("events").ready()
        assert (points._Armed.plan is not None) == armed
    finally:
        points.arm(None)

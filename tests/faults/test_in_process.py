"""A death in process happens where it was asked for, is counted, and leaves nothing armed."""

from pathlib import Path

import pytest

from gateway.events import points
from gateway.events.points import point
from tests.faults.in_process import KILLS, Killed, killer, passing


def test_it_dies_at_its_point_as_often_as_asked_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KILLS, str(tmp_path / "kills"))
    with passing(killer("card.taken", times=2)):
        point("card.posted")
        for _ in range(2):
            with pytest.raises(Killed):
                point("card.taken")
        point("card.taken")
    assert (tmp_path / "kills").read_text().split() == ["card.taken"] * 2


def test_nothing_catches_it() -> None:
    with pytest.raises(Killed), passing(killer("card.taken")):
        try:
            point("card.taken")
        except Exception as caught:  # what the product might do
            raise AssertionError("it was caught") from caught


def test_what_was_armed_before_is_armed_again() -> None:
    with passing(lambda name: None):
        outer = points._Armed.plan
        with passing(killer("a.b")):
            assert points._Armed.plan is not outer
        assert points._Armed.plan is outer
    assert points._Armed.plan is None

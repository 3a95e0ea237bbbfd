"""While the demo stays up it looks after its house."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from demo import __main__ as demo


@pytest.fixture
def _as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The demo runs in this process: it reads the command line and takes over its signals."""
    monkeypatch.setenv("TILLWAY_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "argv", ["make demo"])
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_as_it_was")
def test_a_house_that_dies_ends_the_demo_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def tell(story: demo.Demo) -> None:
        """The story was told; then something kills `manage.py up`."""
        house = story.house
        story.shop = SimpleNamespace(password="secret")  # type: ignore[assignment]
        os.kill(house._process.pid, signal.SIGKILL)
        house._process.wait()
        house.state.mkdir(exist_ok=True)
        (house.state / "house.log").write_text(
            "".join(f"web   | line {number}\n" for number in range(100))
            + "market | out of memory\n"
        )

    monkeypatch.setattr(demo.Demo, "tell", tell)
    assert demo.main() == 1
    said = capsys.readouterr().out
    assert "manage.py up ended with -9" in said
    assert "market | out of memory" in said
    assert "line 99" in said
    assert "line 9\n" not in said

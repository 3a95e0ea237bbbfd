"""What an operator asks and does about scenarios from the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gateway.compliance.scenarios.models import ScenarioVersion
from tests.compliance.scenarios.kit import kept, plain, seen

pytestmark = pytest.mark.django_db
Say = Callable[..., str]


@pytest.fixture
def scenarios(capsys: pytest.CaptureFixture[str]) -> Say:
    def run(*words: str) -> str:
        call_command("scenarios", *words)
        return capsys.readouterr().out

    return run


def test_the_tables_that_came_along_are_loaded_and_listed(scenarios: Say) -> None:
    assert len(scenarios("load").splitlines()) == 14
    told = scenarios("list")
    assert "structuring" in told and "shadow=#1" in told


def test_a_version_is_shown_as_a_model_that_can_be_loaded_again(
    scenarios: Say, tmp_path: Path
) -> None:
    file = tmp_path / "table.json"
    file.write_text(json.dumps(plain()))
    scenarios("load", str(file))
    shown = scenarios("show", "many_payments")
    assert json.loads(shown)["nodes"][1]["type"] == "decisionTableNode"
    file.write_text(shown.replace("many_payments", "as_many"))
    scenarios("load", str(file), "--note", "the same for others")
    assert ScenarioVersion.objects.get(scenario="as_many").table.columns == ("out_count_24h",)
    assert "(shadow)" in scenarios("shadow", "as_many")


def test_a_file_that_is_no_table_is_refused_with_what_is_wrong(
    scenarios: Say, tmp_path: Path
) -> None:
    file = tmp_path / "table.json"
    file.write_text(json.dumps(plain(columns=["their_mood"])))
    with pytest.raises(CommandError, match="their_mood"):
        scenarios("load", str(file))
    file.write_text("{")
    with pytest.raises(CommandError, match="can't be read"):
        scenarios("load", str(file))


def test_a_backtest_is_carried_to_its_end(scenarios: Say, tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    file.write_text(json.dumps(plain()))
    scenarios("load", str(file))
    for hours in (3, 2, 1):
        kept(seen(hours))
    period = ("--since", "2026-11-01", "--until", "2026-12-01", "--mode", "test")
    told = scenarios("backtest", "many_payments", *period)
    assert told.splitlines()[0].startswith("2026-11-30 above=1 below=0")
    with pytest.raises(CommandError, match="is no day"):
        scenarios("backtest", "many_payments", "--since", "soon", "--until", "2026-12-01")

"""What an operator asks and does about lists from the command line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gateway.compliance.models import ListSource, ListVersion
from tests.compliance.listed import files as samples
from tests.compliance.listed.files import EVM, FILES
from tests.compliance.publishers import Publisher, publishing

pytestmark = pytest.mark.django_db
Say = Callable[..., str]


@pytest.fixture
def lists(capsys: pytest.CaptureFixture[str]) -> Say:
    def run(*words: str) -> str:
        call_command("lists", *words)
        return capsys.readouterr().out

    return run


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as publisher:
        yield publisher


@pytest.fixture
def ofac(tmp_path: Path) -> Callable[..., list[str]]:
    def written(**changed: str) -> list[str]:
        words = []
        for part, text in {**FILES["ofac-csv"], **changed}.items():
            (tmp_path / f"{part}.csv").write_bytes(text.encode())
            words.append(f"{part}={tmp_path / f'{part}.csv'}")
        return words

    return written


def test_files_are_loaded_and_every_version_can_be_asked(
    lists: Say, ofac: Callable[..., list[str]]
) -> None:
    load = ("load", "--source", "ofac", "--format", "ofac-csv")
    assert "ofac #1: 3 entities (+3 -0 ~0), 1 addresses (+1 -0)" in lists(*load, *ofac())
    assert "unchanged, checked" in lists(*load, *ofac())
    without = samples.SDN.replace("ARTAMADE", "ARTAMADE TWO") + samples.END
    assert "ofac #2: 3 entities (+0 -0 ~1)" in lists(*load, *ofac(sdn=without))

    assert lists("status").startswith("ofac #2 fresh: 3 entities, 1 addresses")
    assert [line.split()[3] for line in lists("history", "ofac").splitlines()] == ["#2:", "#1:"]
    assert "+ 15036 (vessel): ARTAMADE TWO" in lists("diff", "ofac", "2")
    assert "ARTAMADE / ALPHAMADE" in lists("as-of", "ofac", "1", "--id", "15036")
    loaded_on = ListVersion.objects.get(number=2).loaded_at
    assert "ARTAMADE TWO" in lists("as-of", "ofac", f"{loaded_on:%Y-%m-%d}", "--id", "15036")
    assert "3 entities" in lists("as-of", "ofac", "1")
    assert "7157 (person): MADEUP, Ivan" in lists("who", EVM.upper().replace("0X", "0x"))
    assert "names this address" in lists("who", "0x" + "01" * 20)
    with pytest.raises(CommandError, match="list_missing"):
        lists("as-of", "ofac", "2001-01-01")
    with pytest.raises(CommandError, match="list_missing"):
        lists("diff", "ofac", "9")


def test_a_refused_file_is_said_so_with_what_to_do(
    lists: Say, ofac: Callable[..., list[str]], tmp_path: Path
) -> None:
    load = ("load", "--source", "ofac", "--format", "ofac-csv")
    with pytest.raises(CommandError, match="list_truncated: alt has no end mark"):
        lists(*load, *ofac(alt=samples.ALT))
    with pytest.raises(CommandError, match="needs the file 'alt' too"):
        lists(*load, ofac()[0])
    with pytest.raises(CommandError, match="by its part"):
        lists(*load, "a.csv", "b.csv")
    with pytest.raises(CommandError, match="can't be read"):
        lists("load", str(tmp_path / "none.csv"), "--source", "house")
    assert ListSource.objects.get(name="ofac").refusal == "list_truncated"
    assert "missing" in lists("status")


def test_lists_of_the_settings_are_fetched_when_asked(
    lists: Say, publisher: Publisher, settings: Any
) -> None:
    publisher.files["/eu"] = FILES["eu-xml"]["list"].encode()
    publisher.files["/un"] = b"<html/>"
    settings.LISTS = [
        {"name": "eu", "url": f"{publisher.url}/eu", "format": "eu-xml"},
        {"name": "un", "url": f"{publisher.url}/un", "format": "un-xml"},
    ]
    assert "eu is named by LISTS and was never loaded" in lists("status")
    with pytest.raises(CommandError, match="un: list_unreadable"):
        lists("refresh")
    assert "eu #1" in lists("refresh", "eu")
    with pytest.raises(CommandError, match="LISTS doesn't name uk"):
        lists("refresh", "uk")
    said = lists("status")
    assert "eu #1 fresh" in said and "un #0 missing" in said and "list_unreadable" in said


def test_a_list_is_given_up_and_comes_back(lists: Say, settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"{EVM}\n")
    lists("load", str(path), "--source", "mine")
    settings.LISTS = [{"name": "mine", "url": str(path)}]
    with pytest.raises(CommandError, match="still names"):
        lists("give-up", "mine", "--by", "ada", "--second", "bob")
    settings.LISTS = []
    assert "mine #2: 0 entities (+0 -1 ~0), 0 addresses (+0 -1)" in lists(
        "give-up", "mine", "--by", "ada", "--second", "bob"
    )
    assert lists("status") == ""
    assert "names this address" in lists("who", EVM)
    with pytest.raises(CommandError, match="list_missing"):
        lists("give-up", "mine", "--by", "ada", "--second", "bob")
    assert "mine #3: 1 entities (+1 -0 ~0)" in lists("load", str(path), "--source", "mine")
    assert "mine #3 fresh" in lists("status")
    assert "0 entities" in lists("as-of", "mine", "2")


def test_every_format_has_a_word_for_it(lists: Say) -> None:
    said = lists("formats")
    assert "ofac-csv: OFAC's SDN list, legacy CSV (sdn, alt, add, [comments])" in said
    assert len(said.splitlines()) == 9

"""The record can be checked by anybody, without us, and says what was tampered with."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from gateway.compliance.cases.exporting import record_lines
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.record_models import RecordDay, RecordEntry, RecordHead, RecordOpening
from gateway.compliance.cases.services import case_escalate, case_note, days_seal
from gateway.compliance.cases.verify import main
from gateway.compliance.cases.verifying import export_check
from tests.compliance.cases.conftest import ADA, taken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chain")]
CHECKOUT = Path(__file__).resolve().parents[3]
DAY_ONE = datetime(2030, 1, 7, 10, 0, tzinfo=UTC)
Told = list[dict[str, Any]]


@pytest.fixture
def two_days(case_of: Callable[..., Case]) -> Case:
    """Two cases, written about on two days, the first one sealed; the first case."""
    first, second = taken(case_of()), case_of(about="list:ofac")
    for day, words in ((DAY_ONE, "one"), (DAY_ONE + timedelta(days=1), "two")):
        for case in (first, second, first):
            case_note(case_id=case.id, by=ADA, text=f"Zwiebelkuchen {words}", now=day)
    days_seal(now=DAY_ONE + timedelta(days=1))
    return first


def exported(case_id: Any = None) -> Told:
    return [json.loads(line) for line in record_lines(case_id=case_id)]


def problems(told: Told) -> list[str]:
    return export_check(json.dumps(line) for line in told).problems


def test_the_whole_record_is_good_and_tells_no_personal_words(two_days: Case) -> None:
    lines = list(record_lines())
    checked = export_check(lines)
    assert checked.problems == []
    assert (checked.whole, checked.entries) == (True, RecordEntry.objects.count())
    assert checked.days == RecordDay.objects.count() == 2
    assert "Zwiebelkuchen" not in "".join(lines)


def test_one_cases_part_is_proven_and_opened_and_shows_nothing_of_others(two_days: Case) -> None:
    lines = list(record_lines(case_id=two_days.id))
    checked = export_check(lines)
    assert checked.problems == []
    assert checked.entries == RecordEntry.objects.filter(about=str(two_days.id)).count()
    assert 0 < checked.proven < checked.entries  # the second day is not over
    assert checked.openings > 0
    assert checked.snapshots == 1
    assert str(Case.objects.get(about="list:ofac").id) not in "".join(lines)


def entry(told: Told, number: int) -> dict[str, Any]:
    return next(line for line in told if line.get("number") == number and line["type"] == "entry")


def change(part: str, value: Any) -> Callable[[Told], None]:
    return lambda told: entry(told, 4).update({part: value})


def leave_out(told: Told) -> None:
    told.remove(entry(told, 4))


def leave_out_and_renumber(told: Told) -> None:
    told.remove(entry(told, 4))
    for line in told:
        if line["type"] == "entry" and line["number"] > 4:
            line["number"] -= 1


def swap(told: Told) -> None:
    one, other = entry(told, 4), entry(told, 5)
    first, second = dict(one), dict(other)
    one.update(second)
    other.update(first)


def cut_the_end(told: Told) -> None:
    last = max(line["last"] for line in told if line["type"] == "day")
    told.remove(entry(told, last))
    told[:] = [line for line in told if line["type"] != "entry" or line["number"] < last]


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (change("verb", "closed"), "entry 4 was changed"),
        (change("actor", "user:nobody"), "entry 4 was changed"),
        (change("facts", {"note": "other"}), "entry 4 was changed"),
        (change("commitments", {}), "entry 4 was changed"),
        (change("hash", "0" * 64), "entry 4 was changed"),
        (change("at", "2031-01-01T00:00:00+00:00"), "entry 4 was changed"),
        (leave_out, "entry 4 is missing"),
        (leave_out_and_renumber, "was changed"),
        (swap, "entry 4 is missing"),
        (cut_the_end, "has other entries than were sealed"),
        (lambda told: told.clear(), "it has no entry"),
        (lambda told: told.append({"type": "entry"}), "not what it should be"),
        (lambda told: told.append({"type": "what"}), "can't be read"),
        (lambda told: told[0].update(format=2), "format 2 is not known"),
    ],
)
def test_whatever_is_tampered_with_is_named(
    two_days: Case, tamper: Callable[[Told], Any], says: str
) -> None:
    told = exported()
    tamper(told)
    assert any(says in problem for problem in problems(told)), problems(told)


def test_a_chain_that_was_forged_anew_differs_from_the_days_roots(two_days: Case) -> None:
    from gateway.compliance.cases.chaining import ChainEntry, entry_hash

    told, previous = exported(), "0" * 64
    for line in told:
        if line["type"] != "entry":
            continue
        if line["number"] == 4:
            line["actor"] = "user:nobody"
        line["previous"] = previous
        kept = {name: line[name] for name in ChainEntry.__dataclass_fields__}
        previous = line["hash"] = entry_hash(
            ChainEntry(**kept | {"at": datetime.fromisoformat(line["at"])})
        )
    found = problems(told)
    assert len(found) == 1
    assert "another root than was sealed" in found[0]


def test_a_case_with_another_opening_or_path_or_snapshot_is_not_good(two_days: Case) -> None:
    for type, part, value, says in (
        ("opening", "value", "something else", "committed to another"),
        ("opening", "salt", "00" * 32, "committed to another"),
        ("snapshot", "content", "{}", "not what an entry named"),
        ("day", "root", "00" * 32, "is not in the tree"),
    ):
        told = exported(two_days.id)
        next(line for line in told if line["type"] == type)[part] = value
        assert any(says in problem for problem in problems(told)), type


def test_the_verifier_runs_on_its_own(two_days: Case, tmp_path: Path) -> None:
    file = tmp_path / "record.jsonl"
    call_command("cases", "export", str(file), verbosity=0)
    day = RecordDay.objects.order_by("day").last()
    run = [sys.executable, "-m", "gateway.compliance.cases.verify", str(file)]
    bare = {"PATH": "/usr/bin:/bin"}
    good = subprocess.run(
        [*run, "--root", f"{day.day}={day.root}"],
        cwd=CHECKOUT, env=bare, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.endswith(": good\n")
    text = file.read_text()
    file.write_text(text.replace('"verb":"noted"', '"verb":"taken"', 1))
    bad = subprocess.run(run, cwd=CHECKOUT, env=bare, capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "WRONG" in bad.stdout
    loaded = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import gateway.compliance.cases.verify, sys;"
            "print([m for m in sys.modules if m.startswith(('django', 'psycopg', 'gateway.set'))])",
        ],
        cwd=CHECKOUT, env=bare, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert loaded.stdout == "[]\n"


def test_a_root_that_was_published_otherwise_is_named(
    two_days: Case, tmp_path: Path, capsys: Any
) -> None:
    file = tmp_path / "record.jsonl"
    call_command("cases", "export", str(file), "--case", str(two_days.id), verbosity=0)
    assert main([str(file)]) == 0
    assert main([str(file), "--root", f"{DAY_ONE.date()}={'0' * 64}"]) == 1
    assert "published with another root" in capsys.readouterr().out
    assert main([str(tmp_path / "nothing")]) == 2


def test_a_day_is_sealed_when_it_is_over_and_once(two_days: Case) -> None:
    assert days_seal(now=DAY_ONE + timedelta(days=1)) == []
    assert not RecordDay.objects.filter(day=date(2030, 1, 8)).exists()
    (day,) = days_seal(now=DAY_ONE + timedelta(days=2))
    assert (day.day, day.last - day.first) == (date(2030, 1, 8), 2)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        RecordDay.objects.update(root="0")


def test_a_clock_that_runs_behind_writes_nothing_into_a_sealed_day(two_days: Case) -> None:
    days_seal(now=DAY_ONE + timedelta(days=2))
    case_escalate(case_id=two_days.id, by=ADA, reason="late", now=DAY_ONE)
    last = RecordEntry.objects.order_by("-number")[0]
    assert last.at == datetime(2030, 1, 9, tzinfo=UTC)
    assert export_check(record_lines()).problems == []


def test_the_database_keeps_the_chain_whoever_writes(two_days: Case) -> None:
    head = RecordHead.objects.get()
    common = {
        "hash": "a",
        "at": DAY_ONE,
        "day": DAY_ONE.date(),
        "about": "",
        "actor": "x",
        "verb": "x",
        "facts": "{}",
        "commitments": "{}",
    }
    for number, previous in (
        (head.number + 1, "0" * 64),
        (head.number + 2, head.hash),
        (0, "0" * 64),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            RecordEntry.objects.create(number=number, previous=previous, **common)
    for tried in (
        lambda: RecordEntry.objects.filter(number=1).update(verb="x"),
        lambda: RecordEntry.objects.filter(number=1).delete(),
        lambda: RecordOpening.objects.update(value="{}"),
    ):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            tried()

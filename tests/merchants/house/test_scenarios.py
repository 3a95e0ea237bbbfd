"""Scenarios on the officers' pages: all of them, one, its editor, versions and backtests."""

from html import unescape
from typing import Any

import pytest
from django.test import Client

from gateway.compliance.scenarios.models import Backtest, ScenarioVersion
from gateway.compliance.scenarios.tasks import continue_backtests
from gateway.compliance.scenarios.versions import shipped_load, version_shadow, version_write
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from merchants.accounts.actions import ROLES
from tests.checkout.test_views import assert_strict
from tests.compliance.scenarios.kit import NOW, kept, seen, table
from tests.custody.approvals.conftest import delay_passed
from tests.faces import PASSWORD, Staff
from tests.merchants.house.test_approvals import said
from tests.merchants.house.test_holds import second_officer

pytestmark = pytest.mark.django_db
ROOT = "/house/scenarios"


@pytest.fixture
def officer(staff: Staff) -> Client:
    return staff.client("compliance_officer")


@pytest.fixture
def version(staff: Staff) -> ScenarioVersion:
    return version_write(
        table=table(rows=[([">= 9"], "high"), ([">= 3"], "low")]),
        author=None,
        note="to try",
        now=NOW,
    )


def typed(**changes: Any) -> dict[str, Any]:
    """The editor's form as the first version fills it."""
    return {
        "rows": "2",
        "columns": "1",
        "c0": "out_count_24h",
        "r0c0": ">= 9",
        "r0s": "high",
        "r0r": "Very many",
        "r1c0": ">= 4",
        "r1s": "low",
        "r1r": "Many",
        "triggers": ["deposit"],
        "rest_days": "7",
        "sources": "The house's own\n\n",
        "note": "fewer false alarms",
        "do": "keep",
        **changes,
    }


def begun(officer: Client, **changes: Any) -> Any:
    """The page of a new scenario, posted."""
    told = {"scenario": "many_refunds", "subject": "shop", "do": "begin", **changes}
    return officer.post(f"{ROOT}/new", typed(**told), follow=True)


def edited(officer: Client, **changes: Any) -> Any:
    return officer.post(f"{ROOT}/many_payments/edit", typed(**changes), follow=True)


def test_every_scenario_is_listed_with_how_far_it_is(
    officer: Client, staff: Staff, django_assert_max_num_queries: Any
) -> None:
    assert "No scenarios yet" in said(officer.get(ROOT))
    shipped_load(now=NOW)
    with django_assert_max_num_queries(12):
        answer = officer.get(ROOT)
    assert_strict(answer)
    page = said(answer)
    assert "Just below a threshold" in page
    assert page.count("In shadow <span") == 14


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"compliance_officer"}))
def test_nobody_but_an_officer_sees_what_is_watched_for(
    staff: Staff, version: ScenarioVersion, role: str
) -> None:
    client = staff.client(role)
    for path in (ROOT, f"{ROOT}/new", f"{ROOT}/many_payments", f"{ROOT}/many_payments/edit"):
        assert client.get(path).status_code in (403, 404), path
    assert begun(client).status_code in (403, 404)
    assert ScenarioVersion.objects.count() == 1
    assert client.post(f"{ROOT}/versions/{version.id}/shadow").status_code in (403, 404)
    version.refresh_from_db()
    assert version.state == "draft"


def test_a_changed_table_is_kept_as_a_new_draft_with_why_and_by_whom(
    officer: Client, version: ScenarioVersion, staff: Staff
) -> None:
    page = said(edited(officer))
    assert "Kept as draft 2." in page
    kept_as = ScenarioVersion.objects.get(number=2)
    assert kept_as.author == staff.user("compliance_officer").pk
    assert kept_as.note == "fewer false alarms"
    assert kept_as.table.sources == ("The house's own",)
    version.refresh_from_db()
    assert version.state == "retired"


def test_a_new_scenario_begins_in_shadow_and_takes_two_people_to_be_in_force(
    officer: Client, staff: Staff
) -> None:
    assert_strict(officer.get(f"{ROOT}/new"))
    page = said(begun(officer))
    assert "Begun in shadow" in page and "Many refunds" in page
    (new,) = ScenarioVersion.objects.all()
    assert (new.scenario, new.number, new.state, new.subject) == (
        "many_refunds",
        1,
        "shadow",
        "shop",
    )
    assert new.author == staff.user("compliance_officer").pk
    assert new.note == "fewer false alarms"
    officer.post(f"{ROOT}/versions/{new.id}/live", {"reason": "it works"})
    act = Act.objects.get(kind="scenario_live")
    _, other = second_officer()
    other.post(f"/house/approvals/{act.id}/agree", {"password": PASSWORD})
    delay_passed(act.id)
    acts_carry_out_due()
    new.refresh_from_db()
    assert (new.state, new.author == new.checker) == ("live", False)


def test_a_new_scenario_begins_from_another_one_and_keeps_its_name_and_reason(
    officer: Client, version: ScenarioVersion
) -> None:
    page = officer.get(f"{ROOT}/new")
    assert [row["cells"][0]["text"] for row in page.context["rows"]] == [""]
    for template, cells in (("many_payments", [">= 9", ">= 3"]), ("velocity", ["", ">= 10", ""])):
        filled = begun(officer, do="template", template=template)
        assert [row["cells"][0]["text"] for row in filled.context["rows"]] == cells
        assert (filled.context["name"], filled.context["note"]) == (
            "many_refunds",
            "fewer false alarms",
        )
    assert filled.context["subject"] == "address"
    emptied = begun(officer, do="template", template="")
    assert [row["cells"] and row["reason"] for row in emptied.context["rows"]] == [""]
    wider = begun(officer, do="column-add")
    assert [len(row["cells"]) for row in wider.context["rows"]] == [2, 2]
    assert ScenarioVersion.objects.count() == 1, "nothing is kept by any of it"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scenario": "Many Refunds"}, "A name has 2 to 48 of the letters"),
        ({"scenario": ""}, "A name has 2 to 48 of the letters"),
        ({"scenario": "new"}, "A name has 2 to 48 of the letters"),
        ({"scenario": "many_payments"}, "There is a scenario of this name"),
        ({"subject": "their_aunt"}, "Choose what it watches."),
        ({"triggers": []}, "Choose after what it is asked."),
        ({"note": " "}, "Say why: it is written down with your name."),
        ({"r0c0": "nine"}, "Row 1: Write a comparison such as"),
    ],
)
def test_a_new_scenario_that_is_none_is_refused_in_words_and_nothing_typed_is_lost(
    officer: Client, version: ScenarioVersion, changes: dict[str, Any], words: str
) -> None:
    answer = begun(officer, **{"r1r": "Mind <this>", **changes})
    assert words in unescape(said(answer, 422))
    page = answer.content.decode()
    assert "Mind &lt;this&gt;" in page
    for name in ("scenario", "r0c0"):
        told = changes.get(name, {"scenario": "many_refunds", "r0c0": ">= 9"}[name])
        field = page.partition(f'name="{name}" value="')[2].partition('"')[0]
        assert unescape(field) == told
    assert ScenarioVersion.objects.count() == 1


def test_a_scenario_that_was_laid_aside_keeps_its_name(
    officer: Client, version: ScenarioVersion
) -> None:
    officer.post(f"{ROOT}/versions/{version.id}/lay-aside")
    answer = begun(officer, scenario="many_payments")
    assert "There is a scenario of this name" in said(answer, 422)
    assert 'aria-invalid="true"' in answer.content.decode()


def test_what_can_not_be_used_is_told_at_each_cell_and_nothing_typed_is_lost(
    officer: Client, version: ScenarioVersion
) -> None:
    answer = edited(officer, r0c0="nine", r1c0="9..3", r1r="Mind <this>")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.count('aria-invalid="true"') == 2
    assert "Row 1: Write a comparison such as &gt;= 5" in page
    assert "A span goes from the smaller to the larger number." in page
    assert 'value="nine"' in page and "Mind &lt;this&gt;" in page
    assert ScenarioVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"note": " "}, "Say why: it is written down with your name."),
        ({"triggers": []}, "Choose after what it is asked."),
        ({"rest_days": "0"}, "An alert rests for 1 to 365 days."),
        ({"rest_days": "²"}, "An alert rests for 1 to 365 days."),
        ({"r1r": 'say "no"'}, "without quotation marks"),
        ({"r0s": "none", "r1s": "none"}, "At least one row must alert."),
        ({"r1c0": ""}, "An empty row would fit everybody"),
        ({"c0": "their_mood"}, "There is no such column."),
        ({"rows": "0"}, "A table has 1 to 50 rows."),
        ({"rows": "9999"}, "A table has 1 to 50 rows."),
        ({"columns": "0"}, "A table has 1 to 12 columns."),
    ],
)
def test_a_table_that_is_none_is_refused_in_words(
    officer: Client, version: ScenarioVersion, changes: dict[str, Any], words: str
) -> None:
    answer = edited(officer, **changes)
    assert words in said(answer, 422)
    assert ScenarioVersion.objects.count() == 1


def test_a_table_that_says_the_same_is_not_kept_again(
    officer: Client, version: ScenarioVersion
) -> None:
    told = {"r0r": "Row 1", "r1r": "Row 2", "r1c0": ">= 3", "sources": ""}
    assert "Nothing is different from the newest version." in said(edited(officer, **told), 422)


@pytest.mark.parametrize(
    ("verb", "cells"),
    [
        ("row-up:1", [">= 4", ">= 9"]),
        ("row-down:0", [">= 4", ">= 9"]),
        ("row-up:0", [">= 9", ">= 4"]),
        ("row-remove:0", [">= 4"]),
        ("row-add", [">= 9", ">= 4", ""]),
        ("row-up:²", [">= 9", ">= 4"]),
    ],
)
def test_rows_are_added_taken_away_and_moved_without_a_script(
    officer: Client, version: ScenarioVersion, verb: str, cells: list[str]
) -> None:
    answer = edited(officer, do=verb)
    assert answer.status_code == 200
    assert [row["cells"][0]["text"] for row in answer.context["rows"]] == cells
    assert ScenarioVersion.objects.count() == 1


def test_a_column_is_added_and_taken_away_with_its_cells(
    officer: Client, version: ScenarioVersion
) -> None:
    wider = edited(officer, do="column-add")
    assert [len(row["cells"]) for row in wider.context["rows"]] == [2, 2]
    two = {"columns": "2", "c1": "exposed", "r0c1": "yes", "r1c1": ""}
    narrower = edited(officer, **two, do="column-remove:0")
    assert [row["cells"][0]["text"] for row in narrower.context["rows"]] == ["yes", ""]


def test_a_table_can_be_checked_before_it_is_kept(
    officer: Client, version: ScenarioVersion
) -> None:
    assert "This table can be used." in said(edited(officer, do="check"))
    assert ScenarioVersion.objects.count() == 1


def test_a_draft_goes_in_shadow_and_in_force_by_two_officers(
    officer: Client, version: ScenarioVersion, staff: Staff
) -> None:
    said(officer.post(f"{ROOT}/versions/{version.id}/shadow", follow=True))
    version.refresh_from_db()
    assert version.state == "shadow"
    page = said(
        officer.post(f"{ROOT}/versions/{version.id}/live", {"reason": "it works"}, follow=True)
    )
    assert "Another officer must approve it." in page
    act = Act.objects.get(kind="scenario_live")
    shown = said(officer.get(f"/house/approvals/{act.id}"))
    assert "Put a scenario in force" in shown and version.hash in shown
    _, other = second_officer()
    other.post(f"/house/approvals/{act.id}/agree", {"password": PASSWORD})
    delay_passed(act.id)
    acts_carry_out_due()
    page = said(officer.get(f"{ROOT}/many_payments"))
    assert "In force by" in page
    assert "Take it off" in page


def test_what_is_asked_of_a_version_that_moved_on_is_refused_in_words(
    officer: Client, version: ScenarioVersion
) -> None:
    version_shadow(version_id=version.id, now=NOW)
    answer = officer.post(f"{ROOT}/versions/{version.id}/shadow")
    assert "Somebody was quicker: this version has moved on." in said(answer, 422)
    assert officer.post(f"{ROOT}/versions/{version.id}/explode").status_code == 404
    no_reason = officer.post(f"{ROOT}/versions/{version.id}/live", {"reason": ""})
    assert "Say why" in said(no_reason, 422)


def test_two_versions_are_compared_row_by_row(officer: Client, version: ScenarioVersion) -> None:
    edited(officer)
    page = unescape(said(officer.get(f"{ROOT}/many_payments/compare?one=1&other=2")))
    assert "Times money went out, 24 hours >= 3 → Low: Row 2" in page
    assert "Times money went out, 24 hours >= 4 → Low: Many" in page
    assert "Nothing: they say the same." in said(
        officer.get(f"{ROOT}/many_payments/compare?one=1&other=1")
    )
    for query in ("", "?one=1&other=7", "?one=x&other=1"):
        assert officer.get(f"{ROOT}/many_payments/compare{query}").status_code == 404


def test_a_version_is_tried_against_history_and_its_page_says_how_far_it_is(
    officer: Client, version: ScenarioVersion
) -> None:
    for hours in range(4):
        kept(seen(hours / 10))
    told = {"version": "1", "since": "2026-11-01", "until": "2026-11-30", "band": "40"}
    answer = officer.post(f"{ROOT}/many_payments/try", told, follow=True)
    assert_strict(answer)
    assert "Waits for its turn" in said(answer)
    assert 'data-progress="under-way"' in answer.content.decode()
    continue_backtests()
    test = Backtest.objects.get()
    answer = officer.get(f"{ROOT}/backtests/{test.id}")
    page = said(answer)
    assert "Done" in page and "2 of 2 looked at" not in page
    assert "1 of 1 looked at" in page
    assert "2026-11-30: 1" in page
    assert 'data-progress=""' in answer.content.decode()
    assert "1 above, 0 below" in said(officer.get(f"{ROOT}/many_payments"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"since": "2026-12-01", "until": "2026-11-01"}, "A period begins before it ends"),
        ({"since": "soon"}, "A period begins before it ends"),
        ({"band": "99"}, "The band under the line is 1 to 50 per cent."),
        ({"band": "²"}, "The band under the line is 1 to 50 per cent."),
    ],
)
def test_a_trial_of_no_period_is_refused_in_words(
    officer: Client, version: ScenarioVersion, changes: dict[str, str], words: str
) -> None:
    told = {"version": "1", "since": "2026-11-01", "until": "2026-11-30", "band": "20", **changes}
    answer = officer.post(f"{ROOT}/many_payments/try", told)
    assert words in said(answer, 422)
    assert not Backtest.objects.exists()


def test_what_there_is_not_is_not_found(officer: Client, version: ScenarioVersion) -> None:
    for path in ("no_such", "no_such/edit", "many_payments/edit?from=9", f"backtests/{version.id}"):
        assert officer.get(f"{ROOT}/{path}").status_code == 404, path
    told = {"version": "7", "since": "2026-11-01", "until": "2026-11-30", "band": "20"}
    assert officer.post(f"{ROOT}/many_payments/try", told).status_code == 404

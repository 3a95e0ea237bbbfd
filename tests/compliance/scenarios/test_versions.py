"""A table goes in force by two people and never changes afterwards, whoever writes the rows."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from gateway.compliance.scenarios.errors import (
    VersionNotThere,
    VersionReasonMissing,
    VersionUnchanged,
)
from gateway.compliance.scenarios.going_live import version_live_propose, version_retire_propose
from gateway.compliance.scenarios.models import ScenarioVersion
from gateway.compliance.scenarios.shipped import shipped_tables
from gateway.compliance.scenarios.versions import (
    shipped_load,
    version_lay_aside,
    version_shadow,
    version_write,
)
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.errors import ActOpenAlready, SamePerson
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree, act_reject
from gateway.events.ids import uuid7
from tests.compliance.scenarios.kit import NOW, table, written
from tests.custody.approvals.conftest import ADA, BEA, CLEO, delay_passed

pytestmark = pytest.mark.django_db


def live(version: ScenarioVersion, *, maker: Any = ADA, checker: Any = BEA) -> ScenarioVersion:
    act = version_live_propose(version_id=version.id, by=maker, reason="it finds them")
    act_agree(act_id=act.id, by=checker)
    delay_passed(act.id)
    acts_carry_out_due()
    version.refresh_from_db()
    return version


def test_a_table_goes_live_once_another_person_agrees_and_the_delay_is_over() -> None:
    version = written(author=ADA)
    act = version_live_propose(version_id=version.id, by=ADA, reason="it finds them")
    version.refresh_from_db()
    assert version.state == "draft"
    with pytest.raises(SamePerson):
        act_agree(act_id=act.id, by=ADA)
    act_agree(act_id=act.id, by=BEA)
    assert acts_carry_out_due() == 0  # its delay runs
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    version.refresh_from_db()
    assert (version.state, version.maker, version.checker) == ("live", ADA, BEA)


def test_whoever_wrote_a_table_is_never_its_second_person() -> None:
    version = live(written(author=BEA), maker=ADA, checker=BEA)
    assert version.state == "draft"
    assert Act.objects.get().state == "failed"
    assert live(version, maker=ADA, checker=CLEO).state == "live"


def test_a_newer_live_version_retires_the_one_before_in_the_same_moment() -> None:
    first = live(written(author=ADA))
    second = live(written(author=ADA, rows=[([">= 5"], "high")]))
    first.refresh_from_db()
    assert (first.state, second.state, second.number) == ("retired", "live", 2)
    assert first.retired_at == second.live_at


def test_taking_a_live_version_off_needs_two_people_too() -> None:
    version = live(written(author=ADA))
    with pytest.raises(VersionNotThere):
        version_lay_aside(version_id=version.id, now=NOW)
    act = version_retire_propose(version_id=version.id, by=ADA, reason="too noisy")
    act_agree(act_id=act.id, by=BEA)
    delay_passed(act.id)
    acts_carry_out_due()
    version.refresh_from_db()
    assert version.state == "retired"


def test_a_refused_version_stays_where_it_was_and_can_be_asked_for_again() -> None:
    version = written(author=ADA)
    act = version_live_propose(version_id=version.id, by=ADA, reason="please")
    with pytest.raises(ActOpenAlready):
        version_live_propose(version_id=version.id, by=CLEO, reason="me too")
    act_reject(act_id=act.id, by=BEA, reason="too many")
    assert live(version).state == "live"


def test_a_draft_that_was_replaced_while_two_people_agreed_does_not_go_live() -> None:
    version = written(author=ADA)
    act = version_live_propose(version_id=version.id, by=ADA, reason="it finds them")
    act_agree(act_id=act.id, by=BEA)
    written(author=CLEO, rows=[([">= 9"], "low")])
    delay_passed(act.id)
    acts_carry_out_due()
    act.refresh_from_db()
    version.refresh_from_db()
    assert (act.state, version.state) == ("failed", "retired")


def test_a_table_is_kept_with_why_and_only_if_it_is_another_one() -> None:
    with pytest.raises(VersionReasonMissing):
        version_write(table=table(), author=ADA, note="  ", now=NOW)
    written()
    with pytest.raises(VersionUnchanged):
        written()


def test_one_version_is_in_shadow_and_a_later_one_takes_its_place() -> None:
    first = version_shadow(version_id=written().id, now=NOW)
    second = version_shadow(version_id=written(rows=[([">= 4"], "low")]).id, now=NOW)
    first.refresh_from_db()
    assert (first.state, second.state) == ("retired", "shadow")
    with pytest.raises(VersionNotThere):
        version_shadow(version_id=first.id, now=NOW)


def test_the_tables_that_come_with_the_program_begin_in_shadow_and_come_once() -> None:
    loaded = shipped_load(now=NOW)
    assert {one.scenario for one in loaded} == {one.scenario for one in shipped_tables()}
    assert {one.state for one in loaded} == {"shadow"}
    version_lay_aside(version_id=loaded[0].id, now=NOW)
    assert shipped_load(now=NOW) == []


REFUSED: dict[str, dict[str, Any]] = {
    "its table": {"content": "{}"},
    "its number": {"number": 7},
    "its author": {"author": CLEO},
    "live by nobody": {"state": "live", "live_at": NOW},
    "live by one": {
        "state": "live",
        "live_at": NOW,
        "act_id": uuid7(),
        "maker": ADA,
        "checker": ADA,
    },
    "live by an act that is none": {
        "state": "live",
        "live_at": NOW,
        "act_id": uuid7(),
        "maker": ADA,
        "checker": BEA,
    },
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_database_refuses_what_no_verb_does(what: str) -> None:
    version = written(author=ADA)
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        ScenarioVersion.objects.filter(id=version.id).update(**REFUSED[what])


def test_the_database_lets_no_version_go_back_or_away() -> None:
    version = live(written(author=ADA))
    with pytest.raises(DatabaseError), transaction.atomic():
        ScenarioVersion.objects.filter(id=version.id).update(state="shadow")
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


def test_an_act_about_another_table_puts_none_in_force() -> None:
    act = version_live_propose(version_id=written(author=ADA).id, by=ADA, reason="the mild one")
    act_agree(act_id=act.id, by=BEA)
    other = written(author=ADA, scenario="other_one")
    with pytest.raises(DatabaseError), transaction.atomic():
        ScenarioVersion.objects.filter(id=other.id).update(
            state="live", live_at=NOW, act_id=act.id, maker=ADA, checker=BEA
        )

"""Two people, a delay that either can cancel, and a database that believes nobody."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from gateway.custody.approvals import carrying, services
from gateway.custody.approvals.carrying import act_carry_out, acts_carry_out_due, acts_expire_due
from gateway.custody.approvals.errors import (
    ActChanged,
    ActExpired,
    ActNotApproved,
    ActOpenAlready,
    ActOver,
    ActReasonMissing,
    ActTooEarly,
    ApprovalError,
    KindUnknown,
    SamePerson,
)
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree, act_cancel, act_reject, act_withdraw
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.shops.services import shop_approve
from tests.custody.approvals.conftest import (
    ADA,
    BEA,
    CLEO,
    Notary,
    delay_passed,
    lifetime_passed,
    told_of,
)

pytestmark = pytest.mark.django_db


def test_two_people_and_the_delay_stand_before_it(notary: Notary) -> None:
    act = notary.propose()
    with pytest.raises(ActNotApproved):
        act_carry_out(act_id=act.id)
    with pytest.raises(SamePerson):
        act_agree(act_id=act.id, by=ADA)
    act = act_agree(act_id=act.id, by=BEA)
    assert (act.state, act.maker, act.checker) == ("approved", ADA, BEA)
    with pytest.raises(ActTooEarly):
        act_carry_out(act_id=act.id)
    assert acts_carry_out_due() == 0
    assert notary.due(act) == 1
    assert notary.count() == 1
    assert told_of(act) == ["proposed", "approved", "carried_out"]
    with pytest.raises(ActOver):
        act_carry_out(act_id=act.id)
    assert notary.count() == 1


@pytest.mark.parametrize("by", [ADA, BEA, CLEO])
def test_either_of_the_two_and_any_third_can_call_it_off_in_its_delay(
    notary: Notary, by: UUID
) -> None:
    act = act_agree(act_id=notary.propose().id, by=BEA)
    act = act_cancel(act_id=act.id, by=by, reason="found out")
    assert (act.state, act.ended_by, act.end_reason) == ("cancelled", by, "found out")
    assert notary.due(act) == 0
    assert (notary.count(), notary.count("notary.undone")) == (0, 1)
    assert told_of(act) == ["proposed", "approved", "cancelled"]


def test_what_a_program_asked_for_needs_two_people_still(notary: Notary) -> None:
    act = notary.propose(maker=None, origin=f"key:{uuid7()}")
    act = act_agree(act_id=act.id, by=ADA)
    assert (act.state, act.maker, act.checker) == ("proposed", ADA, None)
    with pytest.raises(SamePerson):
        act_agree(act_id=act.id, by=ADA)
    assert act_agree(act_id=act.id, by=BEA).state == "approved"
    assert told_of(act) == ["proposed", "seconded", "approved"]


def test_a_rejected_one_undoes_what_waited_for_it(notary: Notary) -> None:
    act = act_reject(act_id=notary.propose().id, by=BEA, reason="no")
    assert act.state == "rejected"
    assert notary.count("notary.undone") == 1
    with pytest.raises(ActOver):
        act_agree(act_id=act.id, by=CLEO)


def test_what_nobody_decides_expires(notary: Notary) -> None:
    waiting, agreed = notary.propose(), act_agree(act_id=notary.propose().id, by=BEA)
    assert acts_expire_due() == 0
    lifetime_passed(waiting.id)
    with pytest.raises(ActExpired):
        act_agree(act_id=waiting.id, by=BEA)
    delay_passed(agreed.id)
    lifetime_passed(agreed.id)
    assert (acts_carry_out_due(), acts_expire_due()) == (0, 2)
    assert notary.count("notary.undone") == 2


def test_a_refusal_ends_it_and_one_that_passes_is_tried_again(notary: Notary) -> None:
    act = act_agree(act_id=notary.propose().id, by=BEA)
    notary.refuse = ActTooEarly("The market is closed.")
    assert notary.due(act) == 0
    act.refresh_from_db()
    assert (act.state, notary.count()) == ("approved", 0)
    notary.refuse = TillwayError("It is gone.", code="gone")
    assert acts_carry_out_due() == 0
    act.refresh_from_db()
    assert (act.state, act.end_reason) == ("failed", "gone: It is gone.")
    assert (notary.count(), notary.count("notary.undone")) == (0, 1)


def test_one_that_breaks_keeps_no_other_from_being_done(notary: Notary) -> None:
    broken = act_agree(act_id=notary.propose().id, by=BEA)
    whole = act_agree(act_id=notary.propose().id, by=BEA)
    delay_passed(broken.id)
    delay_passed(whole.id)
    carry_out = notary.carry_out

    def breaks(act: Act, now: Any) -> None:
        carry_out(act, now)
        if act.id == broken.id:
            raise ZeroDivisionError

    from gateway.custody.approvals import kinds

    kinds._kinds["tested"] = kinds.ActKind(name="tested", carry_out=breaks)
    assert acts_carry_out_due() == 1
    broken.refresh_from_db()
    assert (broken.state, notary.count()) == ("approved", 1)


def test_one_of_a_kind_is_open_at_a_time(notary: Notary) -> None:
    act = notary.propose(subject="thing:1")
    with pytest.raises(ActOpenAlready):
        notary.propose(subject="thing:1", maker=BEA)
    act_cancel(act_id=act.id, by=ADA, reason="again")
    assert notary.propose(subject="thing:1").state == "proposed"


def test_it_needs_a_reason_and_a_room_that_does_it(notary: Notary) -> None:
    with pytest.raises(ActReasonMissing):
        notary.propose(reason=" ")
    with pytest.raises(ActReasonMissing):
        act_reject(act_id=notary.propose().id, by=BEA, reason="")
    with pytest.raises(KindUnknown):
        notary.propose(kind="dance")


def test_a_subject_that_is_gone_takes_its_act_with_it(notary: Notary) -> None:
    act = notary.propose(subject="thing:2")
    ended = act_withdraw(kind="tested", subject="thing:2", reason="gone")
    assert ended is not None
    assert (ended.id, ended.state, notary.count("notary.undone")) == (act.id, "cancelled", 0)
    assert act_withdraw(kind="tested", subject="thing:2", reason="gone") is None


def test_what_was_agreed_in_test_mode_is_not_done_with_live_money(
    notary: Notary, shop: Any, clock: Any
) -> None:
    act = act_agree(act_id=notary.propose(shop_id=shop.id, decider="shop").id, by=BEA)
    shop_approve(shop_id=shop.id, live=True, now=clock())
    assert notary.due(act) == 0
    act.refresh_from_db()
    assert (act.state, act.end_reason.partition(":")[0]) == ("failed", ActChanged.code)
    assert notary.propose(shop_id=shop.id).delay_seconds >= 900


# --- rows written by hand ------------------------------------------------------------------------


def by_hand(sql: str, **values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


INSERT = """
INSERT INTO approvals_act (id, kind, subject, shop_id, mode, decider, payload, payload_hash, origin,
    reason, state, maker, checker, end_reason, delay_seconds, lifetime_seconds, proposed_at,
    decided_at, not_before, expires_at)
VALUES (%(id)s, 'tested', 'thing:9', NULL, %(mode)s, 'house', '{}', '', 'person', 'x', %(state)s,
    %(maker)s, %(checker)s, '', %(delay)s, 3600, '2020-01-01', NULL, NULL, '2099-01-01')
"""
FORGED = {"mode": "test", "state": "proposed", "maker": ADA, "checker": None, "delay": 60}


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "approved", "checker": BEA},
        {"checker": BEA},
        {"state": "carried_out", "checker": BEA},
        {"mode": "live", "delay": 0},
        {"mode": "live", "delay": 899},
        {"maker": None},
        {"mode": "prod"},
    ],
)
def test_an_act_written_by_hand_begins_as_a_proposal_of_somebody(changes: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError):
        by_hand(INSERT, id=uuid7(), **{**FORGED, **changes})


def test_its_times_are_the_databases_own(notary: Notary) -> None:
    act_id = uuid7()
    by_hand(INSERT, id=act_id, **FORGED)
    by_hand(
        "UPDATE approvals_act SET state = 'approved', checker = %(by)s,"
        " decided_at = '2020-01-01', not_before = '2020-01-01' WHERE id = %(id)s",
        id=act_id,
        by=BEA,
    )
    act = Act.objects.get(id=act_id)
    assert act.not_before is not None
    assert act.decided_at is not None
    assert (act.not_before - act.decided_at).total_seconds() == 60
    assert act.decided_at.year >= 2026
    assert acts_carry_out_due() == 0


@pytest.mark.parametrize(
    "change",
    [
        'payload = \'{"units": "1000000"}\'',
        "payload_hash = '\\x00'",
        "delay_seconds = 0",
        "subject = 'thing:mine'",
        "kind = 'payout'",
        "mode = 'live'",
        "state = 'approved', checker = maker",
        "state = 'approved', checker = NULL",
        "state = 'approved', maker = gen_random_uuid(), checker = gen_random_uuid()",
        "state = 'carried_out', checker = gen_random_uuid(), not_before = now()",
        "state = 'expired', ended_at = now()",
        "state = 'rejected', ended_at = now()",
        "maker = gen_random_uuid()",
    ],
)
def test_a_proposal_is_not_changed_by_hand(notary: Notary, change: str) -> None:
    act = notary.propose()
    with pytest.raises(DatabaseError):
        by_hand(f"UPDATE approvals_act SET {change} WHERE id = %(id)s", id=act.id)


@pytest.mark.parametrize(
    "change",
    [
        "state = 'carried_out'",
        "state = 'carried_out', not_before = '2020-01-01'",
        "state = 'failed'",
        "not_before = '2020-01-01'",
        "checker = gen_random_uuid()",
        "state = 'proposed', checker = NULL",
    ],
)
def test_a_delay_is_not_cut_short_by_hand(notary: Notary, change: str) -> None:
    act = act_agree(act_id=notary.propose().id, by=BEA)
    with pytest.raises(DatabaseError):
        by_hand(f"UPDATE approvals_act SET {change} WHERE id = %(id)s", id=act.id)


def test_what_is_over_stays_so_and_nothing_is_deleted(notary: Notary) -> None:
    act = act_cancel(act_id=notary.propose().id, by=ADA, reason="no")
    for sql in (
        "UPDATE approvals_act SET state = 'proposed', ended_at = NULL WHERE id = %(id)s",
        "UPDATE approvals_act SET end_reason = 'another' WHERE id = %(id)s",
        "DELETE FROM approvals_act WHERE id = %(id)s",
    ):
        with pytest.raises(DatabaseError):
            by_hand(sql, id=act.id)


# --- at once, and killed -------------------------------------------------------------------------


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Each in a thread and a connection of its own; the code of its refusal, or ''."""
    answers: list[str] = []
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        try:
            gate.wait()
            call()
            answers.append("")
        except ApprovalError as refused:
            answers.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_once_one_counts(notary: Notary) -> None:
    for _ in range(5):
        act = notary.propose()
        answers = at_once(
            lambda act=act: act_agree(act_id=act.id, by=BEA),
            lambda act=act: act_agree(act_id=act.id, by=CLEO),
        )
        assert answers == ["", "act_not_waiting"]
        assert told_of(act) == ["proposed", "approved"]


@pytest.mark.django_db(transaction=True)
def test_of_a_cancellation_and_the_carrying_out_one_counts(notary: Notary) -> None:
    for _ in range(5):
        before = notary.count(), notary.count("notary.undone")
        act = act_agree(act_id=notary.propose().id, by=BEA)
        delay_passed(act.id)
        answers = at_once(
            lambda act=act: act_cancel(act_id=act.id, by=ADA, reason="stop"),
            lambda act=act: act_carry_out(act_id=act.id),
            lambda act=act: act_carry_out(act_id=act.id),
        )
        assert answers == ["", "act_over", "act_over"]
        done, undone = notary.count() - before[0], notary.count("notary.undone") - before[1]
        act.refresh_from_db()
        assert (done, undone) == ((1, 0) if act.state == "carried_out" else (0, 1))


class Killed(BaseException):
    """The process is gone: no handler of ours sees it."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("module", "name"),
    [
        (carrying, "_check_unchanged"),
        (carrying, "end"),
        (services, "tell"),
        (services, "database_moment"),
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_step_it_is_done_whole_later(
    notary: Notary, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, after: bool
) -> None:
    act = act_agree(act_id=notary.propose().id, by=BEA)
    delay_passed(act.id)
    step = getattr(module, name)

    def dies(*args: Any, **options: Any) -> Any:
        if after:
            step(*args, **options)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module, name, dies)
        with pytest.raises(Killed):
            act_carry_out(act_id=act.id)
    act.refresh_from_db()
    assert (act.state, notary.count()) == ("approved", 0)
    assert acts_carry_out_due() == 1
    assert (notary.count(), told_of(act)[-1]) == (1, "carried_out")

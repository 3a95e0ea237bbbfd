"""From a decided case to an acknowledged report, by two people, sealed, recorded and read on the
record."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from gateway.chains.models import Deposit
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.record_models import RecordEntry, RecordOpening
from gateway.compliance.cases.services import case_reopen
from gateway.compliance.holds import hold_block
from gateway.compliance.reporting.answers import value_of
from gateway.compliance.reporting.configuration import reporting_settings
from gateway.compliance.reporting.errors import (
    ReportAcknowledgementWrong,
    ReportBegunAlready,
    ReportCaseUndecided,
    ReportChanged,
    ReportErased,
    ReportIncomplete,
    ReportingUnreadable,
    ReportKindUnknown,
    ReportNotDraft,
    ReportReasonMissing,
    ReportSamePerson,
    ReportUnknown,
)
from gateway.compliance.reporting.models import (
    Report,
    ReportContent,
    ReportFile,
    ReportReading,
)
from gateway.compliance.reporting.sealed_content import content_of
from gateway.compliance.reporting.services import (
    report_acknowledge,
    report_amend,
    report_approve,
    report_begin,
    report_file,
    report_file_read,
    report_fill,
    report_propose,
    report_read,
    report_refused,
    report_send_back,
    report_table_read,
    report_write_again,
    reports_tell_due,
    year_begin,
)
from gateway.compliance.sealed.keys import key_throw_away
from gateway.events.ids import uuid7
from gateway.events.models import Event
from tests.as_web import as_web
from tests.compliance.cases.conftest import closed, held_case, taken
from tests.compliance.reporting.answered import GOAML, REPORTING, SAR
from tests.compliance.reporting.conftest import (
    ADA,
    BEA,
    NOW,
    acknowledged,
    approved,
    filed,
    filled,
    fresh,
    proposed,
)
from tests.faults.in_process import Killed, killer, passing
from tests.invoices.conftest import World

pytestmark = pytest.mark.django_db
CaseOf = Callable[..., Case]


def verbs_of(report: Report) -> list[str]:
    entries = RecordEntry.objects.filter(about=str(report.case_id), verb__startswith="report_")
    return [entry.verb.removeprefix("report_") for entry in entries.order_by("number")]


def test_a_case_to_be_reported_begins_its_report_at_once(reported: Report) -> None:
    assert (reported.kind, reported.state, reported.version) == ("fincen_sar", "draft", 1)
    assert reported.due_at == reported.case.opened_at + timedelta(days=30)
    assert reported.begun_by == "system:cases"
    answers = content_of(reported).answers
    assert answers["filing.type"].value == "initial"
    assert answers["story.narrative"].source.startswith("case:")
    assert verbs_of(reported) == ["begun"]


def test_kept_money_begins_a_report_with_what_the_books_say(kept: Report) -> None:
    assert kept.kind == "ofac_blocking"
    content = content_of(kept)
    told = content.answers
    assert [line.kind for line in content.money] == ["blocked"]
    assert told["property.1.dollars"].source == "ledger"
    line = content.money[0]
    assert told["property.1.dollars"].value == f"{line.units / 10**line.decimals:.2f}"
    assert "USDC" in told["property.1.quantity"].value
    assert told["property.1.authority"].source.startswith("case:")
    days = kept.due_at - kept.since
    assert timedelta(days=13) < days < timedelta(days=20)


def test_which_reports_a_case_begins_is_configured(
    case_of: CaseOf, drain: Callable[[], int], settings: Any
) -> None:
    settings.REPORTING = REPORTING | {"suspicion": ["fincen_sar", "goaml"]}
    case = closed(taken(case_of()), "report")
    drain()
    assert set(case.reports.values_list("kind", flat=True)) == {"fincen_sar", "goaml"}
    other = closed(taken(case_of(about=f"shop:{uuid7()}")), "watch")
    drain()
    assert not other.reports.exists()
    for wrong in ({"suspicion": ["ofac_annual"]}, {"goaml": {"suspicion_days": 31}}, {"x": 1}):
        settings.REPORTING = wrong
        with pytest.raises(ReportingUnreadable):
            reporting_settings()


def test_a_report_needs_a_decision_and_is_begun_once(reported: Report, case_of: CaseOf) -> None:
    with pytest.raises(ReportBegunAlready):
        report_begin(case_id=reported.case_id, kind="fincen_sar", by=f"user:{ADA}", now=NOW)
    second = report_begin(case_id=reported.case_id, kind="goaml", by=f"user:{ADA}", now=NOW)
    assert second.due_at == reported.due_at
    undecided = case_of(about=f"shop:{uuid7()}")
    with pytest.raises(ReportCaseUndecided):
        report_begin(case_id=undecided.id, kind="fincen_sar", by=f"user:{ADA}", now=NOW)
    for kind in ("ofac_annual", "other"):
        with pytest.raises(ReportKindUnknown):
            report_begin(case_id=reported.case_id, kind=kind, by=f"user:{ADA}", now=NOW)
    with pytest.raises(ReportCaseUndecided):
        report_begin(case_id=reported.case_id, kind="ofac_blocking", by=f"user:{ADA}", now=NOW)


def test_a_case_decided_again_is_reported_again(reported: Report, drain: Callable[[], int]) -> None:
    case = reported.case
    case_reopen(case_id=case.id, by=ADA, reason="more", now=NOW + timedelta(days=1))
    case.refresh_from_db()
    closed(case, "report")
    drain()
    assert case.reports.count() == 2


def test_a_report_goes_through_two_people_to_its_number(reported: Report) -> None:
    done = acknowledged(reported)
    assert done.state == "acknowledged" and done.acknowledgement == "31000123456789"
    assert (done.maker, done.checker, done.filed_by) == (ADA, BEA, BEA)
    assert verbs_of(done) == [*("begun", "filled", "proposed", "approved", "filed", "acknowledged")]
    file, content = report_file_read(report_id=done.id, by=ADA, now=NOW)
    assert file.name == f"fincen_sar-{done.reference}-20261130.xml"
    assert file.checked_by == "structure" and b"Zwiebelkuchen" in content
    entry = RecordEntry.objects.get(about=str(done.case_id), verb="report_approved")
    assert sha256(content).hexdigest() not in entry.facts + entry.commitments
    opening = RecordOpening.objects.get(number=entry.number, name="file_sha256")
    assert msgspec.json.decode(opening.value) == sha256(content).hexdigest()


def test_who_proposed_it_can_not_approve_it(reported: Report) -> None:
    report = proposed(reported)
    with pytest.raises(ReportSamePerson):
        report_approve(report_id=report.id, by=ADA, version=report.version, now=NOW)
    with pytest.raises(IntegrityError, match="approved_by_another"), transaction.atomic():
        Report.objects.filter(id=report.id).update(state="approved", checker=ADA, approved_at=NOW)


def test_nothing_is_filed_that_was_not_written_and_no_step_is_left_out(
    reported: Report,
) -> None:
    report = proposed(reported)
    moves = (
        {"state": "filed", "checker": BEA, "approved_at": NOW, "filed_by": BEA, "filed_at": NOW},
        {"version": 7},
    )
    for move in moves:
        with pytest.raises(DatabaseError), transaction.atomic():
            Report.objects.filter(id=report.id).update(**move)
    Report.objects.filter(id=report.id).update(state="approved", checker=BEA, approved_at=NOW)
    with pytest.raises(DatabaseError, match="no file"), transaction.atomic():
        Report.objects.filter(id=report.id).update(state="filed", filed_by=BEA, filed_at=NOW)
    with pytest.raises(DatabaseError, match="begins as a draft"), transaction.atomic():
        Report.objects.create(
            kind="goaml", mode="test", case_id=report.case_id, decision_id=report.decision_id,
            state="proposed", maker=ADA, proposed_at=NOW, since=NOW, due_at=NOW, begun_at=NOW,
            begun_by="x",
        )  # fmt: skip


def test_an_incomplete_report_is_not_proposed_and_says_what_is_missing(
    reported: Report, settings: Any
) -> None:
    with pytest.raises(ReportIncomplete) as refused:
        report_propose(report_id=reported.id, by=ADA, version=1, now=NOW)
    assert "activity.classes:missing" in refused.value.hint
    report = filled(reported)
    settings.REPORTING = {}
    with pytest.raises(ReportIncomplete) as refused:
        report_propose(report_id=report.id, by=ADA, version=report.version, now=NOW)
    assert "setting:institution.name" in refused.value.hint


def test_of_two_who_fill_in_one_is_told(reported: Report) -> None:
    filled(reported)
    with pytest.raises(ReportChanged):
        report_fill(report_id=reported.id, by=BEA, told=SAR, version=1, now=NOW)
    report = proposed(reported)
    with pytest.raises(ReportNotDraft):
        report_fill(report_id=report.id, by=BEA, told=SAR, version=report.version, now=NOW)
    with pytest.raises(ReportChanged):
        report_approve(report_id=report.id, by=BEA, version=1, now=NOW)


def test_what_is_typed_is_marked_and_the_same_again_is_no_version(reported: Report) -> None:
    report = filled(reported)
    answers = content_of(report).answers
    assert answers["activity.dollars"].source == f"typed:{ADA}"
    assert answers["filing.type"].source == "house"
    assert filled(report).version == report.version
    assert ReportContent.objects.filter(report=report).count() == 2


def test_a_proposal_is_sent_back_with_a_reason(reported: Report) -> None:
    report = approved(reported)
    with pytest.raises(ReportReasonMissing):
        report_send_back(report_id=report.id, by=BEA, reason=" ", now=NOW)
    back = report_send_back(report_id=report.id, by=BEA, reason="the day is wrong", now=NOW)
    assert (back.state, back.maker, back.checker, back.approved_at) == ("draft", None, None, None)
    assert filed(back).state == "filed"
    assert ReportFile.objects.filter(report=back).count() == 2


def test_what_the_authority_refused_is_a_draft_again(reported: Report) -> None:
    report = filed(reported)
    with pytest.raises(ReportAcknowledgementWrong):
        report_acknowledge(report_id=report.id, by=ADA, number="4711", now=NOW)
    back = report_refused(report_id=report.id, by=ADA, reason="error F12", now=NOW)
    assert (back.state, back.filed_at) == ("draft", None)


def test_an_approved_file_is_written_anew_with_the_days_date(reported: Report) -> None:
    report = approved(reported)
    tomorrow = NOW + timedelta(days=1)
    again = report_write_again(report_id=report.id, by=BEA, now=tomorrow)
    file, content = report_file_read(report_id=report.id, by=BEA, now=tomorrow)
    assert file.id == again.id and b"<fc2:FilingDateText>20261201<" in content


def test_an_amendment_names_the_report_it_corrects(reported: Report) -> None:
    prior = acknowledged(reported)
    amendment = report_amend(report_id=prior.id, by=ADA, now=NOW)
    answers = content_of(amendment).answers
    assert value_of(answers, "filing.type") == "correction"
    assert value_of(answers, "filing.prior") == "31000123456789"
    assert answers["subject.1.last_name"].source == f"typed:{ADA}"
    with pytest.raises(ReportBegunAlready):
        report_amend(report_id=prior.id, by=ADA, now=NOW)
    more = {name: answer.value for name, answer in answers.items()}
    report = report_fill(
        report_id=amendment.id,
        by=ADA,
        told=more | {"story.narrative": "It was another day."},
        version=1,
        now=NOW,
    )
    report_propose(report_id=report.id, by=ADA, version=report.version, now=NOW)
    report_approve(report_id=report.id, by=BEA, version=report.version, now=NOW)
    report_file(report_id=report.id, by=BEA, now=NOW)
    assert fresh(prior).state == "acknowledged"
    report_acknowledge(report_id=report.id, by=BEA, number="31000123456790", now=NOW)
    assert fresh(prior).state == "corrected"


def test_what_is_in_a_report_lies_nowhere_in_clear(reported: Report) -> None:
    approved(reported)
    with connection.cursor() as cursor:
        for table in ("report", "reportcontent", "reportfile", "reportreading"):
            cursor.execute(f"SELECT t::text FROM compliance_reporting_{table} t")
            text = str(cursor.fetchall())
            assert "Zwiebelkuchen" not in text and b"Zwiebelkuchen".hex() not in text
        cursor.execute("SELECT facts || commitments FROM compliance_cases_recordentry")
        assert "Zwiebelkuchen" not in str(cursor.fetchall())


def test_every_reading_is_written_down_first(reported: Report) -> None:
    report, content = report_read(report_id=reported.id, by=BEA, now=NOW)
    assert content is not None
    reading = ReportReading.objects.get(report=report)
    assert (reading.reader, reading.what) == (BEA, "page")
    assert verbs_of(report)[-1] == "read"
    with pytest.raises(ReportUnknown):
        report_file_read(report_id=reported.id, by=BEA, now=NOW)
    with pytest.raises(ReportUnknown):
        report_table_read(report_id=reported.id, by=BEA, now=NOW)
    with pytest.raises(ReportUnknown):
        report_read(report_id=uuid7(), by=BEA, now=NOW)
    assert ReportReading.objects.count() == 1


def test_what_is_kept_of_a_report_refuses_every_change(reported: Report) -> None:
    approved(reported)
    report_read(report_id=reported.id, by=BEA, now=NOW)
    for model in (ReportContent, ReportFile, ReportReading):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            model.objects.all().delete()
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        ReportReading.objects.update(reader=ADA)
    report = fresh(reported)
    with pytest.raises(DatabaseError, match="no draft"), transaction.atomic():
        ReportContent.objects.create(
            report=report, version=9, box=b"x", written_by="x", written_at=NOW
        )


def test_a_report_is_read_by_no_shop(reported: Report) -> None:
    with as_web(reported.case.shop_id):
        assert not Report.objects.exists()
        assert not ReportContent.objects.exists()
        assert not Event.objects.filter(type__startswith="report.").exists()
    assert Event.objects.filter(type="report.begun", shop_id=None).exists()


def test_an_erased_report_can_be_read_by_nothing_that_is_left(reported: Report) -> None:
    approved(reported)
    assert key_throw_away(reported.about)
    assert report_read(report_id=reported.id, by=ADA, now=NOW)[1] is None
    with pytest.raises(ReportErased):
        report_file_read(report_id=reported.id, by=ADA, now=NOW)


def test_officers_are_told_before_a_term_is_over_and_after(reported: Report) -> None:
    assert reports_tell_due(now=reported.due_at - timedelta(days=6)) == 0
    assert reports_tell_due(now=reported.due_at - timedelta(days=4)) == 1
    assert reports_tell_due(now=reported.due_at - timedelta(days=3)) == 0
    assert reports_tell_due(now=reported.due_at + timedelta(minutes=1)) == 1
    assert reports_tell_due(now=reported.due_at + timedelta(days=1)) == 0
    assert verbs_of(reported)[-2:] == ["due_soon", "overdue"]


def test_a_filed_report_is_no_longer_due(reported: Report) -> None:
    filed(reported)
    assert reports_tell_due(now=reported.due_at + timedelta(days=1)) == 0


def test_the_yearly_report_tells_what_was_kept_on_its_day(kept: Report) -> None:
    assert year_begin(now=NOW) is None  # held since November: not on 30 June
    july = NOW.replace(year=2027, month=7, day=2)
    report = year_begin(now=july)
    assert report is not None and (report.kind, report.year) == ("ofac_annual", 2027)
    assert report.due_at.isoformat().startswith("2027-10-01T03:59:59")
    answers = content_of(report).answers
    assert value_of(answers, "property.count") == "1"
    assert answers["property.1.dollars"].source == "ledger"
    assert year_begin(now=july) is None
    assert RecordEntry.objects.filter(about="", verb="report_begun").count() == 1


def test_a_process_that_dies_as_it_approves_has_approved_nothing(reported: Report) -> None:
    report = proposed(reported)
    with pytest.raises(Killed), passing(killer("report.approved")):
        report_approve(report_id=report.id, by=BEA, version=report.version, now=NOW)
    assert fresh(report).state == "proposed"
    assert not ReportFile.objects.exists() and verbs_of(report)[-1] == "proposed"
    report_approve(report_id=report.id, by=BEA, version=report.version, now=NOW)
    assert ReportFile.objects.count() == 1


@pytest.fixture
def with_money(world: World, drain: Callable[[], int]) -> Report:
    """The SAR of a case about a payment."""
    case = taken(held_case(world))
    world.decide(Deposit.objects.get(id=case.about.partition(":")[2]), hold_block)
    closed(case, "report")
    drain()
    return case.reports.get(kind="fincen_sar")


def test_a_cases_transfers_go_along_with_its_sar(with_money: Report) -> None:
    assert content_of(with_money).answers["filing.attachment"].value == "transfers"
    report = approved(with_money)
    _, xml = report_file_read(report_id=report.id, by=BEA, now=NOW)
    beside, table = report_file_read(report_id=report.id, by=BEA, now=NOW, part="attachment")
    assert beside.name == f"transfers-{report.reference}.csv"
    assert f"<fc2:OriginalAttachmentFileName>{beside.name}<".encode() in xml
    assert b' AttachmentCount="1"' in xml
    deposit = Deposit.objects.get()
    assert f"0x{bytes(deposit.tx_hash).hex()}".encode() in table
    assert f",{int(deposit.units)},".encode() in table
    with pytest.raises(ReportUnknown):
        report_file_read(report_id=report.id, by=BEA, now=NOW, part="package")
    entry = RecordEntry.objects.get(about=str(report.case_id), verb="report_approved")
    opening = RecordOpening.objects.get(number=entry.number, name="attachment_sha256")
    assert msgspec.json.decode(opening.value) == sha256(table).hexdigest()
    assert set(ReportReading.objects.values_list("what", flat=True)) == {"file", "attachment"}
    assert bytes(deposit.tx_hash).hex().encode() not in bytes(beside.box)


def test_what_an_officer_takes_out_goes_along_no_more(with_money: Report) -> None:
    approved(with_money)
    report_send_back(report_id=with_money.id, by=BEA, reason="without the table", now=NOW)
    report = fresh(with_money)
    report = report_fill(
        report_id=report.id,
        by=ADA,
        told={"filing.attachment": "none"},
        version=report.version,
        now=NOW,
    )
    later = NOW + timedelta(hours=1)
    report_propose(report_id=report.id, by=ADA, version=report.version, now=later)
    report_approve(report_id=report.id, by=BEA, version=report.version, now=later)
    _, xml = report_file_read(report_id=report.id, by=BEA, now=later)
    assert b' AttachmentCount="0"' in xml and b"SupportDocument" not in xml
    with pytest.raises(ReportUnknown):
        report_file_read(report_id=report.id, by=BEA, now=later, part="attachment")


def test_goaml_gets_the_report_and_its_table_as_one_zip(with_money: Report) -> None:
    report = report_begin(case_id=with_money.case_id, kind="goaml", by=f"user:{ADA}", now=NOW)
    report = filled(report, GOAML)
    report_propose(report_id=report.id, by=ADA, version=report.version, now=NOW)
    report_approve(report_id=report.id, by=BEA, version=report.version, now=NOW)
    file, xml = report_file_read(report_id=report.id, by=BEA, now=NOW)
    whole, package = report_file_read(report_id=report.id, by=BEA, now=NOW, part="package")
    assert (whole.name, whole.media) == (file.name.removesuffix("xml") + "zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.namelist() == [file.name, f"transfers-{report.reference}.csv"]
        assert archive.read(file.name) == xml


def test_an_amount_comes_from_the_books_and_says_so(world: World, drain: Callable[[], int]) -> None:
    case = taken(held_case(world))
    deposit = Deposit.objects.get(id=case.about.partition(":")[2])
    world.decide(deposit, hold_block)
    closed(case, "report")
    drain()
    assert set(case.reports.values_list("kind", flat=True)) == {"fincen_sar", "ofac_blocking"}
    content = content_of(case.reports.get(kind="fincen_sar"))
    [line] = content.money
    assert (line.kind, line.units) == ("deposit_confirmed", int(deposit.units))
    answers = content.answers
    assert answers["activity.dollars"].source == "ledger"
    assert int(answers["activity.dollars"].value) == -(-line.units // 10**line.decimals)
    assert "one for one" in answers["activity.basis"].value
    assert answers["subject.1.who"].value == "unknown"
    assert "transaction 0x" in answers["story.narrative"].value

"""Files that authorities take: their structure, their limits, and what is refused."""

import io
import json
import xml.etree.ElementTree as ET
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.reporting.answers import (
    Answer,
    answers_check,
    typed_over,
    value_of,
)
from gateway.compliance.reporting.attachments import (
    Attachment,
    attachment_flaws,
    transfers_attached,
    zipped,
)
from gateway.compliance.reporting.blocked_property import (
    blocked_check,
    blocked_report,
    blocked_table,
)
from gateway.compliance.reporting.errors import SchemaUnusable
from gateway.compliance.reporting.fincen_sar import fincen_sar
from gateway.compliance.reporting.fincen_structure import fincen_check
from gateway.compliance.reporting.goaml_report import goaml_report
from gateway.compliance.reporting.goaml_structure import goaml_check
from gateway.compliance.reporting.money_lines import MoneyLine
from gateway.compliance.reporting.questions import QUESTIONS
from gateway.compliance.reporting.schema_files import schema_check
from gateway.compliance.reporting.structure import XmlRefused, parsed
from gateway.compliance.reporting.xml_tree import blocks
from tests.compliance.reporting.answered import (
    ACTIVITY,
    BLOCKING,
    GOAML,
    HOUSE,
    OFFICE,
    SAR,
    answers,
)

TODAY = date(2026, 11, 30)
FC2 = "{www.fincen.gov/base}"
GOLDEN = Path(__file__).with_name("golden")
DEPOSITS = [
    {
        "id": "0198c0de-0000-7000-8000-000000000002",
        "first_block_time": "2026-11-02T09:30:00+00:00",
        "chain": 1,
        "tx_hash": "0x" + "cd" * 32,
        "log_index": None,
        "sender": "0x" + "12" * 20,
        "tx_sender": "0x" + "12" * 20,
        "address": "0x" + "34" * 20,
        "asset": "ETH@1",
        "units": "1000000000000000000",
        "state": "confirmed",
    },
    {
        "id": "0198c0de-0000-7000-8000-000000000001",
        "first_block_time": "2026-10-01T08:00:00+00:00",
        "chain": 8453,
        "tx_hash": "0x" + "ab" * 32,
        "log_index": 3,
        "sender": "0x" + "12" * 20,
        "tx_sender": "0x" + "56" * 20,
        "address": "0x" + "34" * 20,
        "asset": "USDC@8453",
        "units": "1200500000",
        "state": "final",
    },
]
MONEY = [
    MoneyLine(
        entry=entry,
        kind="deposit_confirmed",
        deposit_id="0198c0de-0000-7000-8000-000000000001",
        asset="USDC@8453",
        currency="USD",
        decimals=6,
        units=1_200_500_000,
        happened_at="2026-10-01T08:00:00+00:00",
    )
    for entry in ("deposit:1", "deposit:1:late")
]


def sar(attachment: str = "", **more: str) -> bytes:
    told = answers(SAR, **more)
    return fincen_sar(told, house=HOUSE, filed_on=TODAY, attachment=attachment)


def transfers() -> Attachment:
    found = transfers_attached(DEPOSITS, MONEY, reference="R-1234-ABCD")
    assert found is not None
    return found


def test_a_cases_transfers_go_along_as_a_table() -> None:
    assert transfers().name == "transfers-R-1234-ABCD.csv"
    assert transfers().content == (GOLDEN / "transfers.csv").read_bytes()
    assert attachment_flaws(transfers()) == []
    assert transfers_attached([], MONEY, reference="R-1") is None
    large = transfers_attached(DEPOSITS * 2_000, MONEY, reference="R-1")
    assert large is not None and "not at most 1000000" in attachment_flaws(large)[0]


def test_no_text_of_the_table_is_taken_for_a_formula() -> None:
    told = [{**DEPOSITS[0], "asset": "=HYPERLINK()@1"}]
    found = transfers_attached(told, [], reference="R-1")
    assert found is not None and b",'=HYPERLINK()@1," in found.content


def test_a_sar_names_the_one_file_that_goes_along() -> None:
    file = sar(attachment=transfers().name)
    assert fincen_check(file) == []
    assert file == (GOLDEN / "sar-with-attachment.xml").read_bytes()


ATTACHMENT_BREAKS = {
    "ActivityAttachmentCount is not the number": (b'yAttachmentCount="1"', b'yAttachmentCount="0"'),
    "AttachmentCount is not the number": (b' AttachmentCount="1"', b' AttachmentCount="0"'),
    "not written as it should be": (b".csv<", b".xlsx<"),
}


@pytest.mark.parametrize("flaw", ATTACHMENT_BREAKS)
def test_an_attachment_that_fincen_would_not_take_is_found(flaw: str) -> None:
    before, after = ATTACHMENT_BREAKS[flaw]
    file = sar(attachment=transfers().name)
    assert before in file
    assert any(flaw in found for found in fincen_check(file.replace(before, after)))


def test_what_goaml_takes_is_one_zip_of_the_report_and_its_table() -> None:
    files = [("goaml-R-1.xml", goaml(GOAML)), (transfers().name, transfers().content)]
    package = zipped(files, dated=TODAY)
    assert package == zipped(files, dated=TODAY)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert [(one.filename, archive.read(one)) for one in archive.infolist()] == files
        assert {one.date_time for one in archive.infolist()} == {(2026, 11, 30, 0, 0, 0)}


def goaml(told: dict[str, str]) -> bytes:
    return goaml_report(answers(told), office=OFFICE, reference="R-1", reported_on=TODAY)


def test_a_complete_sar_is_built_as_fincen_says() -> None:
    file = sar()
    assert fincen_check(file) == []
    root = parsed(file)
    assert root.attrib["TotalAmount"] == "12346" and root.attrib["PartyCount"] == "2"
    assert [one.text for one in root.iter(f"{FC2}ActivityPartyTypeCode")] == [
        *("35", "37", "30", "8", "34", "33", "33")
    ]
    numbers = [int(one.attrib["SeqNum"]) for one in root.iter() if "SeqNum" in one.attrib]
    assert numbers == list(range(1, len(numbers) + 1))
    assert root.find(f".//{FC2}FilingDateText").text == "20261130"  # type: ignore[union-attr]
    assert root.find(f".//{FC2}TotalSuspiciousAmountText").text == "12346"  # type: ignore[union-attr]


def test_the_same_report_is_the_same_bytes() -> None:
    assert sar() == sar()
    assert goaml(GOAML) == goaml(GOAML)


def test_a_correction_names_the_report_before_it() -> None:
    file = sar(**{"filing.type": "correction", "filing.prior": "31000123456789"})
    assert fincen_check(file) == []
    assert b"<fc2:EFilingPriorDocumentNumber>31000123456789<" in file
    assert b"CorrectsAmendsPriorReportIndicator" in file and b"InitialReport" not in file


@pytest.mark.parametrize(
    ("amount_is", "told", "total"),
    [("unknown", b"AmountUnknownIndicator", "0"), ("none", b"NoAmountInvolvedIndicator", "0")],
)
def test_an_amount_that_nobody_knows_is_marked_and_not_made_up(
    amount_is: str, told: bytes, total: str
) -> None:
    file = sar(**{"activity.amount_is": amount_is})
    assert fincen_check(file) == []
    assert told in file and b"TotalSuspiciousAmountText" not in file
    assert parsed(file).attrib["TotalAmount"] == total


def test_the_narrative_is_parted_into_at_most_five_blocks() -> None:
    file = sar(**{"story.narrative": "word " * 3_399 + "ends"})
    assert fincen_check(file) == []
    texts = [one.text or "" for one in parsed(file).iter(f"{FC2}ActivityNarrativeText")]
    assert len(texts) == 5 and all(len(text) <= 4_000 for text in texts)
    assert " ".join(texts).split() == ("word " * 3_399 + "ends").split()


@given(st.text(alphabet="ab \n", max_size=60), st.integers(1, 12))
def test_blocks_lose_no_word_and_are_never_too_long(text: str, size: int) -> None:
    line = " ".join(text.split())
    found = list(blocks(line, size=size))
    assert all(0 < len(block) <= size for block in found)
    assert "".join(found).replace(" ", "") == line.replace(" ", "")


def test_a_text_that_looks_like_markup_stays_a_text() -> None:
    file = sar(**{"story.narrative": "<!ENTITY x> & </fc2:Activity> 电子"})
    assert fincen_check(file) == []
    text = parsed(file).find(f".//{FC2}ActivityNarrativeText")
    assert text is not None and text.text == "<!ENTITY x> & </fc2:Activity> 电子"


BREAKS = {
    "a SeqNum stands twice": (b'SeqNum="3"', b'SeqNum="2"'),
    "PartyCount is not the number of subjects": (b'PartyCount="2"', b'PartyCount="3"'),
    "TotalAmount is not the sum": (b'TotalAmount="12346"', b'TotalAmount="12345"'),
    "not written as it should be": (b">12346<", b">12,346<"),
    "none of its codes": (b">SARX<", b">CTRX<"),
    "where it may not stand": (b"<fc2:FilingDateText>", b"<fc2:Unknown/><fc2:FilingDateText>"),
    "a SuspiciousActivitySubtypeID stands twice": (b">821<", b">113<"),
    "party 8 does not stand once": (
        b"ActivityPartyTypeCode>8<",
        b"ActivityPartyTypeCode>46<",
    ),
    "the root is": (b"fc2:EFilingBatchXML", b"fc2:EFilingBatch"),
}


@pytest.mark.parametrize("flaw", BREAKS)
def test_what_fincen_would_refuse_is_found(flaw: str) -> None:
    before, after = BREAKS[flaw]
    file = sar()
    assert before in file
    assert any(flaw in found for found in fincen_check(file.replace(before, after)))


def test_elements_in_another_order_are_found() -> None:
    root = parsed(sar())
    activity = root[1]
    activity[:] = [*activity[1:], activity[0]]
    assert fincen_check(ET.tostring(root))


@pytest.mark.parametrize("told", [GOAML, ACTIVITY], ids=["transactions", "activity"])
def test_a_goaml_report_is_built_as_its_schema_says(told: dict[str, str]) -> None:
    file = goaml(told)
    assert goaml_check(file) == []
    root = parsed(file)
    assert root.findtext("rentity_id") == "4711"
    assert root.findtext("submission_date") == "2026-11-30T00:00:00"
    assert (root.find("transaction") is None) == (told is ACTIVITY)
    if told is GOAML:
        assert root.findtext("transaction/amount_local") == "1200.50"
        assert root.findtext("report_code") == "STR"


def test_a_goaml_report_without_what_it_is_about_is_found() -> None:
    root = parsed(goaml(ACTIVITY))
    activity = root.find("activity")
    assert activity is not None
    root.remove(activity)
    assert goaml_check(ET.tostring(root)) == [
        "report has neither transactions nor an activity, or both"
    ]


DOCTYPE = b'<!DOCTYPE report [<!ENTITY a "b">]>'


def test_a_file_with_a_document_type_is_not_read() -> None:
    for check in (fincen_check, goaml_check):
        with pytest.raises(XmlRefused, match="document type"):
            check(DOCTYPE + b"<report>&a;</report>")


SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  xmlns:vc="http://www.w3.org/2007/XMLSchema-versioning" vc:minVersion="1.1">
 {}<xs:element name="report"><xs:complexType><xs:sequence>
  <xs:element name="rentity_id" type="xs:int"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


def test_an_authoritys_own_schema_file_is_asked(tmp_path: Path) -> None:
    schema = tmp_path / "schema.xsd"
    schema.write_text(SCHEMA.format(""))
    assert schema_check(b"<report><rentity_id>7</rentity_id></report>", schema=schema) == []
    flaws = schema_check(b"<report><rentity_id>x</rentity_id></report>", schema=schema)
    assert len(flaws) == 1 and "rentity_id" in flaws[0]
    with pytest.raises(XmlRefused):
        schema_check(DOCTYPE + b"<report/>", schema=schema)


@pytest.mark.parametrize(
    "content",
    [
        DOCTYPE.decode() + SCHEMA.format(""),
        SCHEMA.format('<xs:include schemaLocation="http://127.0.0.1:9/x.xsd"/>'),
        SCHEMA.format('<xs:include schemaLocation="/etc/hostname"/>'),
        "no xml",
        SCHEMA.partition("{}")[0] + "</xs:schema>",
    ],
    ids=["entity", "network", "file", "text", "empty"],
)
def test_a_schema_that_asks_for_something_from_elsewhere_is_not_used(
    content: str, tmp_path: Path
) -> None:
    schema = tmp_path / "schema.xsd"
    schema.write_text(content)
    with pytest.raises(SchemaUnusable):
        schema_check(b"<report><rentity_id>7</rentity_id></report>", schema=schema)
    with pytest.raises(SchemaUnusable):
        schema_check(b"<report/>", schema=tmp_path / "none.xsd")


def test_blocked_property_is_told_in_the_forms_fields() -> None:
    told = json.loads(
        blocked_report(
            answers(BLOCKING), kind="ofac_blocking", house=HOUSE, reference="R-1", on=TODAY
        )
    )
    assert told["rule"] == "31 CFR 501.603(b)(1)"
    assert told["holder"]["contact"]["email"] == "reports@example.com"
    assert told["total_dollars"] == "3000.00" and told["count"] == 1
    assert told["property"][0]["blocked_on"] == "2026-11-24"
    assert told["transaction"]["story"].endswith("café")


def test_a_table_holds_no_formula() -> None:
    more = {"property.1.owner": "=1+1", "property.1.target": "@SUM(A1)"}
    lines = blocked_table(answers(BLOCKING, **more)).decode().splitlines()
    assert lines[0].startswith("target,owner,")
    assert lines[1].startswith("'@SUM(A1),'=1+1,")


def test_a_property_that_stands_twice_is_found() -> None:
    twice = {name.replace("property.1", "property.2"): value for name, value in BLOCKING.items()}
    told = BLOCKING | twice | {"property.count": "2"}
    assert blocked_check(answers(told)) == ["property 2 stands twice"]


WRONG = {
    "activity.dollars": ("12.50", "no_whole"),
    "activity.first_day": ("2026-13-01", "no_day"),
    "subject.1.country": ("XX", "no_country"),
    "subject.1.born": ("25.10.1980", "no_day"),
    "subject.1.first_name": ("x" * 36, "too_long"),
    "subject.1.tax_id": ("12-3456789", "too_long"),
    "filing.type": ("other", "unknown"),
    "activity.classes": ("113 4711", "unknown"),
    "story.narrative": ("a\x07b", "unreadable"),
    "activity.location": (None, "missing"),
    "subject.1.last_name": (None, "missing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_can_not_stand_so_is_named(name: str) -> None:
    value, code = WRONG[name]
    found = answers_check(QUESTIONS["fincen_sar"], answers(SAR, **{name: value}))
    assert (name, code) in [(one.name, one.code) for one in found]


def test_what_is_wanted_depends_on_what_is_told() -> None:
    groups = QUESTIONS["fincen_sar"]
    assert answers_check(groups, answers(SAR)) == []
    found = answers_check(groups, answers(SAR, **{"filing.type": "correction"}))
    assert [(one.name, one.code) for one in found] == [("filing.prior", "missing")]
    assert answers_check(groups, answers(SAR, **{"subject.2.last_name": None})) == []
    other = {"activity.other_class": None}
    found = answers_check(groups, answers(SAR, **other))
    assert [(one.name, one.code) for one in found] == [("activity.other_class", "missing")]
    assert answers_check(groups, answers(SAR, **other, **{"activity.classes": "113"})) == []


def test_a_figure_that_somebody_typed_over_is_marked_so() -> None:
    groups = QUESTIONS["fincen_sar"]
    before = {
        "activity.dollars": Answer("12346", "ledger"),
        "activity.basis": Answer("Books: 3 entries", "ledger"),
        "subject.count": Answer("1", "house"),
    }
    left = typed_over(before, told={"activity.dollars": " 12346 "}, groups=groups, by="ada")
    assert left["activity.dollars"].source == "ledger"
    typed = typed_over(before, told={"activity.dollars": "99"}, groups=groups, by="ada")
    assert typed["activity.dollars"] == Answer("99", "typed:ada")
    assert typed["activity.basis"].source == "ledger"
    assert "made.up" not in typed_over(before, told={"made.up": "x"}, groups=groups, by="ada")
    emptied = typed_over(before, told={"activity.dollars": ""}, groups=groups, by="ada")
    assert value_of(emptied, "activity.dollars") == ""

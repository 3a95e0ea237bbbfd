"""A suspicious activity report as FinCEN takes it: one activity in a batch, XML schema 2.0. Pure.

Elements stand in the schema's order; ``SeqNum`` is unique in the document; amounts are whole
dollars.
"""

import xml.etree.ElementTree as ET
from datetime import date
from typing import Final

from gateway.compliance.reporting import fincen_codes as codes
from gateway.compliance.reporting.answers import Answers, below, count_of, value_of
from gateway.compliance.reporting.fincen_parties import (
    house_address_write,
    number_write,
    party_write,
    phone_write,
    subject_write,
)
from gateway.compliance.reporting.institution import Institution
from gateway.compliance.reporting.questions import QUESTIONS
from gateway.compliance.reporting.xml_tree import Numbered, blocks, one_line, xml_bytes

BLOCK: Final = 4_000
"""Characters of one part of the narrative."""
SCHEMA_PLACE: Final = "www.fincen.gov/base https://www.fincen.gov/base/EFL_SARXBatchSchema.xsd"
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_SUBJECTS: Final = next(one for one in QUESTIONS["fincen_sar"] if one.name == "subject")
_LOCATIONS: Final = {
    "paying": "PayLocationIndicator",
    "selling": "SellingLocationIndicator",
    "both": "SellingPayingLocationIndicator",
}


def fincen_sar(
    answers: Answers, *, house: Institution, filed_on: date, attachment: str = ""
) -> bytes:
    """The batch file of one report.

    Args:
        answers: complete, as ``answers_check`` says.
        filed_on: the day on which it is handed in.
        attachment: the name of the file that goes along; '' for none.
    """
    ET.register_namespace("fc2", codes.NAMESPACE)
    ET.register_namespace("xsi", _INSTANCE)
    report = _Report(answers, house, attachment)
    return xml_bytes(report.batch(filed_on))


class _Report:
    def __init__(self, answers: Answers, house: Institution, attachment: str) -> None:
        self._answers = answers
        self._house = house
        self._attachment = attachment
        self._make = Numbered(namespace=codes.NAMESPACE, numbers="SeqNum")

    def batch(self, filed_on: date) -> ET.Element:
        dollars = self._of("activity.dollars") if self._of("activity.amount_is") == "known" else ""
        subjects = count_of(self._answers, _SUBJECTS)
        attributes = {
            "TotalAmount": dollars or "0",
            "PartyCount": str(subjects),
            "ActivityCount": "1",
            "ActivityAttachmentCount": "1" if self._attachment else "0",
            "AttachmentCount": "1" if self._attachment else "0",
            f"{{{_INSTANCE}}}schemaLocation": SCHEMA_PLACE,
        }
        root = self._make.group(None, "EFilingBatchXML", **attributes)
        self._make.text(root, "FormTypeCode", codes.FORM)
        activity = self._make.group(root, "Activity")
        prior = self._of("filing.prior") if self._of("filing.type") != "initial" else ""
        self._make.texts(
            activity,
            EFilingPriorDocumentNumber=prior,
            FilingDateText=f"{filed_on:%Y%m%d}",
            FilingInstitutionNotetoFinCEN=self._of("filing.note"),
        )
        self._association(activity)
        if self._attachment:
            beside = self._make.group(activity, "ActivitySupportDocument")
            self._make.text(beside, "OriginalAttachmentFileName", self._attachment)
        self._house_parties(activity)
        for number in range(1, subjects + 1):
            subject_write(
                self._make,
                activity,
                told=below(self._answers, f"subject.{number}."),
                house_tin=self._house.ein,
            )
        self._suspicion(activity, dollars)
        for number, text in enumerate(
            blocks(one_line(self._of("story.narrative")), size=BLOCK), start=1
        ):
            block = self._make.group(activity, "ActivityNarrativeInformation")
            self._make.texts(
                block, ActivityNarrativeSequenceNumber=str(number), ActivityNarrativeText=text
            )
        return root

    def _association(self, activity: ET.Element) -> None:
        kind = self._of("filing.type")
        association = self._make.group(activity, "ActivityAssociation")
        self._make.flag(association, "ContinuingActivityReportIndicator", kind == "continuing")
        self._make.flag(association, "CorrectsAmendsPriorReportIndicator", kind == "correction")
        self._make.flag(association, "InitialReportIndicator", kind == "initial")

    def _house_parties(self, activity: ET.Element) -> None:
        house = self._house
        regulated = {"PrimaryRegulatorTypeCode": house.regulator}
        transmitter = party_write(self._make, activity, codes.TRANSMITTER, name=house.name)
        house_address_write(self._make, transmitter, house)
        phone_write(self._make, transmitter, house.phone)
        number_write(self._make, transmitter, house.control_code, codes.CONTROL_CODE)
        number_write(self._make, transmitter, house.ein, codes.TIN)
        party_write(self._make, activity, codes.TRANSMITTER_CONTACT, name=house.contact_name)
        filer = party_write(self._make, activity, codes.FILER, marks=regulated, name=house.name)
        self._institution(filer)
        office = party_write(self._make, activity, codes.CONTACT_OFFICE, name=house.contact_office)
        phone_write(self._make, office, house.contact_phone)
        location = _LOCATIONS[self._of("activity.location")]
        marks = regulated | {"NoBranchActivityInvolvedIndicator": "Y", location: "Y"}
        where = party_write(self._make, activity, codes.LOCATION, marks=marks, name=house.name)
        self._institution(where)

    def _institution(self, party: ET.Element) -> None:
        house_address_write(self._make, party, self._house)
        number_write(self._make, party, self._house.ein, codes.EIN)
        kind = self._make.group(party, "OrganizationClassificationTypeSubtype")
        self._make.text(kind, "OrganizationTypeID", self._house.organisation)

    def _suspicion(self, activity: ET.Element, dollars: str) -> None:
        amount_is = self._of("activity.amount_is")
        suspicion = self._make.group(activity, "SuspiciousActivity")
        self._make.flag(suspicion, "AmountUnknownIndicator", amount_is == "unknown")
        self._make.text(
            suspicion, "CumulativeTotalViolationAmountText", self._of("activity.cumulative")
        )
        self._make.flag(suspicion, "NoAmountInvolvedIndicator", amount_is == "none")
        self._make.texts(
            suspicion,
            SuspiciousActivityFromDateText=_compact(self._of("activity.first_day")),
            SuspiciousActivityToDateText=_compact(self._of("activity.last_day")),
            TotalSuspiciousAmountText=dollars,
        )
        for code in self._of("activity.classes").split():
            other = self._of("activity.other_class") if code in codes.OTHERS else ""
            found = self._make.group(suspicion, "SuspiciousActivityClassification")
            self._make.texts(
                found,
                OtherSuspiciousActivityTypeText=one_line(other),
                SuspiciousActivitySubtypeID=code,
                SuspiciousActivityTypeID=codes.CLASSIFICATIONS[code],
            )

    def _of(self, name: str) -> str:
        return value_of(self._answers, name)


def _compact(day: str) -> str:
    return day.replace("-", "")

"""The structure of FinCEN's SAR file, by its XML schema 2.0 user guide (version 1.6). Pure.

A party's marks that our files never set are left out; a file with one is refused.
"""

from typing import Final

from gateway.compliance.reporting import fincen_codes as codes
from gateway.compliance.reporting.structure import Node, Part, Text, parsed, structure_check

_NO_SPACE_AROUND: Final = r"\S+( +\S+)*"
_YES: Final = Text(values=frozenset({"Y"}))
_DAY: Final = Text(8, pattern=r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_DOLLARS: Final = Text(15, pattern=r"0|[1-9]\d*")
_COUNT: Final = Text(18, pattern=r"\d+")
NARRATIVE_MOST: Final = 17_000


def _text(most: int) -> Text:
    return Text(most, pattern=_NO_SPACE_AROUND)


def _numbered(*parts: Part) -> Node:
    return Node(parts, {"SeqNum": _COUNT})


def _marks(*names: str) -> tuple[Part, ...]:
    return tuple(Part(name, _YES) for name in names)


_PARTY_MARKS: Final = (
    *_marks("AllCriticalSubjectInformationUnavailableIndicator", "BirthDateUnknownIndicator"),
    *_marks("BothPurchaserSenderPayeeReceiveIndicator"),
    Part(
        "IndividualBirthDateText",
        Text(8, pattern=r"(19|20)\d\d(0\d|1[0-2])([012]\d|3[01])"),
    ),
    *_marks("NoBranchActivityInvolvedIndicator", "NoKnownAccountInvolvedIndicator"),
    *_marks("PartyAsEntityOrganizationIndicator", "PayeeReceiverIndicator"),
    *_marks("PayLocationIndicator"),
    Part("PrimaryRegulatorTypeCode", Text(values=codes.REGULATORS)),
    *_marks("PurchaserSenderIndicator", "SellingLocationIndicator"),
    *_marks("SellingPayingLocationIndicator", "UnknownGenderIndicator"),
)
PARTY_MARKS: Final = tuple(part.name for part in _PARTY_MARKS)
"""The order of a party's marks."""

_NAME: Final = _numbered(
    *_marks("EntityLastNameUnknownIndicator", "FirstNameUnknownIndicator"),
    Part("PartyNameTypeCode", Text(values=frozenset({"L", "AKA", "DBA"})), 1),
    Part("RawEntityIndividualLastName", _text(150)),
    Part("RawIndividualFirstName", _text(35)),
    Part("RawPartyFullName", _text(150)),
)
_ADDRESS: Final = _numbered(
    *_marks("CityUnknownIndicator", "CountryCodeUnknownIndicator"),
    Part("RawCityText", _text(50)),
    Part("RawCountryCodeText", Text(2, pattern="[A-Z]{2}")),
    Part("RawStateCodeText", _text(3)),
    Part("RawStreetAddress1Text", _text(100)),
    Part("RawZIPCode", _text(9)),
    *_marks("StateCodeUnknownIndicator", "StreetAddressUnknownIndicator"),
    *_marks("ZIPCodeUnknownIndicator"),
)
_IDENTITY: Final = _numbered(
    *_marks("IdentificationPresentUnknownIndicator"),
    Part("OtherIssuerCountryText", Text(2, pattern="[A-Z]{2}")),
    Part("OtherPartyIdentificationTypeText", _text(50)),
    Part("PartyIdentificationNumberText", _text(25)),
    Part("PartyIdentificationTypeCode", Text(values=codes.IDENTIFICATIONS)),
    *_marks("TINUnknownIndicator"),
)
_PARTY: Final = _numbered(
    Part("ActivityPartyTypeCode", Text(values=codes.PARTIES), 1),
    *_PARTY_MARKS,
    Part("PartyName", _NAME, most=100),
    Part("Address", _ADDRESS, most=99),
    Part("PhoneNumber", _numbered(Part("PhoneNumberText", Text(16, pattern=r"\d+"))), most=99),
    Part("PartyIdentification", _IDENTITY, most=100),
    Part(
        "OrganizationClassificationTypeSubtype",
        _numbered(Part("OrganizationTypeID", Text(values=codes.ORGANISATIONS), 1)),
        most=15,
    ),
    Part("PartyOccupationBusiness", _numbered(Part("OccupationBusinessText", _text(50)))),
    Part(
        "ElectronicAddress",
        _numbered(
            Part("ElectronicAddressText", _text(517), 1),
            Part("ElectronicAddressTypeCode", Text(values=frozenset({"E", "U"})), 1),
        ),
        most=198,
    ),
    Part(
        "PartyAssociation",
        _numbered(
            *_marks("CustomerIndicator", "NoRelationshipToInstitutionIndicator"),
            Part("SubjectRelationshipFinancialInstitutionTINText", _text(25)),
        ),
        most=99,
    ),
)
_SUSPICION: Final = _numbered(
    *_marks("AmountUnknownIndicator"),
    Part("CumulativeTotalViolationAmountText", _DOLLARS),
    *_marks("NoAmountInvolvedIndicator"),
    Part("SuspiciousActivityFromDateText", _DAY, 1),
    Part("SuspiciousActivityToDateText", _DAY),
    Part("TotalSuspiciousAmountText", _DOLLARS),
    Part(
        "SuspiciousActivityClassification",
        _numbered(
            Part("OtherSuspiciousActivityTypeText", _text(50)),
            Part("SuspiciousActivitySubtypeID", Text(values=frozenset(codes.CLASSIFICATIONS)), 1),
            Part(
                "SuspiciousActivityTypeID",
                Text(values=frozenset(codes.CLASSIFICATIONS.values())),
                1,
            ),
        ),
        1,
        99,
    ),
)
_ACTIVITY: Final = _numbered(
    Part("EFilingPriorDocumentNumber", Text(14, pattern=r"\d{1,14}")),
    Part("FilingDateText", _DAY, 1),
    Part("FilingInstitutionNotetoFinCEN", _text(50)),
    Part(
        "ActivityAssociation",
        _numbered(
            *_marks("ContinuingActivityReportIndicator", "CorrectsAmendsPriorReportIndicator"),
            *_marks("InitialReportIndicator"),
        ),
        1,
    ),
    Part(
        "ActivitySupportDocument",
        _numbered(
            Part("OriginalAttachmentFileName", Text(150, pattern=r"[A-Za-z0-9._-]+\.csv"), 1)
        ),
    ),
    Part("Party", _PARTY, 6, 1203),
    Part("SuspiciousActivity", _SUSPICION, 1),
    Part(
        "ActivityNarrativeInformation",
        _numbered(
            Part("ActivityNarrativeSequenceNumber", Text(values=frozenset("12345")), 1),
            Part("ActivityNarrativeText", Text(4_000), 1),
        ),
        1,
        5,
    ),
)
_BATCH: Final = Node(
    (
        Part("FormTypeCode", Text(values=frozenset({codes.FORM})), 1),
        Part("Activity", _ACTIVITY, 1),
    ),
    {
        "TotalAmount": _DOLLARS,
        "PartyCount": _COUNT,
        "ActivityCount": Text(values=frozenset({"1"})),
        "ActivityAttachmentCount": Text(values=frozenset({"0", "1"})),
        "AttachmentCount": Text(values=frozenset({"0", "1"})),
    },
)
_ONCE_EACH: Final = (
    *(codes.TRANSMITTER, codes.TRANSMITTER_CONTACT, codes.FILER, codes.CONTACT_OFFICE),
)


def fincen_check(xml: bytes) -> list[str]:
    """Everything that FinCEN would refuse a SAR file for, in words. Raises XmlRefused."""
    flaws = structure_check(xml, name="EFilingBatchXML", root=_BATCH, namespace=codes.NAMESPACE)
    return flaws or [*_beyond_structure(xml)]


def _beyond_structure(xml: bytes) -> list[str]:
    """What holds across the document; it is built as it should be."""
    root, prefix = parsed(xml), f"{{{codes.NAMESPACE}}}"
    flaws = []
    numbers = [one.attrib["SeqNum"] for one in root.iter() if "SeqNum" in one.attrib]
    if len(set(numbers)) != len(numbers):
        flaws.append("a SeqNum stands twice")
    parties = [one.text or "" for one in root.iter(f"{prefix}ActivityPartyTypeCode")]
    flaws += [
        f"party {code} does not stand once" for code in _ONCE_EACH if parties.count(code) != 1
    ]
    for code in (codes.SUBJECT, codes.LOCATION):
        if code not in parties:
            flaws.append(f"there is no party {code}")
    if root.attrib["PartyCount"] != str(parties.count(codes.SUBJECT)):
        flaws.append("PartyCount is not the number of subjects")
    attached = str(len(list(root.iter(f"{prefix}ActivitySupportDocument"))))
    flaws += [
        f"{name} is not the number of attachments"
        for name in ("ActivityAttachmentCount", "AttachmentCount")
        if root.attrib[name] != attached
    ]
    for name in ("SuspiciousActivitySubtypeID", "ActivityNarrativeSequenceNumber"):
        values = [one.text for one in root.iter(prefix + name)]
        if len(set(values)) != len(values):
            flaws.append(f"a {name} stands twice")
    told = sum(len(one.text or "") for one in root.iter(f"{prefix}ActivityNarrativeText"))
    if told > NARRATIVE_MOST:
        flaws.append(f"the narrative has {told} characters, not at most {NARRATIVE_MOST}")
    amounts = [one.text for one in root.iter(f"{prefix}TotalSuspiciousAmountText")]
    if root.attrib["TotalAmount"] != (amounts[0] if amounts else "0"):
        flaws.append("TotalAmount is not the sum of the amounts")
    return flaws

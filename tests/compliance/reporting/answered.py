"""Complete reports, as officers would fill them in."""

from gateway.compliance.reporting.answers import Answer
from gateway.compliance.reporting.institution import GoamlOffice, Institution

HOUSE = Institution(
    name="Tillway Payments Inc",
    street="1 Harbour Street",
    city="New York",
    state="NY",
    zip="10004",
    country="US",
    phone="+1 212 555 0100",
    email="reports@example.com",
    ein="123456789",
    control_code="TBSATEST",
    contact_name="Ada Byron",
    contact_title="Head of compliance",
    contact_office="Compliance office",
    contact_phone="2125550101",
)
OFFICE = GoamlOffice(
    rentity_id=4711,
    first_name="Ada",
    last_name="Byron",
    funds_code="CRPTC",
    transmode_code="DAWLT",
    institution_code="WALLET",
)
REPORTING = {
    "institution": {
        name: getattr(HOUSE, name)
        for name in HOUSE.__struct_fields__
        if name not in ("regulator", "organisation")
    },
    "goaml": {
        name: getattr(OFFICE, name)
        for name in ("rentity_id", "first_name", "last_name", "funds_code", "transmode_code")
    }
    | {"institution_code": OFFICE.institution_code},
}

SAR = {
    "filing.type": "initial",
    "subject.count": "2",
    "subject.1.who": "person",
    "subject.1.last_name": "Zwiebelkuchen",
    "subject.1.first_name": "Emil",
    "subject.1.born": "1980-10-25",
    "subject.1.street": "5 Quay Road",
    "subject.1.city": "Baltimore",
    "subject.1.state": "MD",
    "subject.1.zip": "21201",
    "subject.1.country": "US",
    "subject.1.tax_id": "987654321",
    "subject.1.id_kind": "passport",
    "subject.1.id_number": "X1234567",
    "subject.1.id_country": "DE",
    "subject.1.occupation": "Baker",
    "subject.1.email": "emil@example.com",
    "subject.1.website": "https://example.com",
    "subject.1.part": "sender",
    "subject.1.relationship": "customer",
    "subject.2.who": "unknown",
    "subject.2.part": "receiver",
    "activity.first_day": "2026-10-01",
    "activity.last_day": "2026-11-02",
    "activity.amount_is": "known",
    "activity.dollars": "12346",
    "activity.basis": "Books: 3 entries",
    "activity.classes": "113 821 9999",
    "activity.other_class": "split payments",
    "activity.location": "both",
    "story.narrative": "He paid in parts.\n\nEach time by another wallet. " * 3,
}
GOAML = {
    "filing.with": "transactions",
    "filing.indicators": "AFFRD VIRTA",
    "subject.count": "1",
    "subject.1.who": "person",
    "subject.1.last_name": "Zwiebelkuchen",
    "subject.1.first_name": "Emil",
    "subject.1.reason": "He paid in parts.",
    "transaction.count": "1",
    "transaction.1.number": "0x" + "ab" * 32,
    "transaction.1.day": "2026-10-01",
    "transaction.1.amount": "1200.50",
    "transaction.1.basis": "Books: 1 entry",
    "transaction.1.description": "1200.50 EURC from 0x12",
    "transaction.1.payer_name": "Emil Zwiebelkuchen",
    "transaction.1.payer_account": "0x" + "12" * 20,
    "transaction.1.payer_country": "DE",
    "transaction.1.payee_name": "Amelies Cafe",
    "transaction.1.payee_country": "DE",
    "story.reason": "He paid in parts, each time by another wallet.",
    "story.action": "We watch.",
}
ACTIVITY = {
    "filing.with": "activity",
    "filing.indicators": "AFFRD",
    "subject.count": "2",
    "subject.1.who": "company",
    "subject.1.company": "Kuchen GmbH",
    "subject.1.incorporation_number": "HRB 1",
    "subject.1.incorporation_country": "DE",
    "subject.1.reason": "It sells nothing.",
    "subject.2.who": "person",
    "subject.2.last_name": "Zwiebelkuchen",
    "subject.2.first_name": "Emil",
    "subject.2.born": "1980-10-25",
    "subject.2.id_number": "X1",
    "subject.2.nationality": "DE",
    "subject.2.reason": "He owns it.",
    "transaction.count": "0",
    "story.reason": "It sells nothing.",
}
BLOCKING = {
    "property.count": "1",
    "property.1.target": "LAZARUS GROUP",
    "property.1.owner": "LAZARUS GROUP",
    "property.1.description": "3000 USDC on chain 8453",
    "property.1.location": "New York",
    "property.1.account": "0x" + "34" * 20,
    "property.1.blocked_on": "2026-11-24",
    "property.1.quantity": "3000 USDC",
    "property.1.dollars": "3000.00",
    "property.1.valued": "actual",
    "property.1.basis": "Books: 1 entry",
    "property.1.authority": "ofac: DPRK3",
    "transaction.day": "2026-11-24",
    "transaction.parties": "From 0x12 to 0x34",
    "transaction.story": "=HYPERLINK() paid a café",
}


def answers(told: dict[str, str], **more: str) -> dict[str, Answer]:
    """As typed by somebody; a None takes one out."""
    return {
        name: Answer(value, "typed:ada")
        for name, value in {**told, **more}.items()
        if value is not None
    }

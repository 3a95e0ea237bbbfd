"""A report as goAML takes it (UNODC, schema 4.0 and later): transactions, or an activity. Pure.

Every financial intelligence unit that runs goAML sets its own lookup codes; those stand in the
setting, and the rest is what all versions since 4.0 have in common.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import date
from typing import Final

from gateway.compliance.reporting.answers import Answers, below, count_of, value_of
from gateway.compliance.reporting.institution import GoamlOffice
from gateway.compliance.reporting.questions import QUESTIONS, Group
from gateway.compliance.reporting.xml_tree import Numbered, one_line, xml_bytes

_GROUPS: Final[dict[str, Group]] = {group.name: group for group in QUESTIONS["goaml"]}


def goaml_report(
    answers: Answers, *, office: GoamlOffice, reference: str, reported_on: date
) -> bytes:
    """The file of one report.

    Args:
        answers: complete, as ``answers_check`` says.
        reference: how the house calls it.
        reported_on: the day on which it is handed in.
    """
    make = Numbered()
    with_transactions = value_of(answers, "filing.with") == "transactions"
    root = make.group(None, "report")
    make.texts(
        root,
        rentity_id=str(office.rentity_id),
        rentity_branch=office.rentity_branch,
        submission_code="E",
        report_code=office.transaction_report if with_transactions else office.activity_report,
        entity_reference=reference,
        fiu_ref_number=value_of(answers, "filing.prior"),
        submission_date=_moment(reported_on.isoformat()),
        currency_code_local=office.currency,
    )
    person = make.group(root, "reporting_person")
    make.texts(person, first_name=office.first_name, last_name=office.last_name)
    make.texts(
        root,
        reason=value_of(answers, "story.reason"),
        action=value_of(answers, "story.action"),
    )
    subjects = _of_group(answers, "subject")
    if with_transactions:
        for told in _of_group(answers, "transaction"):
            _transaction(make, root, told=told, office=office)
    if not with_transactions:
        activity = make.group(root, "activity")
        parties = make.group(activity, "report_parties")
        for told in subjects:
            party = make.group(parties, "report_party")
            _somebody(make, party, told)
            make.text(party, "reason", told["reason"])
    indicators = make.group(root, "report_indicators")
    for code in value_of(answers, "filing.indicators").split():
        make.text(indicators, "indicator", code)
    return xml_bytes(root)


def _transaction(
    make: Numbered, root: ET.Element, *, told: Mapping[str, str], office: GoamlOffice
) -> None:
    """From a wallet to whoever was paid."""
    one = make.group(root, "transaction")
    make.texts(
        one,
        transactionnumber=told["number"],
        transaction_location=office.institution_name,
        transaction_description=told["description"],
        date_transaction=_moment(told["day"]),
        transmode_code=office.transmode_code,
        transmode_comment=office.transmode_comment,
        amount_local=told["amount"],
    )
    payer = make.group(one, "t_from")
    make.text(payer, "from_funds_code", office.funds_code)
    account = make.group(payer, "from_account")
    make.texts(
        account,
        institution_name=office.institution_name,
        institution_code=office.institution_code,
        account=told["payer_account"],
        account_name=one_line(told["payer_name"]),
    )
    make.text(payer, "from_country", told["payer_country"])
    payee = make.group(one, "t_to")
    make.text(payee, "to_funds_code", office.funds_code)
    entity = make.group(payee, "to_entity")
    make.text(entity, "name", one_line(told["payee_name"]))
    make.text(payee, "to_country", told["payee_country"])


def _somebody(make: Numbered, parent: ET.Element, told: Mapping[str, str]) -> None:
    if told.get("who") == "company":
        entity = make.group(parent, "entity")
        make.texts(
            entity,
            name=one_line(told["company"]),
            incorporation_number=told.get("incorporation_number", ""),
            incorporation_country_code=told.get("incorporation_country", ""),
        )
        return
    person = make.group(parent, "person")
    born = told.get("born", "")
    make.texts(
        person,
        first_name=one_line(told["first_name"]),
        last_name=one_line(told["last_name"]),
        birthdate=_moment(born) if born else "",
        id_number=told.get("id_number", ""),
        nationality1=told.get("nationality", ""),
    )


def _of_group(answers: Answers, name: str) -> list[dict[str, str]]:
    group = _GROUPS[name]
    return [
        below(answers, f"{name}.{number}.") for number in range(1, count_of(answers, group) + 1)
    ]


def _moment(day: str) -> str:
    return f"{day}T00:00:00"

"""The structure of a goAML report as ours are, by UNODC's schema 4.0 description. Pure.

Lookup codes are each unit's own and are checked by its schema file alone, where one is configured.
"""

from typing import Final

from gateway.compliance.reporting.structure import Node, Part, Text, structure_check

_MOMENT: Final = Text(19, pattern=r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_COUNTRY: Final = Text(2, pattern="[A-Z]{2}")
_CODE: Final = Text(50, pattern=r"[A-Za-z0-9_-]+")
_DECIMAL: Final = Text(20, pattern=r"(0|[1-9]\d*)(\.\d{1,13})?")
_LONG: Final = Text(8_000)

_PERSON: Final = Node(
    (
        Part("first_name", Text(100), 1),
        Part("last_name", Text(100), 1),
        Part("birthdate", _MOMENT),
        Part("id_number", Text(255)),
        Part("nationality1", _COUNTRY),
    )
)
_ENTITY: Final = Node(
    (
        Part("name", Text(255), 1),
        Part("incorporation_number", Text(50)),
        Part("incorporation_country_code", _COUNTRY),
    )
)
_TRANSACTION: Final = Node(
    (
        Part("transactionnumber", Text(100), 1),
        Part("transaction_location", Text(255), 1),
        Part("transaction_description", Text(4_000), 1),
        Part("date_transaction", _MOMENT, 1),
        Part("transmode_code", _CODE, 1),
        Part("transmode_comment", Text(255)),
        Part("amount_local", _DECIMAL, 1),
        Part(
            "t_from",
            Node(
                (
                    Part("from_funds_code", _CODE, 1),
                    Part(
                        "from_account",
                        Node(
                            (
                                Part("institution_name", Text(255), 1),
                                Part("institution_code", Text(50), 1),
                                Part("account", Text(50), 1),
                                Part("account_name", Text(255), 1),
                            )
                        ),
                        1,
                    ),
                    Part("from_country", _COUNTRY, 1),
                )
            ),
            1,
        ),
        Part(
            "t_to",
            Node(
                (
                    Part("to_funds_code", _CODE, 1),
                    Part("to_entity", _ENTITY, 1),
                    Part("to_country", _COUNTRY, 1),
                )
            ),
            1,
        ),
    )
)
_PARTY: Final = Node(
    (Part("person", _PERSON), Part("entity", _ENTITY), Part("reason", _LONG, 1)),
)
_REPORT: Final = Node(
    (
        Part("rentity_id", Text(10, pattern=r"[1-9]\d*"), 1),
        Part("rentity_branch", Text(255)),
        Part("submission_code", Text(values=frozenset({"E"})), 1),
        Part("report_code", _CODE, 1),
        Part("entity_reference", Text(255), 1),
        Part("fiu_ref_number", Text(255)),
        Part("submission_date", _MOMENT, 1),
        Part("currency_code_local", Text(3, pattern="[A-Z]{3}"), 1),
        Part(
            "reporting_person",
            Node((Part("first_name", Text(100), 1), Part("last_name", Text(100), 1))),
            1,
        ),
        Part("reason", _LONG, 1),
        Part("action", _LONG),
        Part("transaction", _TRANSACTION, most=10_000),
        Part(
            "activity",
            Node((Part("report_parties", Node((Part("report_party", _PARTY, 1, 1_000),)), 1),)),
        ),
        Part("report_indicators", Node((Part("indicator", _CODE, 1, 100),)), 1),
    )
)


def goaml_check(xml: bytes) -> list[str]:
    """Everything that is not as the form says, in words. Raises XmlRefused."""
    flaws = structure_check(xml, name="report", root=_REPORT)
    if not flaws and (b"<transaction>" in xml) == (b"<activity>" in xml):
        flaws.append("report has neither transactions nor an activity, or both")
    return flaws

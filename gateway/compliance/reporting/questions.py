"""What each kind of report asks. Pure: faces find words by the names.

Lengths and codes are the forms' own: FinCEN's SAR (Report 111) by its XML schema 2.0 user guide,
version 1.6; goAML by its schema 4.0; OFAC's by 31 CFR 501.603(b)(1)(ii) and (b)(2)(ii).
"""

from dataclasses import dataclass
from typing import Final, Literal

from gateway.compliance.reporting.fincen_codes import CLASSIFICATIONS, OTHERS

AnswerKind = Literal[
    "text", "long", "choice", "choices", "day", "country", "whole", "decimal", "number"
]
"""``whole``: whole units of money; ``decimal``: at most two places; ``number``: digits."""


@dataclass(frozen=True, slots=True)
class Question:
    """One answer that is asked for.

    Attributes:
        most: characters.
        wanted: whether it must be answered.
        wanted_if: another answer of the same group, and those of its values that make it wanted,
            one of them if it can have several; it decides instead of ``wanted``.
    """

    name: str
    kind: AnswerKind = "text"
    most: int = 50
    wanted: bool = False
    choices: tuple[str, ...] = ()
    wanted_if: tuple[str, frozenset[str]] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together.

    Attributes:
        many: whether there can be several of it.
        least, most: how many then.
    """

    name: str
    questions: tuple[Question, ...]
    many: bool = False
    least: int = 1
    most: int = 1


def _if(name: str, *values: str) -> tuple[str, frozenset[str]]:
    return name, frozenset(values)


NARRATIVE_MOST: Final = 17_000
"""Five blocks: four of 4,000 characters and one of 1,000."""
SUBJECTS_MOST: Final = 10
PROPERTY_MOST: Final = 200
_ATTACHMENT: Final = Question("attachment", "choice", 10, False, ("transfers", "none"))

_SAR_SUBJECT: Final = Group(
    "subject",
    (
        Question("who", "choice", 10, True, ("person", "company", "unknown")),
        Question("last_name", most=150, wanted_if=_if("who", "person", "company")),
        Question("first_name", most=35, wanted_if=_if("who", "person")),
        Question("born", "day", 10),
        Question("street", most=100),
        Question("city"),
        Question("state", most=3),
        Question("zip", most=9),
        Question("country", "country", 2),
        Question("tax_id", "number", 9),
        Question("id_kind", "choice", 10, False, ("licence", "passport", "alien", "other")),
        Question("id_other", wanted_if=_if("id_kind", "other")),
        Question(
            "id_number",
            most=25,
            wanted_if=_if("id_kind", "licence", "passport", "alien", "other"),
        ),
        Question("id_country", "country", 2),
        Question("occupation"),
        Question("email", most=517),
        Question("website", most=517),
        Question("part", "choice", 10, False, ("sender", "receiver", "both")),
        Question("relationship", "choice", 10, False, ("customer", "none")),
    ),
    many=True,
    most=SUBJECTS_MOST,
)

_SAR: Final = (
    Group(
        "filing",
        (
            Question("type", "choice", 12, True, ("initial", "correction", "continuing")),
            Question(
                "prior",
                "number",
                14,
                wanted_if=_if("type", "correction", "continuing"),
            ),
            Question("note", most=50),
            _ATTACHMENT,
        ),
    ),
    _SAR_SUBJECT,
    Group(
        "activity",
        (
            Question("first_day", "day", 10, True),
            Question("last_day", "day", 10),
            Question("amount_is", "choice", 10, True, ("known", "unknown", "none")),
            Question("dollars", "whole", 15, wanted_if=_if("amount_is", "known")),
            Question("basis", "long", 500, wanted_if=_if("amount_is", "known")),
            Question("cumulative", "whole", 15),
            Question("classes", "choices", 600, True, tuple(CLASSIFICATIONS)),
            Question("other_class", most=50, wanted_if=("classes", OTHERS)),
            Question("location", "choice", 10, True, ("selling", "paying", "both")),
        ),
    ),
    Group("story", (Question("narrative", "long", NARRATIVE_MOST, True),)),
)

_GOAML: Final = (
    Group(
        "filing",
        (
            Question("prior", most=255),
            Question("with", "choice", 12, True, ("transactions", "activity")),
            Question("indicators", most=500, wanted=True),
            _ATTACHMENT,
        ),
    ),
    Group(
        "subject",
        (
            Question("who", "choice", 10, True, ("person", "company")),
            Question("last_name", most=100, wanted_if=_if("who", "person")),
            Question("first_name", most=100, wanted_if=_if("who", "person")),
            Question("company", most=255, wanted_if=_if("who", "company")),
            Question("born", "day", 10),
            Question("id_number", most=255),
            Question("nationality", "country", 2),
            Question("incorporation_number", most=50),
            Question("incorporation_country", "country", 2),
            Question("reason", "long", 4_000, True),
        ),
        many=True,
        most=SUBJECTS_MOST,
    ),
    Group(
        "transaction",
        (
            Question("number", most=100, wanted=True),
            Question("day", "day", 10, True),
            Question("amount", "decimal", 18, True),
            Question("basis", "long", 500, True),
            Question("description", "long", 4_000, True),
            Question("payer_name", most=255, wanted=True),
            Question("payer_account", most=50, wanted=True),
            Question("payer_country", "country", 2, True),
            Question("payee_name", most=255, wanted=True),
            Question("payee_country", "country", 2, True),
        ),
        many=True,
        least=0,
        most=20,
    ),
    Group(
        "story",
        (
            Question("reason", "long", 8_000, True),
            Question("action", "long", 8_000),
        ),
    ),
)

_PROPERTY: Final = (
    Question("target", most=255, wanted=True),
    Question("owner", most=255, wanted=True),
    Question("owner_address", most=255),
    Question("description", "long", 1_000, True),
    Question("location", most=255, wanted=True),
    Question("account", most=100),
    Question("blocked_on", "day", 10, True),
    Question("quantity", most=100),
    Question("dollars", "decimal", 18, True),
    Question("valued", "choice", 10, True, ("actual", "estimated")),
    Question("basis", "long", 500, True),
    Question("authority", most=255, wanted=True),
)

_BLOCKING: Final = (
    Group("property", _PROPERTY, many=True, most=PROPERTY_MOST),
    Group(
        "transaction",
        (
            Question("day", "day", 10, True),
            Question("reference", most=255),
            Question("parties", "long", 2_000, True),
            Question("story", "long", 4_000, True),
        ),
    ),
)
_ANNUAL: Final = (Group("property", _PROPERTY, many=True, most=PROPERTY_MOST),)

QUESTIONS: Final[dict[str, tuple[Group, ...]]] = {
    "fincen_sar": _SAR,
    "goaml": _GOAML,
    "ofac_blocking": _BLOCKING,
    "ofac_annual": _ANNUAL,
}

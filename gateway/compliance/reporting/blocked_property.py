"""Blocked property as OFAC wants it told: the form's fields as JSON and as a table. Pure.

Initial reports: 31 CFR 501.603(b)(1)(ii). Yearly ones: 501.603(b)(2)(ii) and form TD F 90-22.50,
a spreadsheet with one line for each property. Both are handed in by people through OFAC's own
reporting system.
"""

import json
from datetime import date
from typing import Any, Final

from gateway.compliance.reporting.answers import Answers, below, count_of
from gateway.compliance.reporting.institution import Institution
from gateway.compliance.reporting.questions import QUESTIONS, Group
from gateway.compliance.reporting.spreadsheet import table_bytes

COLUMNS: Final = (
    *("target", "owner", "owner_address", "description", "location", "account"),
    *("blocked_on", "quantity", "dollars", "valued", "basis", "authority"),
)
_PROPERTY: Final[Group] = next(one for one in QUESTIONS["ofac_annual"] if one.name == "property")


def blocked_report(
    answers: Answers, *, kind: str, house: Institution, reference: str, on: date
) -> bytes:
    """The report's fields as JSON, in the form's order; amounts are texts.

    Args:
        kind: ``ofac_blocking`` or ``ofac_annual``.
        on: the day on which it is written; of a yearly report, the day whose holdings it tells.
    """
    told: dict[str, Any] = {
        "form": "Report of Blocked Property"
        if kind == "ofac_blocking"
        else "Annual Report of Blocked Property (TD F 90-22.50)",
        "rule": "31 CFR 501.603(b)(1)" if kind == "ofac_blocking" else "31 CFR 501.603(b)(2)",
        "reference": reference,
        "date": on.isoformat(),
        "holder": {
            "name": house.name,
            "address": ", ".join(
                part
                for part in (house.street, house.city, house.state, house.zip, house.country)
                if part
            ),
            "contact": {
                "name": house.contact_name,
                "title": house.contact_title,
                "telephone": house.contact_phone,
                "email": house.email,
            },
        },
        "count": len(properties(answers)),
        "total_dollars": total_dollars(answers),
        "property": properties(answers),
    }
    if kind == "ofac_blocking":
        told["transaction"] = below(answers, "transaction.")
    return json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n"


def blocked_table(answers: Answers) -> bytes:
    """One line for each property, for a spreadsheet; no text in it is taken for a formula."""
    return table_bytes(COLUMNS, ([one[name] for name in COLUMNS] for one in properties(answers)))


def blocked_check(answers: Answers) -> list[str]:
    """What no single answer shows: two lines that tell the same property."""
    seen: set[tuple[str, str, str]] = set()
    flaws = []
    for number, one in enumerate(properties(answers), start=1):
        key = (one["account"], one["blocked_on"], one["quantity"])
        if all(key) and key in seen:
            flaws.append(f"property {number} stands twice")
        seen.add(key)
    return flaws


def properties(answers: Answers) -> list[dict[str, str]]:
    """Each property with all of its fields, in the form's order."""
    found = []
    for number in range(1, count_of(answers, _PROPERTY) + 1):
        told = below(answers, f"property.{number}.")
        found.append({name: told.get(name, "") for name in COLUMNS})
    return found


def total_dollars(answers: Answers) -> str:
    """The sum of their values, with cents."""
    cents = 0
    for one in properties(answers):
        whole, _, rest = one["dollars"].partition(".")
        cents += int(whole or 0) * 100 + int(f"{rest:0<2}"[:2])
    return f"{cents // 100}.{cents % 100:02}"

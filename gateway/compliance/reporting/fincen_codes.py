"""Codes of FinCEN's SAR, as its XML schema 2.0 user guide (version 1.6, August 2021) lists them.
Pure.

Of the suspicious activities those that a payment gateway can meet; the rest are for casinos,
insurers, lenders and brokers.
"""

from typing import Final

FORM: Final = "SARX"
NAMESPACE: Final = "www.fincen.gov/base"

TRANSMITTER: Final = "35"
TRANSMITTER_CONTACT: Final = "37"
FILER: Final = "30"
CONTACT_OFFICE: Final = "8"
SUBJECT: Final = "33"
LOCATION: Final = "34"
PARTIES: Final = frozenset({"35", "37", "30", "33", "34", "8", "46", "18", "19", "41"})

SSN: Final = "1"
EIN: Final = "2"
TIN: Final = "4"
FOREIGN_TIN: Final = "9"
CONTROL_CODE: Final = "28"
ID_KINDS: Final = {"licence": "5", "passport": "6", "alien": "7", "other": "999"}
IDENTIFICATIONS: Final = frozenset(
    {
        *("1", "2", "4", "5", "6", "7", "9", "10", "11", "12", "13", "14"),
        *("28", "29", "32", "33", "999"),
    }
)
REGULATORS: Final = frozenset({"1", "2", "3", "4", "6", "7", "9", "13", "99"})
"""7 is the Internal Revenue Service, which examines money services businesses."""
ORGANISATIONS: Final = frozenset({"1", "2", "3", "4", "5", "11", "12", "999"})
"""4 is a money services business."""

STRUCTURING, TERRORISM, FRAUD, PAPERS, LAUNDERING, OTHER, CYBER = (
    *("1", "7", "3", "4", "8", "9"),
    "11",
)
CLASSIFICATIONS: Final[dict[str, str]] = {
    "106": STRUCTURING,
    "111": STRUCTURING,
    "112": STRUCTURING,
    "113": STRUCTURING,
    "114": STRUCTURING,
    "1999": STRUCTURING,
    "701": TERRORISM,
    "7999": TERRORISM,
    "305": FRAUD,
    "309": FRAUD,
    "310": FRAUD,
    "322": FRAUD,
    "324": FRAUD,
    "3999": FRAUD,
    "401": PAPERS,
    "402": PAPERS,
    "403": PAPERS,
    "404": PAPERS,
    "405": PAPERS,
    "409": PAPERS,
    "4999": PAPERS,
    "804": LAUNDERING,
    "805": LAUNDERING,
    "806": LAUNDERING,
    "807": LAUNDERING,
    "808": LAUNDERING,
    "809": LAUNDERING,
    "812": LAUNDERING,
    "821": LAUNDERING,
    "823": LAUNDERING,
    "824": LAUNDERING,
    "8999": LAUNDERING,
    "905": OTHER,
    "909": OTHER,
    "910": OTHER,
    "911": OTHER,
    "913": OTHER,
    "920": OTHER,
    "921": OTHER,
    "925": OTHER,
    "926": OTHER,
    "927": OTHER,
    "928": OTHER,
    "9999": OTHER,
    "1101": CYBER,
    "1102": CYBER,
    "11999": CYBER,
}
"""By a suspicious activity's code, the code of its type."""
OTHERS: Final = frozenset(code for code in CLASSIFICATIONS if code.endswith("999"))
"""Those that are told in words."""

"""Numbers of bank accounts (IBAN) and of banks (BIC). Pure."""

import re
from typing import Final

from gateway.ramps.iso20022.errors import BadBic, BadIban

_IBAN: Final = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", re.ASCII)
_BIC: Final = re.compile("[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)

LENGTHS: Final[dict[str, int]] = {
    **{"AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18},
    **{"EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28},
    **{"IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31},
    **{"NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27},
    **{"VA": 22, "AL": 28, "MD": 24, "ME": 22, "MK": 19, "RS": 22},
}
"""Characters by country, of those that SEPA reaches (SWIFT's IBAN registry, ISO 13616)."""


OUTSIDE_THE_EEA: Final = frozenset(
    {"AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"}
)
"""SEPA reaches them, and their banks are named beside the IBAN (EPC's SEPA Credit Transfer
rulebook; Regulation (EU) 260/2012 lets the IBAN do alone within the EEA)."""


def bic_needed(iban: str) -> bool:
    """Whether the bank of this IBAN, written for machines, must be named beside it."""
    return iban[:2] in OUTSIDE_THE_EEA


def iban_of(text: str) -> str:
    """An IBAN in its written form for machines: capitals, no spaces.

    Its check digits are right when the number, its first four characters moved to its end and
    letters read as 10 to 35, leaves 1 when divided by 97 (ISO 7064).

    Raises:
        BadIban: it is none, of a country that SEPA does not reach, or its check digits are wrong.
    """
    found = "".join(text.split()).upper()
    if not _IBAN.fullmatch(found):
        raise BadIban
    wanted = LENGTHS.get(found[:2])
    if wanted is None:
        raise BadIban(f"{found[:2]} is no country whose banks we pay.")
    if len(found) != wanted:
        raise BadIban(f"An IBAN of {found[:2]} has {wanted} characters.")
    digits = "".join(str(int(letter, 36)) for letter in found[4:] + found[:4])
    if not "02" <= found[2:4] <= "98" or int(digits) % 97 != 1:
        raise BadIban("The check digits of this IBAN are wrong.")
    return found


def bic_of(text: str) -> str:
    """A BIC in capitals (ISO 9362); "" stays "": the bank is found by the IBAN.

    Raises:
        BadBic
    """
    found = "".join(text.split()).upper()
    if found and not _BIC.fullmatch(found):
        raise BadBic
    return found


def iban_shown(iban: str) -> str:
    """For people and logs: the country and the last four characters."""
    return f"{iban[:2]}…{iban[-4:]}"

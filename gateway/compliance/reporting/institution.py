"""Who reports: the house, as the authorities know it. Pure."""

from dataclasses import dataclass
from typing import Final

import msgspec


class Institution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The house in its own reports; an empty text is not known.

    Attributes:
        ein: the employer identification number, nine digits.
        control_code: of whoever transmits batches to FinCEN (TCC).
        regulator, organisation: codes of FinCEN's form; a money services business by default.
        contact_office: whom the authority asks for.
    """

    name: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    ein: str = ""
    control_code: str = ""
    regulator: str = "7"
    organisation: str = "4"
    contact_name: str = ""
    contact_title: str = ""
    contact_office: str = ""
    contact_phone: str = ""


class GoamlOffice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a financial intelligence unit that runs goAML knows the house, and its own lookup codes,
    which every unit sets for itself.

    Attributes:
        rentity_id: the reporting entity's number there; 0 for none.
        transaction_report, activity_report: the report's codes.
        funds_code, transmode_code, transmode_comment: of a transfer of crypto-assets.
        institution_code: of a wallet that no institution keeps.
        suspicion_days: how long the unit gives; at most 30.
    """

    rentity_id: int = 0
    rentity_branch: str = ""
    transaction_report: str = "STR"
    activity_report: str = "SAR"
    currency: str = "EUR"
    first_name: str = ""
    last_name: str = ""
    funds_code: str = ""
    transmode_code: str = ""
    transmode_comment: str = ""
    institution_name: str = "Self-hosted wallet"
    institution_code: str = ""
    suspicion_days: int = 30


WANTED: Final[dict[str, tuple[str, ...]]] = {
    "fincen_sar": (
        *("name", "street", "city", "country", "phone", "ein", "control_code"),
        *("contact_name", "contact_office", "contact_phone"),
    ),
    "goaml": (),
    "ofac_blocking": (
        *("name", "street", "city", "country", "contact_name", "contact_phone", "email"),
    ),
    "ofac_annual": (
        *("name", "street", "city", "country", "contact_name", "contact_phone", "email"),
    ),
}
GOAML_WANTED: Final = ("rentity_id", "first_name", "last_name")
GOAML_TRANSACTIONS_WANTED: Final = ("funds_code", "transmode_code", "institution_code")


@dataclass(frozen=True, slots=True)
class Filer:
    """Who reports, to both kinds of authority."""

    institution: Institution
    goaml: GoamlOffice

    def missing(self, kind: str, *, with_transactions: bool = False) -> list[str]:
        """What REPORTING must say before such a report can be written, as paths into it."""
        found = [f"institution.{one}" for one in WANTED[kind] if not self._has(one)]
        if kind == "goaml":
            wanted = GOAML_WANTED + (GOAML_TRANSACTIONS_WANTED if with_transactions else ())
            found += [f"goaml.{one}" for one in wanted if not getattr(self.goaml, one)]
        return found

    def _has(self, name: str) -> bool:
        return bool(getattr(self.institution, name))

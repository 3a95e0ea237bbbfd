"""How the house reports: the setting REPORTING, over the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
from django.conf import settings

from gateway.compliance.reporting.due import SUSPICION_DAYS
from gateway.compliance.reporting.errors import ReportingUnreadable
from gateway.compliance.reporting.institution import Filer, GoamlOffice, Institution
from gateway.compliance.reporting.kinds import KINDS

SUSPICION: Final = ("fincen_sar", "goaml")


class SchemasText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fincen_sar: str = ""
    goaml: str = ""


class ReportingText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    suspicion: tuple[str, ...] = ("fincen_sar",)
    sanctions: bool = True
    institution: Institution = Institution()
    goaml: GoamlOffice = GoamlOffice()
    schemas: SchemasText = SchemasText()


@dataclass(frozen=True, slots=True)
class ReportingSettings:
    """Attributes:
    suspicion: the kinds of report that a case to be reported begins.
    sanctions: whether money that is kept for good begins a report to OFAC.
    schemas: by kind, where the authority's schema file lies.
    """

    suspicion: tuple[str, ...]
    sanctions: bool
    filer: Filer
    schemas: Mapping[str, Path]


def reporting_settings() -> ReportingSettings:
    """Raises ReportingUnreadable."""
    return _read(msgspec.json.encode(settings.REPORTING))


@lru_cache(maxsize=4)
def _read(encoded: bytes) -> ReportingSettings:
    try:
        text = msgspec.json.decode(encoded, type=ReportingText)
    except msgspec.ValidationError as error:
        raise ReportingUnreadable(f"REPORTING can't be read: {error}.") from error
    if not text.suspicion or set(text.suspicion) - set(SUSPICION):
        raise ReportingUnreadable(
            f"REPORTING.suspicion names one or more of {', '.join(SUSPICION)}."
        )
    if not 1 <= text.goaml.suspicion_days <= SUSPICION_DAYS:
        raise ReportingUnreadable(f"REPORTING.goaml.suspicion_days is 1 to {SUSPICION_DAYS}.")
    places = {"fincen_sar": text.schemas.fincen_sar, "goaml": text.schemas.goaml}
    return ReportingSettings(
        suspicion=text.suspicion,
        sanctions=text.sanctions,
        filer=Filer(institution=text.institution, goaml=text.goaml),
        schemas={kind: Path(place) for kind, place in places.items() if place},
    )


def suspicion_days(kind: str) -> int:
    """How long the authority of a kind of report gives. Raises ReportingUnreadable."""
    office = reporting_settings().filer.goaml
    return office.suspicion_days if kind == "goaml" else SUSPICION_DAYS


def kinds_begun_by(disposition: str, *, is_blocked: bool) -> list[str]:
    """The reports that follow from how a case ended.

    Args:
        is_blocked: whether money of it is kept for good.

    Raises:
        ReportingUnreadable
    """
    told = reporting_settings()
    wanted = [kind for kind in told.suspicion if disposition in KINDS[kind].dispositions]
    blocking = KINDS["ofac_blocking"]
    if told.sanctions and is_blocked and disposition in blocking.dispositions:
        wanted.append(blocking.name)
    return wanted

"""What a house may say of whom it knows: the setting KNOWING, over the defaults."""

from dataclasses import dataclass
from functools import lru_cache

import msgspec
from django.conf import settings

from gateway.compliance.knowing import countries, jurisdictions
from gateway.compliance.knowing.errors import KnowingUnreadable
from gateway.compliance.knowing.jurisdictions import Jurisdictions
from gateway.compliance.knowing.rating import RiskCountries

MAX_YEARS = 30


class CountriesText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    as_of: str = countries.RISK_AS_OF
    call_for_action: tuple[str, ...] = tuple(sorted(countries.CALL_FOR_ACTION))
    monitored: tuple[str, ...] = tuple(sorted(countries.MONITORED))


class JurisdictionsText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str = jurisdictions.VERSION
    prohibited: tuple[str, ...] = tuple(sorted(jurisdictions.PROHIBITED))
    prohibited_regions: tuple[str, ...] = tuple(sorted(jurisdictions.PROHIBITED_REGIONS))
    high_risk_regions: tuple[str, ...] = tuple(sorted(jurisdictions.HIGH_RISK_REGIONS))


class KnowingText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    countries: CountriesText = CountriesText()
    jurisdictions: JurisdictionsText = JurisdictionsText()
    retention_years: int = 5
    clamd: str = ""


@dataclass(frozen=True, slots=True)
class KnowingSettings:
    """Attributes:
    countries: those that raise a risk.
    jurisdictions: where nobody is served, and where people look twice.
    retention_years: how long data is kept after a shop or a person's part in it has ended
        (Regulation (EU) 2024/1624, article 77: five years).
    clamd: the Unix socket of a virus scanner that looks at papers; "": none does.
    """

    countries: RiskCountries
    jurisdictions: Jurisdictions
    retention_years: int
    clamd: str


def knowing_settings() -> KnowingSettings:
    """Raises KnowingUnreadable."""
    return _read(msgspec.json.encode(settings.KNOWING))


@lru_cache(maxsize=4)
def _read(encoded: bytes) -> KnowingSettings:
    try:
        text = msgspec.json.decode(encoded, type=KnowingText)
    except msgspec.ValidationError as error:
        raise KnowingUnreadable(f"KNOWING can't be read: {error}.") from error
    listed = {*text.countries.call_for_action, *text.countries.monitored}
    barred = text.jurisdictions
    is_other = barred != JurisdictionsText()
    if is_other and barred.version == jurisdictions.VERSION:
        raise KnowingUnreadable("KNOWING bars other places, so it names a version of its own.")
    regions = {*barred.prohibited_regions, *barred.high_risk_regions}
    listed |= {*barred.prohibited, *(one.partition("-")[0] for one in regions)}
    if not listed <= countries.COUNTRIES or any("-" not in one for one in regions):
        raise KnowingUnreadable("KNOWING names a country that there is not.")
    if not 1 <= text.retention_years <= MAX_YEARS:
        raise KnowingUnreadable("KNOWING keeps data for no time, or for too long.")
    return KnowingSettings(
        countries=RiskCountries(
            as_of=text.countries.as_of,
            call_for_action=frozenset(text.countries.call_for_action),
            monitored=frozenset(text.countries.monitored),
        ),
        jurisdictions=Jurisdictions(
            version=barred.version,
            prohibited=frozenset(barred.prohibited),
            prohibited_regions=frozenset(barred.prohibited_regions),
            high_risk=frozenset({*text.countries.call_for_action, *text.countries.monitored})
            - frozenset(barred.prohibited),
            high_risk_regions=frozenset(barred.high_risk_regions),
        ),
        retention_years=text.retention_years,
        clamd=text.clamd,
    )

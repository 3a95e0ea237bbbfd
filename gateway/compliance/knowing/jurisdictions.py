"""Where the house serves nobody, and where it looks twice: versioned rules over places. Pure.

Whole countries are barred by ISO 3166-1 code, regions within one by ISO 3166-2. What sanctions bar
only in part (the parts of Kherson and Zaporizhzhia that Ukraine's government does not control)
can't be told apart by such a code: there people look, and nobody is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from gateway.compliance.knowing.countries import CALL_FOR_ACTION, COUNTRIES, MONITORED

Standing = Literal["allowed", "high_risk", "prohibited", "unknown"]
STRICTEST: Final[tuple[Standing, ...]] = ("unknown", "allowed", "high_risk", "prohibited")
"""The strictest last."""
Source = Literal["proxy", "card", "said"]
SOURCES: Final[tuple[Source, ...]] = get_args(Source)
"""What speaks for a shopper's place: their network, who gave their card out, their own word."""
NOWHERE: Final = frozenset({"", "XX", "T1", "EU", "AP"})
"""What proxies say where they can't tell: XX, T1 for Tor, and two that are no country."""

PROHIBITED: Final = frozenset({"CU", "IR", "KP"})
"""Comprehensive programs: OFAC, Cuba (31 CFR 515), Iran (31 CFR 560), North Korea (31 CFR 510);
FATF calls for countermeasures against the last two. Syria's ended by E.O. 14312 of 30 June 2025."""
PROHIBITED_REGIONS: Final = frozenset({"UA-43", "UA-40", "UA-14", "UA-09"})
"""Crimea and Sevastopol (E.O. 13685; Regulation (EU) 692/2014), Donetsk and Luhansk (E.O. 14065;
Regulation (EU) 2022/263)."""
HIGH_RISK_REGIONS: Final = frozenset({"UA-65", "UA-23"})
"""Kherson and Zaporizhzhia: barred in part (Regulation (EU) 2022/263)."""
VERSION: Final = "2026-11-1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is, as far as anybody told; ``UA`` and ``UA-43``, or empty."""

    country: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Jurisdictions:
    """One version of the rules.

    Attributes:
        high_risk: what FATF lists, and is not barred.
    """

    version: str = VERSION
    prohibited: frozenset[str] = PROHIBITED
    prohibited_regions: frozenset[str] = PROHIBITED_REGIONS
    high_risk: frozenset[str] = (CALL_FOR_ACTION | MONITORED) - PROHIBITED
    high_risk_regions: frozenset[str] = HIGH_RISK_REGIONS

    def standing(self, place: Place) -> Standing:
        """What may be done with somebody there; unknown where nobody told."""
        country = place.country.upper()
        if country in self.prohibited or place.region.upper() in self.prohibited_regions:
            return "prohibited"
        if country in NOWHERE or country not in COUNTRIES:
            return "unknown"
        if country in self.high_risk or place.region.upper() in self.high_risk_regions:
            return "high_risk"
        return "allowed"

    def strictest(self, places: Iterable[Place]) -> Standing:
        """What may be done with somebody for whom several places speak; unknown for none."""
        return max(map(self.standing, places), key=STRICTEST.index, default="unknown")


def place_of(country: str, region: str = "") -> Place:
    """A place by what a proxy says: the region with or without its country before it."""
    told = country.strip().upper()[:2]
    part = region.strip().upper()[:6]
    if part and not part.startswith(f"{told}-"):
        part = f"{told}-{part}"
    return Place(country=told, region=part)

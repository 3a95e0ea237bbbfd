"""How long each kind of thing is kept, and by which rule. Pure: versions are values.

No version may keep something for a shorter time than the law says; one may keep it longer where
another country's law asks for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from gateway.compliance.retaining.errors import SchedulesUnreadable
from gateway.events.moments import years_after

Class = Literal["case", "report", "sanctions", "alert", "look"]
MAX_YEARS: Final = 30


@dataclass(frozen=True, slots=True)
class Term:
    """How long something is kept.

    Attributes:
        counted_from: in words, for people.
        source: the rule.
    """

    years: int
    counted_from: str
    source: str


LEAST: Final[dict[str, int]] = {"case": 5, "report": 5, "sanctions": 10, "alert": 5, "look": 1}
"""Years that no version goes below."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One version of the terms."""

    version: str
    terms: Mapping[str, Term]

    def __post_init__(self) -> None:
        if set(self.terms) != set(LEAST):
            raise SchedulesUnreadable(f"A version names {', '.join(LEAST)}, and nothing else.")
        for name, term in self.terms.items():
            if not LEAST[name] <= term.years <= MAX_YEARS:
                raise SchedulesUnreadable(f"{name} is kept for {LEAST[name]} to {MAX_YEARS} years.")
            if not term.source.strip():
                raise SchedulesUnreadable(f"{name} names the rule that it is kept by.")

    def ends(self, name: str, *, since: datetime) -> datetime:
        """Until when something is kept; 29 February ends on the 28th."""
        return years_after(since, self.terms[name].years)

    @classmethod
    def from_plain(cls, told: Mapping[str, Any], *, before: "Schedule") -> "Schedule":
        """Read what a person configured; what it does not name stays as it was.

        Raises:
            SchedulesUnreadable
        """
        try:
            terms = dict(before.terms)
            for name, term in told["terms"].items():
                terms[name] = Term(
                    years=int(term["years"]),
                    counted_from=str(terms[name].counted_from),
                    source=str(term["source"]),
                )
            return cls(version=str(told["version"]), terms=terms)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SchedulesUnreadable(f"A version can't be read: {error!r}.") from error


HOUSE_SCHEDULE: Final = Schedule(
    version="2026-11",
    terms={
        "case": Term(
            5,
            "the end of a case",
            "31 CFR 1010.430(d); Regulation (EU) 2024/1624, article 77(3)",
        ),
        "report": Term(5, "the day a report was filed", "31 CFR 1022.320(c)"),
        "sanctions": Term(
            10,
            "the end of a case about kept money, or the filing of its report",
            "31 CFR 501.601 (90 FR 13286)",
        ),
        "alert": Term(5, "the last time that it was raised", "31 CFR 1010.430(d)"),
        "look": Term(1, "the look", "house rule: a mere question about a name"),
    },
)

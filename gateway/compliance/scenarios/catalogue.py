"""What a table may look at: every feature by its name, with what kind of value and what unit. Pure.

Names say direction, measure and span, as seen from the subject: ``in_cents_7d`` is what came in
over seven days. The names stand in stored tables and are never given another meaning.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Sort = Literal["number", "text", "list", "flag"]
Unit = Literal["", "count", "cents", "permille", "hours", "days", "hops"]
Value = int | str | bool | tuple[str, ...] | None
"""None: nobody knows, and no cell but an empty one fits it."""

SPANS: Final = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
SLIDING: Final = re.compile(r"(in|out)_(count|cents|others)_(1h|24h|7d|30d|90d)")
NEAR_PERMILLE: Final = 100
"""How far below a threshold still counts as just below it: a tenth."""
NEAR_USD: Final = (1_000, 3_000, 10_000)
"""Thresholds that people stay below. 1,000: FATF Recommendation 16 and, in euros, Regulation (EU)
2023/1113 art. 14(5) for self-hosted addresses; 3,000: 31 CFR 1010.410(f); 10,000: 31 CFR 1010.311
and Regulation (EU) 2024/1624 art. 80."""
REPEAT_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing a column can stand for.

    Attributes:
        reach: how far back it looks; none for what the latest observation of its kind says.
    """

    name: str
    sort: Sort
    unit: Unit = ""
    reach: timedelta = timedelta()


def _sliding() -> list[Feature]:
    units: dict[str, Unit] = {"count": "count", "cents": "cents", "others": "count"}
    return [
        Feature(f"{way}_{measure}_{span}", "number", unit, reach)
        for way in ("in", "out")
        for measure, unit in units.items()
        for span, reach in SPANS.items()
    ]


_DAY = SPANS["24h"]
_WEEK = SPANS["7d"]
_MONTH = SPANS["30d"]
_QUARTER = SPANS["90d"]

FEATURES: Final[dict[str, Feature]] = {
    feature.name: feature
    for feature in (
        *_sliding(),
        # With whoever stands at the other end of what just happened.
        Feature("count_with_other_24h", "number", "count", _DAY),
        Feature("cents_with_other_24h", "number", "cents", _DAY),
        Feature("largest_with_other_24h", "number", "cents", _DAY),
        Feature("invoices_with_other_24h", "number", "count", _DAY),
        # Other ends that moved money at least twice within a day.
        Feature("in_repeaters_30d", "number", "count", _MONTH),
        Feature("in_repeaters_90d", "number", "count", _QUARTER),
        Feature("out_repeaters_30d", "number", "count", _MONTH),
        Feature("out_repeaters_90d", "number", "count", _QUARTER),
        *(Feature(f"near_{usd}_7d", "number", "count", _WEEK) for usd in NEAR_USD),
        Feature("unvalued_30d", "number", "count", _MONTH),
        Feature("out_of_in_permille_24h", "number", "permille", _DAY),
        Feature("both_ways_30d", "number", "count", _MONTH),
        Feature("refund_count_7d", "number", "count", _WEEK),
        Feature("refund_cents_7d", "number", "cents", _WEEK),
        Feature("refund_permille_30d", "number", "permille", _MONTH),
        Feature("cycle_hops_30d", "number", "hops", _MONTH),
        Feature("cycle_hops_90d", "number", "hops", _QUARTER),
        Feature("quiet_days", "number", "days"),
        Feature("hours_since_change", "number", "hours"),
        Feature("cents", "number", "cents"),
        Feature("kind", "text"),
        Feature("mcc", "text"),
        Feature("country", "text"),
        Feature("bank_country", "text"),
        Feature("bank_abroad", "flag"),
        Feature("countries", "list"),
        Feature("exposed", "flag"),
        Feature("rating", "text"),
    )
}


def reach_of(names: frozenset[str]) -> timedelta:
    """How much history the longest of these features needs."""
    return max((FEATURES[name].reach for name in names), default=timedelta())

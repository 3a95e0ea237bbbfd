"""Which behaviour is told of: one frozen, versioned set of thresholds. Pure.

docs/reference/behaviour.md gives the reason of each number.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from gateway.compliance.behaviour.errors import BehaviourRulesUnreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourRules:
    """
    Attributes:
        version: names these numbers in every alert.
        reason: why they are so, for whoever looks at an alert years later.
        network_days: a network is new to a key or a person that has not used it for so long; so
            long it is kept.
        learning_days: from the first use on, networks are learnt and nobody is told.
        roaming_networks: whoever has used more networks than that within ``network_days`` is on
            the move: one more says nothing.
        fresh_network_hours: so long after its first use a network is still a new one where a
            payout address is asked for.
        apart_minutes: two sign-ins of one person from two countries within it can't both be theirs.
        past_days: how far back a cashier's and a shop's days are looked at.
        least_days: of a past, to judge by it.
        spread_bps: how many spreads (median absolute deviations) above the median are a spike.
        least_count: so many on one day are worth telling at all.
        habit_weeks: of which a shop's hours are learnt where it has set none.
        least_weeks: before that, its hours are not known.
        refused_in_hour: wrong keys, or sign-ins stopped, of one network.
        score_burn_in: scores of a shop's stream before one may alert.
        score_past: of how many scores before it the rank is taken.
        score_bps: the share of those that it must be above.
    """

    version: str
    reason: str
    network_days: int = 90
    learning_days: int = 7
    roaming_networks: int = 12
    fresh_network_hours: int = 72
    apart_minutes: int = 60
    past_days: int = 28
    least_days: int = 7
    spread_bps: int = 51_891
    least_count: int = 5
    habit_weeks: int = 8
    least_weeks: int = 3
    refused_in_hour: int = 30
    score_burn_in: int = 500
    score_past: int = 2_000
    score_bps: int = 9_980

    def __post_init__(self) -> None:
        told = asdict(self)
        numbers = {name: value for name, value in told.items() if name not in WORDS}
        if not self.version.strip() or not self.reason.strip():
            raise BehaviourRulesUnreadable("Rules of behaviour have a version and a reason.")
        for name, value in numbers.items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise BehaviourRulesUnreadable(f"`{name}` is a whole number of at least 1.")
        if self.score_bps >= 10_000:
            raise BehaviourRulesUnreadable("`score_bps` is below 10000.")
        if self.least_days > self.past_days or self.least_weeks > self.habit_weeks:
            raise BehaviourRulesUnreadable("A past is judged by that is longer than what is kept.")
        if self.score_burn_in > self.score_past:
            raise BehaviourRulesUnreadable("`score_burn_in` is at most `score_past`.")

    def as_plain(self) -> dict[str, Any]:
        """All of it, to be kept with what was judged by it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, told: Mapping[str, Any]) -> "BehaviourRules":
        """Read what ``as_plain`` wrote, or a person configured; what is left out is the house's.

        Raises:
            BehaviourRulesUnreadable
        """
        known = {one.name for one in fields(cls)}
        if not isinstance(told, Mapping) or set(told) - known or not set(told) >= WORDS:
            raise BehaviourRulesUnreadable(
                f"Rules of behaviour name `version`, `reason` and of {', '.join(sorted(known))}."
            )
        return cls(**told)


WORDS: Final = frozenset({"version", "reason"})
HOUSE_RULES: Final = BehaviourRules(
    version="2026-11-1",
    reason="house rule: docs/reference/behaviour.md, Thresholds",
)

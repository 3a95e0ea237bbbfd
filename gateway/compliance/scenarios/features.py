"""One subject's features as its history goes by. Pure, exact integers.

A sweep is shown each observation in the order of time and asked for features after any of them.
The product, its backtests and the benchmark all sweep by this code: live is the same pass over a
shorter history.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from gateway.compliance.scenarios.catalogue import (
    NEAR_PERMILLE,
    NEAR_USD,
    REPEAT_WITHIN,
    SLIDING,
    SPANS,
    Value,
)
from gateway.compliance.scenarios.cycles import CycleSearch, Edge, cycle_from
from gateway.compliance.scenarios.observed import (
    DESTINATION_CHANGED,
    PAYMENTS,
    PROFILE,
    REFUNDS,
    Observation,
)
from gateway.compliance.scenarios.windows import Item, Repeats, Window

PERMILLE: Final = 1000
CENTS: Final = 100
HOUR: Final = timedelta(hours=1)
OnwardsAt = Callable[[str, datetime, datetime], Collection[Edge]]
"""The transfers that left a hand between two moments (both included), the newest first."""
_PROFILE: Final = ("mcc", "country", "exposed", "rating")


class Sweep:
    """One subject's history so far.

    Args:
        wanted: names of features; only what these need is kept.
        onwards: of the graph; needed where a cycle is wanted.
    """

    def __init__(
        self, subject: str, *, wanted: frozenset[str], onwards: OnwardsAt | None = None
    ) -> None:
        self.subject = subject
        self.wanted = wanted
        self.cycles: dict[str, CycleSearch] = {}
        self._onwards = onwards
        self._windows = {key: Window(SPANS[key[1]]) for key in _windows_of(wanted)}
        self._repeats = {
            (way, span): Repeats(SPANS[span], REPEAT_WITHIN)
            for way in ("in", "out")
            for span in ("30d", "90d")
            if f"{way}_repeaters_{span}" in wanted
        }
        self._invoices: dict[str, str] = {}
        self._profile: Mapping[str, object] = {}
        self._bank_country = ""
        self._changed_at: datetime | None = None
        self._moved_at: datetime | None = None
        self._moved_before: datetime | None = None

    def observe(self, seen: Observation) -> None:
        """The next thing that happened to the subject; observations come in order of time."""
        if seen.kind == PROFILE:
            self._profile = seen.facts
        elif seen.kind == DESTINATION_CHANGED:
            self._changed_at = seen.at
            self._bank_country = str(seen.facts.get("bank_country") or self._bank_country)
        if seen.moves_money:
            self._moved_before, self._moved_at = self._moved_at, seen.at
            self._move(seen)
        for window in self._windows.values():
            window.slide(seen.at)
        for repeats in self._repeats.values():
            repeats.slide(seen.at)

    def features(self, seen: Observation) -> dict[str, Value]:
        """What is wanted, right after ``seen``, which was observed last."""
        self.cycles = {}
        return {name: self._feature(name, seen) for name in sorted(self.wanted)}

    def _move(self, seen: Observation) -> None:
        way = "in" if seen.target == self.subject else "out"
        invoice = str(seen.facts.get("invoice") or "")
        item = Item(seen.at, seen.other(self.subject), seen.cents, invoice)
        groups = {way, "any"}
        if seen.kind in REFUNDS:
            groups.add("refund")
        if seen.kind in PAYMENTS:
            groups.add("payment")
        if seen.cents is not None:
            groups |= {f"near_{usd}" for usd in NEAR_USD if _is_near(seen.cents, usd)}
        for (group, _), window in self._windows.items():
            if group in groups:
                window.add(item)
        for (direction, _), repeats in self._repeats.items():
            if direction == way:
                repeats.add(seen.at, item.other)

    def _feature(self, name: str, seen: Observation) -> Value:
        sliding = SLIDING.fullmatch(name)
        if sliding is not None:
            way, measure, span = sliding.groups()
            window = self._windows[way, span]
            if measure == "others":
                return window.distinct
            return window.cents if measure == "cents" else window.count
        if "_repeaters_" in name:
            way, _, span = name.split("_")
            return self._repeats[way, span].distinct
        if name.startswith("near_"):
            return self._windows[name.removesuffix("_7d"), "7d"].count
        if name.startswith("cycle_hops_"):
            return self._cycle(name, seen)
        if "_with_other_" in name:
            return self._with_other(name, seen)
        if name in _PROFILE:
            return _value(self._profile.get(name))
        return _ONE[name](self, seen)

    def _with_other(self, name: str, seen: Observation) -> Value:
        other = seen.other(self.subject) if seen.moves_money else ""
        if not other:
            return None
        items = list(self._windows["any", "24h"].with_other(other))
        cents = [item.cents for item in items if item.cents is not None]
        if name == "count_with_other_24h":
            return len(items)
        if name == "cents_with_other_24h":
            return sum(cents)
        if name == "largest_with_other_24h":
            return max(cents, default=None)
        return len({item.invoice for item in items if item.invoice})

    def _cycle(self, name: str, seen: Observation) -> Value:
        """Hops of the shortest way back of what just left, or came in; None if nothing did."""
        if not seen.moves_money or not seen.cents or self._onwards is None:
            return None
        since = seen.at - SPANS[name.removeprefix("cycle_hops_")]
        onwards = self._onwards
        found = cycle_from(
            source=seen.source,
            target=seen.target,
            cents=seen.cents,
            onwards=lambda hand: onwards(hand, since, seen.at),
        )
        self.cycles[name] = found
        return found.hops or None

    def _permille(self, part: tuple[str, str], whole: tuple[str, str]) -> int | None:
        """Rounded down; None where there is nothing to compare with."""
        of = self._windows[whole].cents
        return self._windows[part].cents * PERMILLE // of if of else None

    def _quiet_days(self, seen: Observation) -> Value:
        if not seen.moves_money or self._moved_before is None:
            return None
        return (seen.at - self._moved_before).days

    def _hours_since_change(self, seen: Observation) -> Value:
        return None if self._changed_at is None else (seen.at - self._changed_at) // HOUR

    def _both_ways(self, _seen: Observation) -> Value:
        came, left = self._windows["in", "30d"].others, self._windows["out", "30d"].others
        return len((came.keys() & left.keys()) - {""})

    def _countries(self, _seen: Observation) -> Value:
        told = self._profile.get("countries")
        found = {str(one) for one in told} if isinstance(told, list | tuple) else set()
        return tuple(sorted(found | ({self._bank_country} if self._bank_country else set())))

    def _bank_abroad(self, _seen: Observation) -> Value:
        country = self._profile.get("country")
        return self._bank_country != country if self._bank_country and country else None


_ONE: Final[dict[str, Callable[[Sweep, Observation], Value]]] = {
    "unvalued_30d": lambda sweep, _: sweep._windows["any", "30d"].unvalued,
    "out_of_in_permille_24h": lambda sweep, _: sweep._permille(("out", "24h"), ("in", "24h")),
    "both_ways_30d": Sweep._both_ways,
    "refund_count_7d": lambda sweep, _: sweep._windows["refund", "7d"].count,
    "refund_cents_7d": lambda sweep, _: sweep._windows["refund", "7d"].cents,
    "refund_permille_30d": lambda sweep, _: sweep._permille(("refund", "30d"), ("payment", "30d")),
    "quiet_days": Sweep._quiet_days,
    "hours_since_change": Sweep._hours_since_change,
    "cents": lambda _, seen: seen.cents,
    "kind": lambda _, seen: seen.kind,
    "bank_country": lambda sweep, _: sweep._bank_country or None,
    "bank_abroad": Sweep._bank_abroad,
    "countries": Sweep._countries,
}
_NEEDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "unvalued_30d": (("any", "30d"),),
    "out_of_in_permille_24h": (("out", "24h"), ("in", "24h")),
    "both_ways_30d": (("in", "30d"), ("out", "30d")),
    "refund_count_7d": (("refund", "7d"),),
    "refund_cents_7d": (("refund", "7d"),),
    "refund_permille_30d": (("refund", "30d"), ("payment", "30d")),
}


def _windows_of(wanted: frozenset[str]) -> set[tuple[str, str]]:
    """Which windows these features are read from, as (what goes in, span)."""
    found: set[tuple[str, str]] = set()
    for name in wanted:
        sliding = SLIDING.fullmatch(name)
        if sliding is not None:
            found.add((sliding[1], sliding[3]))
        elif name.startswith("near_"):
            found.add((name.removesuffix("_7d"), "7d"))
        elif "_with_other_" in name:
            found.add(("any", "24h"))
        else:
            found |= set(_NEEDS.get(name, ()))
    return found


def _is_near(cents: int, usd: int) -> bool:
    """Below the threshold by a tenth at most."""
    limit = usd * CENTS
    return limit * (PERMILLE - NEAR_PERMILLE) <= cents * PERMILLE < limit * PERMILLE


def _value(told: object) -> Value:
    """As a table reads it; "" and what is no plain value are unknown."""
    if isinstance(told, bool) or (isinstance(told, str) and told):
        return told
    return None

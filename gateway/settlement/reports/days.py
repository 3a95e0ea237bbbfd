"""A shop's days, each with sums that add up: opening + what changed = closing. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

from gateway.ledger.selectors import DaySum

Group = Literal["sales", "taken_back", "fees", "refunds", "paid_out", "converted", "other"]
GROUPS: Final[tuple[Group, ...]] = (
    *("sales", "taken_back", "fees", "refunds", "paid_out", "converted", "other"),
)
"""What changes what a shop is owed:

- ``sales``: paid by shoppers, before the fee; ``fees``: kept of them by the gateway, negative.
- ``taken_back``: sales that a reorganisation or a dispute undid, their fee taken off.
- ``refunds``: given back to shoppers, less those that lapsed.
- ``paid_out``: left for the shop; ``converted``: turned into another asset for a payout.
- ``other``: what the house made good, and corrections.
"""

SALES: Final = frozenset({"payment", "payment_late", "released", "card_tendered"})
_GROUP_OF: Final[Mapping[str, Group]] = {
    **dict.fromkeys(SALES, "sales"),
    "card_disputed": "taken_back",
    "card_dispute_won": "taken_back",
    "refund_made": "refunds",
    "refund_converted": "refunds",
    "card_paid_back": "refunds",
    "payout_reserved": "paid_out",
    "payout_left": "paid_out",
    "fiat_arrived": "paid_out",
    "fiat_failed": "paid_out",
    "fiat_returned": "paid_out",
    "payout_converted": "converted",
}
_REVERSED: Final = "_reversed"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a shop and one asset, in base units.

    Attributes:
        opening, closing: what the shop is owed, payouts under way included.
        payments: sales, less those taken back.
        changes: by group; all of them add up to closing - opening.
    """

    day: date
    asset: str
    opening: int
    payments: int
    changes: Mapping[Group, int] = field(default_factory=dict)

    @property
    def closing(self) -> int:
        return self.opening + sum(self.changes.values())


def group_of(kind: str) -> Group:
    """The group of a kind of entry. A reversal belongs where what it reverses does, but a sale's
    is taken back."""
    base = kind.removesuffix(_REVERSED)
    group = _GROUP_OF.get(base, "other")
    return "taken_back" if group == "sales" and base != kind else group


def days_of(
    *, opening: Mapping[str, int], sums: Iterable[DaySum], first: date, last: date
) -> list[Day]:
    """Every day on which something changed, oldest first; days of assets in alphabetical order.

    Args:
        opening: what the shop was owed before ``first``, by asset code.
        sums: of the days from ``first`` to ``last``.
    """
    by_day: dict[tuple[date, str], list[DaySum]] = {}
    for line in sums:
        if not first <= line.day <= last:
            raise ValueError(f"{line.day} is outside of the period")
        by_day.setdefault((line.day, line.asset), []).append(line)
    owed = dict(opening)
    days: list[Day] = []
    for (day, asset), lines in sorted(by_day.items()):
        one = Day(
            day=day,
            asset=asset,
            opening=owed.get(asset, 0),
            payments=sum(_payments(line) for line in lines),
            changes=_changes(lines),
        )
        owed[asset] = one.closing
        days.append(one)
    return days


def _payments(line: DaySum) -> int:
    if group_of(line.kind) == "sales":
        return line.entries
    return -line.entries if line.kind.removesuffix(_REVERSED) in SALES else 0


def _changes(lines: Iterable[DaySum]) -> dict[Group, int]:
    """Net changes by group, zeros left out. A sale is told before its fee, and the fee apart."""
    changes: dict[Group, int] = dict.fromkeys(GROUPS, 0)
    for line in lines:
        group = group_of(line.kind)
        changed = line.available + line.reserved
        if group == "sales":
            changes["fees"] -= line.fees
            changed += line.fees
        changes[group] += changed
    return {group: units for group, units in changes.items() if units}


def total_of(days: Iterable[Day]) -> dict[str, Day]:
    """The whole period as one day per asset, dated with its first."""
    totals: dict[str, Day] = {}
    for day in days:
        before = totals.get(day.asset)
        if before is None:
            totals[day.asset] = day
            continue
        merged = {
            group: units
            for group in GROUPS
            if (units := before.changes.get(group, 0) + day.changes.get(group, 0))
        }
        totals[day.asset] = Day(
            day=before.day,
            asset=day.asset,
            opening=before.opening,
            payments=before.payments + day.payments,
            changes=merged,
        )
    return totals


def days_between(first: date, last: date) -> int:
    return (last - first) // timedelta(days=1) + 1

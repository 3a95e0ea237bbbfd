"""How far an invoice is, what is unusual about it, and whether to hand over the goods. Pure.

The standing is derived from facts each time; nothing here remembers. So the order in which
deposits, verdicts and reorganisations are heard of cannot matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final, Literal

from gateway.shops.terms import ReleaseAt, ReleaseRule

BPS = 10_000
NUMBER_CHARACTERS = 12
"""So many of an invoice's id, from its end, are its number for people."""

Status = Literal["waiting", "partial", "processing", "paid", "expired", "cancelled", "invalid"]
Release = Literal["yes", "wait", "no"]
Mark = Literal["", "settled", "invalid"]
Card = Literal["", "taking", "paid"]
"""Whether a card is being charged for the whole demand, or was."""

EXCEPTIONS = (
    "underpaid",
    "overpaid",
    "late",
    "wrong_asset",
    "held",
    "marked",
    "reverted",
    "duplicate_order",
)

Fit = Literal["locked", "late", "wrong_asset", "claimed"]
"""How a deposit meets the invoice: at the lock's rate; at its own day's; in a token that wasn't
quoted; or after the sale was called off or paid by card, when it can only be claimed back."""

CLEARED = frozenset({"clear", "released"})
STOPPED = frozenset({"returned", "blocked"})
KEPT = frozenset({"held", "blocked"})
"""A block is treated as the hold it began as, so that nobody can tell the two apart."""


@dataclass(frozen=True, slots=True)
class Received:
    """One deposit as its invoice sees it.

    Attributes:
        state: of the deposit on its chain: seen, confirmed, final or orphaned.
        share: fraction of the demand it pays; zero while it has no rate.
        verdict: clear, held, released, returned, blocked, or None while there is none.
        credited: whether it has been posted to the shop (and not taken back).
        taken_back: whether a reorganisation undid a posting of it.
    """

    state: str
    fit: Fit
    share: Fraction
    verdict: str | None = None
    credited: bool = False
    taken_back: bool = False

    @property
    def on_chain(self) -> bool:
        return self.state != "orphaned"

    @property
    def deep(self) -> bool:
        return self.state in ("confirmed", "final")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the shop's terms said when the invoice was issued."""

    underpay_tolerance_bps: int
    overpay_tolerance_bps: int
    release_at: ReleaseAt = "confirmed"

    @property
    def required(self) -> Fraction:
        return 1 - Fraction(self.underpay_tolerance_bps, BPS)

    def covers(self, share: Fraction) -> bool:
        """Whether this share of the demand is enough. Nothing never is, however much a shop
        tolerates: at a tolerance of 100 % the least that came is."""
        return share > 0 and share >= self.required

    @property
    def reach(self) -> Fraction:
        return 1 + Fraction(self.overpay_tolerance_bps, BPS)


@dataclass(frozen=True, slots=True)
class Standing:
    """What everyone is told about an invoice."""

    status: Status
    exceptions: frozenset[str]
    release_goods: Release
    seen_share: Fraction
    credited_share: Fraction


def in_time(*, first_block_time: datetime, lock_end: datetime, grace_seconds: int) -> bool:
    """Whether a deposit met its lock: by the block that first held it, never by who heard when."""
    return first_block_time <= lock_end + timedelta(seconds=grace_seconds)


def standing_of(
    *,
    rules: Rules,
    received: Iterable[Received],
    time_over: bool,
    monitoring_over: bool,
    cancelled: bool = False,
    mark: Mark = "",
    card: Card = "",
    duplicate_order: bool = False,
) -> Standing:
    """The standing that the facts amount to.

    Args:
        time_over: every watched chain has passed the lock's end and its grace.
        monitoring_over: every watched chain has passed the monitoring end.
    """
    deposits = tuple(received)
    there = tuple(d for d in deposits if d.on_chain)
    counting = tuple(d for d in there if counts(d))
    credited = _total(d for d in there if d.credited)
    seen = _total(counting)
    covered = card == "paid" or rules.covers(credited)
    status = _status(
        rules=rules,
        deposits=deposits,
        counting=counting,
        covered=covered,
        seen=seen,
        time_over=time_over,
        monitoring_over=monitoring_over,
        cancelled=cancelled,
        mark=mark,
        card=card,
    )
    exceptions = _exceptions(
        rules=rules, deposits=deposits, there=there, seen=seen, covered=covered, status=status
    )
    if card == "paid" and any(d.fit == "claimed" and d.verdict not in STOPPED for d in there):
        exceptions.add("overpaid")
    if mark:
        exceptions.add("marked")
    if duplicate_order:
        exceptions.add("duplicate_order")
    return Standing(
        status=status,
        exceptions=frozenset(exceptions),
        release_goods=release_of(
            rules=rules, received=deposits, status=status, mark=mark, covered=covered, card=card
        ),
        seen_share=seen,
        credited_share=credited,
    )


def _total(deposits: Iterable[Received]) -> Fraction:
    return sum((d.share for d in deposits), Fraction(0))


def counts(deposit: Received) -> bool:
    """Whether it counts toward the demand: credited, or on its way to be at the locked rate."""
    if deposit.credited:
        return True
    return deposit.fit == "locked" and deposit.verdict not in STOPPED


def _status(
    *,
    rules: Rules,
    deposits: tuple[Received, ...],
    counting: tuple[Received, ...],
    covered: bool,
    seen: Fraction,
    time_over: bool,
    monitoring_over: bool,
    cancelled: bool,
    mark: Mark,
    card: Card,
) -> Status:
    if mark == "invalid":
        return "invalid"
    if cancelled:
        return "cancelled"
    if mark == "settled" or covered:
        return "paid"
    if card == "taking":
        return "processing"
    if monitoring_over:
        # What a block never buried does not count any more; what only waits for people does.
        if rules.covers(_total(d for d in counting if d.deep)):
            return "processing"
        never_buried = any(d.on_chain and not d.deep for d in counting)
        return "invalid" if never_buried or _is_reverted(deposits) else "expired"
    if rules.covers(seen):
        return "processing"
    if time_over:
        return "expired"
    return "partial" if seen > 0 else "waiting"


def _is_reverted(deposits: Iterable[Received]) -> bool:
    return any(d.taken_back and not d.credited for d in deposits)


def _exceptions(
    *,
    rules: Rules,
    deposits: tuple[Received, ...],
    there: tuple[Received, ...],
    seen: Fraction,
    covered: bool,
    status: Status,
) -> set[str]:
    found: set[str] = set()
    if 0 < seen < rules.required:
        found.add("underpaid")
    if seen > rules.reach:
        found.add("overpaid")
    if any(d.fit == "wrong_asset" and d.verdict not in STOPPED for d in there):
        found.add("wrong_asset")
    if any(d.verdict in KEPT for d in there):
        found.add("held")
    in_time_credit = _total(d for d in there if d.credited and d.fit == "locked")
    if any(d.fit == "late" for d in there) and not rules.covers(in_time_credit):
        found.add("late")
    if _is_reverted(deposits) and not covered and status != "cancelled":
        found.add("reverted")
    return found


def release_of(
    *,
    rules: Rules,
    received: Iterable[Received],
    status: Status,
    mark: Mark,
    covered: bool,
    card: Card = "",
) -> Release:
    """Whether to hand over, by the money that counts: screened, and as deep as the shop asks.

    Money that is held, or not screened yet, takes nothing away from money that is cleared: anyone
    can send a unit from a listed address to someone else's invoice. It says ``no`` only where the
    sale stands on it, that is where the demand would not be covered without it. So does cleared
    money that a reorganisation took back; what never counted is not missed.

    Args:
        covered: whether what is credited covers the demand.
    """
    if status in ("expired", "cancelled", "invalid"):
        return "no"
    if card == "paid":
        return "yes"
    deposits = tuple(received)
    if not covered and _is_reverted(d for d in deposits if d.verdict in CLEARED):
        return "no"
    there = tuple(d for d in deposits if d.on_chain)
    ready = _total(d for d in there if counts(d) and _may_go(d, rules.release_at))
    if rules.covers(ready):
        return "yes"
    if stands_on_kept(rules=rules, received=deposits):
        return "no"
    return "yes" if mark == "settled" else "wait"


def stands_on_kept(*, rules: Rules, received: Iterable[Received]) -> bool:
    """Whether the demand is covered with the money that is held, and isn't without it."""
    there = tuple(d for d in received if d.on_chain)
    free = _total(d for d in there if counts(d) and d.verdict not in KEPT)
    kept = _total(d for d in there if d.verdict in KEPT and (d.credited or d.fit == "locked"))
    return rules.covers(free + kept) and not rules.covers(free)


def _may_go(deposit: Received, at: ReleaseAt) -> bool:
    if deposit.verdict not in CLEARED:
        return False
    if at == "seen":
        return True
    return deposit.credited and (at == "confirmed" or deposit.state == "final")


def release_rule(tiers: Iterable[ReleaseRule], *, amount_units: int) -> ReleaseAt:
    """The stage at which an amount's goods may go (pricing minor units).

    An amount that no tier reaches waits until it is credited.
    """
    for tier in tiers:
        if tier.up_to is None or amount_units <= tier.up_to:
            return tier.at
    return "confirmed"


FIRST: Final = "first"
AGAIN: Final = "again"
"""The purposes of what is told of an invoice's payment and of its end: whether money was there
before. Of most it never was, and who follows what becomes of it needs not hear of those."""
PAID: Final = frozenset({"invoice.paid", "invoice.paid_late"})
ENDED: Final = frozenset({"invoice.expired", "invoice.cancelled"})

TELLS_RELEASE = frozenset(
    {
        "invoice.partial",
        "invoice.processing",
        "invoice.paid",
        "invoice.paid_late",
        "invoice.expired",
        "invoice.cancelled",
        "invoice.invalidated",
        "invoice.marked",
        "invoice.reverted",
    }
)
"""Whoever hears how far an invoice is hears with it whether the goods may go. The others tell of
one payment or of one exception: who follows the goods need not listen to them."""


def purpose_of(kind: str, *, was_credited: bool, has_received: bool) -> str | None:
    """The purpose of an event of this type: of a payment and of an end, else None.

    Args:
        was_credited: whether a payment of it was ever taken back, or a person or a card ever said
            that it is paid.
        has_received: whether a deposit was ever seen, one that is orphaned too.
    """
    if kind in PAID:
        return AGAIN if was_credited else FIRST
    if kind in ENDED:
        return AGAIN if was_credited or has_received else FIRST
    return None


def news_between(
    before: Standing | None, after: Standing, *, besides: Iterable[str] = ()
) -> tuple[str, ...]:
    """The event types, in order, that tell a shop how the standing changed.

    Args:
        besides: what is told anyway, first.
    """
    told: list[str] = list(besides)
    gained = after.exceptions - (before.exceptions if before else frozenset())
    if "reverted" in gained:
        told.append("invoice.reverted")
    if "held" in gained:
        told.append("invoice.held")
    if before is None or before.status != after.status:
        told.extend(_status_news(after))
    if "overpaid" in after.exceptions and after.status == "paid":
        newly_paid = before is None or before.status != "paid"
        if newly_paid or "overpaid" in gained:
            told.append("invoice.overpaid")
    if "marked" in gained:
        told.append("invoice.marked")
    is_changed = before is not None and before.release_goods != after.release_goods
    if is_changed and TELLS_RELEASE.isdisjoint(told):
        # A till that waits for the word must hear it, though the status stays; once.
        told.append("invoice.release_changed")
    return tuple(told)


def _status_news(after: Standing) -> tuple[str, ...]:
    if after.status == "paid":
        if "marked" in after.exceptions:
            return ()
        return ("invoice.paid_late",) if "late" in after.exceptions else ("invoice.paid",)
    if after.status == "invalid":
        return () if "marked" in after.exceptions else ("invoice.invalidated",)
    return {
        "waiting": (),
        "partial": ("invoice.partial",),
        "processing": ("invoice.processing",),
        "expired": ("invoice.expired",),
        "cancelled": ("invoice.cancelled",),
    }[after.status]

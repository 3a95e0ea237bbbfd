"""What an exposure leads to: clear, review, high or unknown, with the reasons. Pure.

``unknown`` is a verdict: what could not be looked at is never called clear. It is no accusation
either, so it holds nobody's money.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from gateway.compliance.tracing.categories import RISKY
from gateway.compliance.tracing.exposure import (
    FAILURES,
    Origin,
    Part,
    Payment,
    Reason,
    Received,
    Trace,
)
from gateway.compliance.tracing.policy import BPS, TracePolicy

State = Literal["clear", "review", "high", "unknown"]
Band = Literal["low", "medium", "high", "severe", "unknown"]

STATES: Final[tuple[State, ...]] = ("clear", "review", "high", "unknown")
BANDS: Final[tuple[Band, ...]] = ("low", "medium", "high", "severe", "unknown")


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    Attributes:
        reasons: stable words, the gravest first.
        asks_hold: whether money that is not final yet is to be kept for people to look at.
    """

    state: State
    band: Band
    reasons: tuple[str, ...]
    asks_hold: bool


Fits = Callable[[Origin], bool]

_NOTHING: Final = Origin("unknown", reason="unseen")
"""The origin of what nobody saw."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A share of some money and what it is worth."""

    share_bps: int
    value_micros: int | None

    def reaches(self, *, bps: int, micros: int) -> bool:
        """Whether it is that much, both ways; without a price the share alone decides."""
        return self.share_bps >= bps and (self.value_micros is None or self.value_micros >= micros)


def judge(
    found: Trace,
    *,
    payment: Payment | None,
    failures: Iterable[Reason] = (),
    policy: TracePolicy,
) -> Judgement:
    """The verdict on a wallet, or on a payment of its.

    Args:
        failures: why something near the address could not be looked at.
    """
    own = found.own
    if own is not None and own.status == "listed":
        return Judgement("high", "severe", ("listed_itself",), asks_hold=True)
    if _direct_listed(found):
        # Whoever is like an exchange is paid by everybody: that alone stops nobody's payment.
        is_exchange = own is not None
        return Judgement(
            "review" if is_exchange else "high",
            "high" if is_exchange else "severe",
            ("listed_direct",),
            asks_hold=not is_exchange,
        )
    weigh = _scales(found, payment)
    indirect = weigh(lambda origin: origin.status == "listed")
    if indirect.reaches(bps=policy.indirect_high_bps, micros=policy.indirect_high_micros):
        has_price = indirect.value_micros is not None
        return Judgement(
            "high" if has_price else "review", "high", ("listed_indirect",), asks_hold=has_price
        )
    reviewed = ["risky_itself"] if own is not None and own.category in RISKY else []
    if indirect.reaches(bps=policy.indirect_review_bps, micros=policy.indirect_review_micros):
        reviewed.append("listed_indirect")
    risky = weigh(lambda origin: origin.status != "listed" and origin.category in RISKY)
    if risky.reaches(bps=policy.risky_bps, micros=policy.risky_micros):
        reviewed.append("risky")
    if reviewed:
        return Judgement("review", "medium", tuple(reviewed), asks_hold=False)
    failed = sorted({reason for reason in failures if reason in FAILURES})
    if failed:
        return Judgement("unknown", "unknown", tuple(failed), asks_hold=False)
    unexplained = weigh(lambda origin: origin.is_unknown)
    if unexplained.share_bps > policy.unknown_bps:
        return Judgement("unknown", "unknown", _reasons_unknown(found, payment), asks_hold=False)
    return Judgement("clear", "low", (), asks_hold=False)


def failed(reason: Reason) -> Judgement:
    """The verdict where nothing could be looked at."""
    return Judgement("unknown", "unknown", (reason,), asks_hold=False)


def _direct_listed(found: Trace) -> bool:
    """Whether a listed address itself gave it anything; dust is not in the trace at all."""
    return any(
        part.origin.status == "listed" and part.origin.hops == 1
        for received in found.received
        for part in received.parts
    )


def _scales(found: Trace, payment: Payment | None) -> Callable[[Fits], Weight]:
    """How to weigh origins: in the payment, else in whatever was received."""
    if payment is not None:
        return lambda fits: _weight(
            found.payment,
            units=payment.units,
            has_price=payment.value_micros is not None,
            fits=fits,
        )
    return lambda fits: _weight_received(found.received, fits)


def _weight(parts: Iterable[Part], *, units: int, has_price: bool, fits: Fits) -> Weight:
    """Of some money of one asset; of money of which no part is known all is unknown."""
    fitting = [part for part in parts if fits(part.origin)]
    if not units:
        return Weight(BPS if fits(_NOTHING) else 0, 0)
    return Weight(
        share_bps=sum(part.units for part in fitting) * BPS // units,
        value_micros=sum(part.value_micros or 0 for part in fitting) if has_price else None,
    )


def _weight_received(received: Sequence[Received], fits: Fits) -> Weight:
    """Of several assets: those with a price are added by value, and of those without one the
    heaviest share counts where it is larger."""
    priced = [one for one in received if one.value_micros]
    others = [one for one in received if not one.value_micros]
    weights = [
        _weight(one.parts, units=one.units, has_price=one.value_micros is not None, fits=fits)
        for one in others
    ]
    if priced:
        whole = sum(one.value_micros or 0 for one in priced)
        value = sum(
            part.value_micros or 0 for one in priced for part in one.parts if fits(part.origin)
        )
        weights.append(Weight(share_bps=value * BPS // whole, value_micros=value))
    if not weights:
        return Weight(BPS if fits(_NOTHING) else 0, 0)
    return max(weights, key=lambda one: one.share_bps)


def _reasons_unknown(found: Trace, payment: Payment | None) -> tuple[str, ...]:
    """Why so much is unknown, the most frequent reason first."""
    by_reason: dict[str, int] = {}
    for parts, units in _views_units(found, payment):
        for part in parts:
            if part.origin.is_unknown and units:
                by_reason[part.origin.reason] = (
                    by_reason.get(part.origin.reason, 0) + part.units * BPS // units
                )
    return _by_weight(by_reason) or ("unseen",)


def _views_units(found: Trace, payment: Payment | None) -> list[tuple[tuple[Part, ...], int]]:
    if payment is not None:
        return [(found.payment, payment.units)]
    return [(one.parts, one.units) for one in found.received]


def _by_weight(by_reason: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(by_reason, key=lambda reason: (-by_reason[reason], reason)))

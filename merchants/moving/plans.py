"""What of an old shop's settings could come over, and what it would change here. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from gateway.money.assets import FIAT
from gateway.shops.terms import MAX_LOCK_SECONDS, MIN_LOCK_SECONDS, ReleaseAt, ShopTerms
from merchants.moving.rows import OldShop, OldWebhook

Setting = Literal["currency", "lock", "monitoring", "release", "tolerance", "name", "website"]
Note = Literal["", "same", "nearest", "currency_unknown", "verified", "counts_stay"]
FINAL_FROM: Final = 6
"""Confirmations from which somebody meant: never to be taken back."""
DAY: Final = 86_400
MAX_MONITORING_SECONDS: Final = 90 * DAY


@dataclass(frozen=True, slots=True)
class Line:
    """One setting.

    Attributes:
        old: there; a number of seconds, confirmations or basis points, or text.
        now: here, in the same measure; of ``release`` the stage of the last rule.
        new: here, if it is taken.
        note: what there is to say. ``same``, ``currency_unknown`` and ``verified`` can't be taken.
        terms: what it changes of the terms.
        currency: what it changes of the shop's place; empty for nothing.
    """

    setting: Setting
    old: Any
    now: Any
    new: Any = None
    note: Note = ""
    terms: Mapping[str, Any] = field(default_factory=dict)
    currency: str = ""

    @property
    def can_be_taken(self) -> bool:
        return self.note in ("", "nearest", "counts_stay")


def settings_plan(old: OldShop, *, terms: ShopTerms, currency: str, name: str) -> list[Line]:
    """A line for each setting that the old shop told, in the order of our pages."""
    lines = []
    if old.currency:
        lines.append(_currency(old.currency, now=currency))
    if old.lock_seconds is not None:
        new = min(max(old.lock_seconds, MIN_LOCK_SECONDS), MAX_LOCK_SECONDS)
        lines.append(_term("lock", "lock_seconds", old.lock_seconds, terms.lock_seconds, new))
    if old.monitoring_seconds is not None:
        new = min(old.monitoring_seconds, MAX_MONITORING_SECONDS)
        now = terms.monitoring_seconds
        lines.append(_term("monitoring", "monitoring_seconds", old.monitoring_seconds, now, new))
    if old.confirmations is not None:
        lines.append(_release(old.confirmations, terms))
    if old.tolerance_bps is not None:
        bps, now = old.tolerance_bps, terms.underpay_tolerance_bps
        lines.append(_term("tolerance", "underpay_tolerance_bps", bps, now, bps))
    if old.name:
        lines.append(Line("name", old.name, name, note="same" if old.name == name else "verified"))
    if old.website:
        lines.append(Line("website", old.website, None, note="verified"))
    return lines


def changes_of(lines: Iterable[Line], chosen: Iterable[str]) -> tuple[dict[str, Any], str]:
    """Of the lines that were chosen: what changes of the terms, and the currency; empty for as it
    is. What can't be taken changes nothing, whatever was chosen."""
    wanted = set(chosen)
    taken = [line for line in lines if line.setting in wanted and line.can_be_taken]
    terms: dict[str, Any] = {}
    for line in taken:
        terms.update(line.terms)
    return terms, next((line.currency for line in taken if line.currency), "")


def _currency(old: str, *, now: str) -> Line:
    if old == now:
        return Line("currency", old, now, note="same")
    if old not in FIAT:
        return Line("currency", old, now, note="currency_unknown")
    return Line("currency", old, now, old, note="counts_stay", currency=old)


def _term(setting: Setting, term: str, old: int, now: int, new: int) -> Line:
    if new == now:
        return Line(setting, old, now, note="same")
    return Line(setting, old, now, new, "" if new == old else "nearest", {term: new})


def _release(confirmations: int, terms: ShopTerms) -> Line:
    """One rule for any amount: seen at 0 confirmations, final from ``FINAL_FROM``."""
    new: ReleaseAt = "seen"
    if confirmations:
        new = "final" if confirmations >= FINAL_FROM else "confirmed"
    rules = terms.release_rules
    now = rules[-1].at
    if len(rules) == 1 and now == new:
        return Line("release", confirmations, now, note="same")
    told = {"release_rules": [{"up_to": None, "at": new}]}
    return Line("release", confirmations, now, new, terms=told)


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook, as it would be made here.

    Attributes:
        events: those that we tell of, by the same names; ``*`` for everything.
        left_out: those that there are none of here.
    """

    id: str
    url: str
    events: tuple[str, ...]
    left_out: tuple[str, ...]
    retries: bool
    is_here: bool

    @property
    def can_be_taken(self) -> bool:
        return bool(self.events) and not self.is_here


def hooks_plan(
    webhooks: Iterable[OldWebhook], *, known: frozenset[str], here: frozenset[str]
) -> list[Hook]:
    """Args:
    known: the types that plugins can be told of here.
    here: addresses that the shop's plugin endpoints have already.
    """
    return [
        Hook(
            id=one.id,
            url=one.url,
            events=tuple(name for name in one.events if name in known),
            left_out=tuple(name for name in one.events if name not in known),
            retries=one.retries,
            is_here=one.url in here,
        )
        for one in webhooks
    ]

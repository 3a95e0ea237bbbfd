"""How long acts of each kind wait, and what may be paid out without a second person."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec
from django.conf import settings

from gateway.custody.approvals.models import LEAST_LIVE_DELAY_SECONDS
from gateway.events.errors import TillwayError

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
LIVE_DELAYS: Final = {
    "payout": HOUR,
    "payout_destination": DAY,
    "bank_destination": DAY,
    "payout_release": DAY,
    "shop_limits": 4 * HOUR,
    "shop_reserve": 4 * HOUR,
    "shop_status": HOUR,
    "shop_approval": HOUR,
    "fee_schedule": DAY,
    "manual_entry": HOUR,
    "period_close": HOUR,
    "hold_release": HOUR,
    "hold_return": HOUR,
    "hold_block": 15 * 60,
    "case_close": 15 * 60,
    "scenario_live": 15 * 60,
    "scenario_retire": 15 * 60,
    "destination_release": HOUR,
    "list_give_up": HOUR,
    "list_load": 15 * 60,
    "good_guy": 15 * 60,
    "desk_resume": 15 * 60,
    "house_role": 4 * HOUR,
}
TEST_DELAYS: Final = {
    "payout": 15,
    "payout_destination": 60,
    "bank_destination": 60,
    "payout_release": 60,
    "shop_limits": 15,
    "shop_reserve": 15,
    "shop_status": 15,
    "shop_approval": 15,
    "fee_schedule": 15,
    "manual_entry": 15,
    "period_close": 15,
    "hold_release": 15,
    "hold_return": 15,
    "hold_block": 5,
    "case_close": 5,
    "scenario_live": 5,
    "scenario_retire": 5,
    "destination_release": 15,
    "list_give_up": 15,
    "list_load": 5,
    "good_guy": 5,
    "desk_resume": 5,
    "house_role": 15,
}
"""Seconds: long enough to be seen and called off, short enough to be tried."""
LIFETIME_SECONDS: Final = 7 * DAY
MAX_DELAY_SECONDS: Final = 30 * DAY
PAYOUT_LIMITS: Final = dict.fromkeys(
    ("USDC", "USDT", "DAI", "EURC", "PYUSD", "EUR", "USD"), "10000"
)
"""Whole units that leave for a shop by themselves in 24 hours; other assets always need people."""


class ApprovalsUnreadable(TillwayError):
    code = "approvals_unreadable"
    message = "APPROVALS can't be read."
    hint = "See APPROVALS in docs/reference/settings.md."
    status = 500


class ModeText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mode's part of the setting; what is left out stays at its default."""

    delays: dict[str, int] = {}
    lifetime_seconds: int = LIFETIME_SECONDS
    payout_limits: dict[str, str] = {}


class ApprovalsText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    test: ModeText = ModeText()
    live: ModeText = ModeText()


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """One mode's rules.

    Attributes:
        delays: seconds, by kind of act.
        payout_limits: whole units as decimal text, by symbol.
    """

    mode: str
    delays: dict[str, int]
    lifetime_seconds: int
    payout_limits: dict[str, str]

    def delay_of(self, kind: str) -> timedelta:
        """A kind that is not named waits as long as the longest of those that are."""
        return timedelta(seconds=self.delays.get(kind, max(self.delays.values())))

    def payout_limit_units(self, *, symbol: str, decimals: int) -> int:
        """Base units of the asset; 0 for one without a limit of its own."""
        whole, _, part = self.payout_limits.get(symbol, "0").partition(".")
        return int(whole + part[:decimals].ljust(decimals, "0"))


def approval_rules(mode: str) -> ApprovalRules:
    """The rules of a mode, with the setting over the defaults.

    Raises:
        ApprovalsUnreadable
    """
    try:
        text = msgspec.convert(settings.APPROVALS, ApprovalsText)
    except msgspec.ValidationError as error:
        raise ApprovalsUnreadable(f"APPROVALS can't be read: {error}.") from error
    told = text.live if mode == "live" else text.test
    least = LEAST_LIVE_DELAY_SECONDS if mode == "live" else 0
    for kind, seconds in told.delays.items():
        if kind not in LIVE_DELAYS:
            raise ApprovalsUnreadable(f"APPROVALS names {kind!r}, which is no kind of act.")
        if not least <= seconds <= MAX_DELAY_SECONDS:
            raise ApprovalsUnreadable(
                f"APPROVALS lets {kind} wait {seconds} seconds in {mode} mode: between {least} and"
                f" {MAX_DELAY_SECONDS} it must be."
            )
    if not HOUR <= told.lifetime_seconds <= MAX_DELAY_SECONDS:
        raise ApprovalsUnreadable("APPROVALS: an act lives between an hour and thirty days.")
    for symbol, limit in told.payout_limits.items():
        if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,18})?", limit):
            raise ApprovalsUnreadable(f"APPROVALS: {symbol}'s limit is no plain decimal.")
    return ApprovalRules(
        mode=mode,
        delays={**(LIVE_DELAYS if mode == "live" else TEST_DELAYS), **told.delays},
        lifetime_seconds=told.lifetime_seconds,
        payout_limits={**PAYOUT_LIMITS, **told.payout_limits},
    )


def house_mode() -> str:
    """The mode of the house's own acts: live as soon as it may serve live money."""
    return "live" if settings.LIVE_MODE else "test"

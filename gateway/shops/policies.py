"""How a shop is paid: in what, when, how much at least, what stays as a reserve. Pure."""

import re
from datetime import time
from typing import Any, Final, Literal

import msgspec

from gateway.money.assets import FIAT, Asset
from gateway.money.errors import BadAsset
from gateway.shops.errors import PolicyRefused

BPS: Final = 10_000
MAX_SHARES: Final = 5
MAX_UNITS: Final = 10**30
MAX_RESERVE_BPS: Final = 5_000
MAX_RESERVE_DAYS: Final = 180
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)

Schedule = Literal["on_demand", "instant", "threshold", "daily"]
SCHEDULES: Final[tuple[Schedule, ...]] = ("on_demand", "instant", "threshold", "daily")


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of each run.

    Attributes:
        asset: what it is paid in: ``USDC@8453`` on a chain, ``EUR`` through a ramp.
        bps: of the whole, in hundredths of a percent.
    """

    asset: str
    bps: int


class SettlementPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a shop's takings are paid out by; a change is a new version.

    Attributes:
        split: adds up to the whole; the first one is given what can't be told apart otherwise.
        schedule: only when asked; as soon as a credit is final; from an amount on; or once a day
            when the shop closes.
        threshold_units: of the settlement asset, from which ``threshold`` pays.
        closes_at: ``22:30``, by the shop's own clock, when ``daily`` pays.
        minimum_units: of the settlement asset: a part below it keeps a whole run waiting.
        reserve_bps, reserve_days: of each credit this part stays for so many whole days: the
            house's condition, which a shop can't change.
        chains: where the shop can receive at its address. With any named, a share on a chain is
            paid on the one of them that costs the least; with none, on its own.
    """

    split: tuple[Share, ...]
    schedule: Schedule = "on_demand"
    threshold_units: int | None = None
    closes_at: str | None = None
    minimum_units: int = 0
    reserve_bps: int = 0
    reserve_days: int = 0
    chains: tuple[int, ...] = ()

    @property
    def closing_time(self) -> time | None:
        """``closes_at`` as a time of day."""
        return time.fromisoformat(self.closes_at) if self.closes_at else None


OWN_FIELDS: Final = (
    "split",
    "schedule",
    "threshold_units",
    "closes_at",
    "minimum_units",
    "chains",
)
"""What a shop decides itself; the reserve is the house's."""


def first_policy(settlement_asset: str, *, threshold_units: int | None = None) -> SettlementPolicy:
    """What a shop begins with: all of it in its settlement asset, when asked or from an amount."""
    return SettlementPolicy(
        split=(Share(settlement_asset, BPS),),
        schedule="on_demand" if threshold_units is None else "threshold",
        threshold_units=threshold_units,
    )


def policy_from(data: dict[str, Any]) -> SettlementPolicy:
    """A policy from JSON, checked.

    Raises:
        PolicyRefused: a field is unknown, out of its range, or doesn't go with the others.
    """
    try:
        policy = msgspec.convert(data, SettlementPolicy)
    except msgspec.ValidationError as error:
        raise PolicyRefused(f"This policy can't be used: {error}.") from error
    _check_split(policy.split)
    _check_schedule(policy)
    _within("minimum_units", policy.minimum_units, 0, MAX_UNITS)
    _within("reserve_bps", policy.reserve_bps, 0, MAX_RESERVE_BPS)
    _within("reserve_days", policy.reserve_days, 0, MAX_RESERVE_DAYS)
    if bool(policy.reserve_bps) != bool(policy.reserve_days):
        raise PolicyRefused("A reserve needs both a share and days.", field="reserve_days")
    if len(set(policy.chains)) != len(policy.chains) or any(chain <= 0 for chain in policy.chains):
        raise PolicyRefused("Name each chain once, by its number.", field="chains")
    return policy


def _check_split(split: tuple[Share, ...]) -> None:
    if not 0 < len(split) <= MAX_SHARES:
        raise PolicyRefused(f"Split into one to {MAX_SHARES} assets.", field="split")
    codes = [share.asset for share in split]
    if len(set(codes)) != len(codes):
        raise PolicyRefused("Name each asset once.", field="split")
    for code in codes:
        try:
            asset = Asset(code, 0)
        except BadAsset as error:
            raise PolicyRefused(f"{code[:40]!r} is no asset.", field="split") from error
        if asset.is_fiat and code not in FIAT:
            raise PolicyRefused(
                f"{code[:40]!r} is no currency we know.",
                hint="Write a token with its chain: USDC@8453.",
                field="split",
            )
    if any(share.bps <= 0 for share in split) or sum(share.bps for share in split) != BPS:
        raise PolicyRefused("The shares must add up to 100 %.", field="split")


def _check_schedule(policy: SettlementPolicy) -> None:
    if policy.schedule == "threshold":
        _within("threshold_units", policy.threshold_units or 0, 1, MAX_UNITS)
    elif policy.threshold_units is not None:
        raise PolicyRefused("Only `threshold` goes by an amount.", field="threshold_units")
    if policy.schedule == "daily":
        if policy.closes_at is None or not _CLOCK.fullmatch(policy.closes_at):
            raise PolicyRefused("Say when the shop closes, as 22:30.", field="closes_at")
    elif policy.closes_at is not None:
        raise PolicyRefused("Only `daily` goes by the time of closing.", field="closes_at")


def _within(field: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise PolicyRefused(f"{field} must lie between {low} and {high}.", field=field)

"""What a shop's policy would pay next, before it does: nothing is written."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.events.errors import TillwayError
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.settlement.errors import AssetNotPaidOut
from gateway.settlement.life import Payable
from gateway.settlement.quoting import Offer, chains_of, offer, token_paid_out
from gateway.settlement.running import Part, Why, run_of
from gateway.settlement.selectors import payable_balances
from gateway.shops.policies import SettlementPolicy
from gateway.shops.selectors import ShopView
from gateway.shops.zones import last_closing


@dataclass(frozen=True, slots=True)
class PartPreview:
    """A part of a run, and what it would give or why it can't be paid now."""

    part: Part
    offer: Offer | None
    refusal: TillwayError | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would pay if it were due now.

    Attributes:
        why: ``due``, or what it still waits for.
        next_at: when the shop closes next; None for other schedules.
    """

    balance: Asset
    payable: Payable
    why: Why
    parts: tuple[PartPreview, ...]
    next_at: datetime | None


def preview(*, shop: ShopView, policy: SettlementPolicy, now: datetime) -> Preview:
    """What ``policy`` would pay the shop. About six queries, and three for each chain looked at.

    Raises:
        AssetNotPaidOut: no chain of the shop's mode has its settlement asset.
    """
    token = token_paid_out(shop.settlement_asset, mode=shop.mode)
    asset = Asset(token.code, token.decimals)
    payable = payable_balances(shop=shop, now=now)[asset.code]
    due = run_of(policy, payable=payable.units)
    asked = run_of(policy, payable=payable.units, asked=True)
    return Preview(
        balance=asset,
        payable=payable,
        why=due.why,
        parts=tuple(
            _part(part, shop=shop, policy=policy, asset=asset, now=now) for part in asked.parts
        ),
        next_at=next_closing(policy, shop=shop, now=now),
    )


def check_paid_out(*, shop: ShopView, policy: SettlementPolicy) -> None:
    """Whether every share could be paid to this shop at all. One query a share.

    Raises:
        AssetNotPaidOut: a currency that no ramp offers, or a token of no chain of its mode.
    """
    for share in policy.split:
        try:
            token_paid_out(share.asset, mode=shop.mode)
        except AssetNotPaidOut as refused:
            refused.field = "split"
            raise


def next_closing(policy: SettlementPolicy, *, shop: ShopView, now: datetime) -> datetime | None:
    """When a shop that is paid daily closes next."""
    if policy.closing_time is None:
        return None
    ahead = last_closing(now + timedelta(days=1), policy.closing_time, ZoneInfo(shop.time_zone))[1]
    if ahead > now:
        return ahead
    # The day is longer than others: the clocks go back in it.
    later = now + timedelta(days=2)
    return last_closing(later, policy.closing_time, ZoneInfo(shop.time_zone))[1]


def _part(
    part: Part, *, shop: ShopView, policy: SettlementPolicy, asset: Asset, now: datetime
) -> PartPreview:
    try:
        found = offer(
            shop=shop,
            taken=Amount(part.units, asset),
            into=part.asset,
            chains=chains_of(policy, part.asset),
            now=now,
        )
    except TillwayError as refused:
        return PartPreview(part, None, refused)
    return PartPreview(part, found, None)

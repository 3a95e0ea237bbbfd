"""What the desk holds, what it made of it, how near its limits are, how deep its venues are. Pure.

Units and dollars as in ``values``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gateway.market.measures.values import BPS


@dataclass(frozen=True, slots=True)
class Mark:
    """The price that a position is valued at.

    Attributes:
        usd_e18: for one whole token.
        sources: the witnesses it was agreed from, as named in the snapshot.
        simulated: some of them are made up.
        age_ms: of the oldest of them.
        snapshot_version: it was published with.
    """

    usd_e18: int
    sources: tuple[str, ...]
    simulated: bool
    age_ms: int
    snapshot_version: int


@dataclass(frozen=True, slots=True)
class PositionLine:
    """What the desk traded into of an asset, by average cost.

    Attributes:
        units: beyond the target, below zero what it is short; through the ledger's last read entry.
        target_units: what capital was put in of it: the desk wants to hold no more and no less.
        uncosted_units: of ``units``, what came in at a time without a price; in no result.
        cost_usd_e6: what the rest cost (received, where it is short: negative).
        realised_usd_e6: since the books began.
        mark: None without an agreed price now; then nothing is said of what is unrealised.
        bound_units: no quote beyond it (``inventory_bound_usd_cents``); tier_units: no hedge lets
            it grow beyond it (the tier of the capital). None without a price or a tier.
        square_unit_ms: ∫q²dt since the books began, base units² · milliseconds.
        held_ms: over which time.
    """

    asset: str
    decimals: int
    units: int
    target_units: int
    uncosted_units: int
    cost_usd_e6: int
    realised_usd_e6: int
    mark: Mark | None
    bound_units: int | None
    tier_units: int | None
    square_unit_ms: int
    held_ms: int

    @property
    def average_cost_usd_e18(self) -> int | None:
        """e18 dollars for a whole token; None while flat."""
        costed = self.units - self.uncosted_units
        return self.cost_usd_e6 * 10**12 * 10**self.decimals // costed if costed else None

    @property
    def value_usd_e6(self) -> int | None:
        """What all of it is worth at the mark."""
        if self.mark is None:
            return None
        return self.units * self.mark.usd_e18 // int(10 ** (self.decimals + 12))

    @property
    def unrealised_usd_e6(self) -> int | None:
        """The mark against the average cost, of what has a cost."""
        if self.mark is None:
            return None
        costed = self.units - self.uncosted_units
        return costed * self.mark.usd_e18 // int(10 ** (self.decimals + 12)) - self.cost_usd_e6


@dataclass(frozen=True, slots=True)
class PositionDay:
    """One asset's day (UTC).

    Attributes:
        closing_units: beyond the target at its end, or now.
        realised_usd_e6: within it.
        square_unit_ms: ∫q²dt within it; held_ms: over which time.
        unvalued: changes at a time without a price.
    """

    day: date
    asset: str
    closing_units: int
    realised_usd_e6: int
    square_unit_ms: int
    held_ms: int
    unvalued: int


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """What all of the desk's positions were worth together, beyond the capital put in, when a
    minute began."""

    minute: datetime
    cents: int


@dataclass(frozen=True, slots=True)
class EquityDay:
    """Of a UTC day, from its minutes. ``drawdown_cents``: the deepest fall below its best before,
    within the day."""

    day: date
    opening_cents: int
    high_cents: int
    low_cents: int
    closing_cents: int
    drawdown_cents: int


class Limit(StrEnum):
    """What can be used up."""

    OPEN_LOCKS = "open_locks"
    """an asset's open locks of its cap (``asset_cap_usd_cents``), base units"""
    INVENTORY = "inventory"
    """an asset's position of its hard bound (``inventory_bound_usd_cents``), base units"""
    POSITION_TIER = "position_tier"
    """an asset's position of what the tier of the capital allows, base units"""
    LEVERAGE = "leverage"
    """all positions of what the tier's leverage allows, US cents"""
    DAILY_LOSS = "daily_loss"
    """the day's loss of its limit (``daily_loss_usd_cents``), US cents"""
    VENUE_DEPTH = "venue_depth"
    """an asset's open locks of what its venues take within ``depth_impact_bps``, base units"""
    FLOAT = "float"
    """what is owed to others of what lies in the hot treasury, base units"""
    GAS = "gas"
    """the last day's gas of what the hot treasury holds of the coin, wei; full: a day is left"""
    SHOP_LOCKS = "shop_locks"
    """a shop's open locks of its cap, minor units of its currency"""
    SIGNER_DAY = "signer_day"
    """transactions that the signer's daily limit holds back now; there is no limit to show, since
    the signer's sums are its own"""


@dataclass(frozen=True, slots=True)
class Utilisation:
    """How much of a limit is used.

    Attributes:
        subject: asset code, chain id, shop id, or "" for the whole desk.
        used, limit: in the unit that ``Limit`` names; None is not known now.
    """

    limit_name: Limit
    subject: str
    used: int | None
    limit: int | None

    @property
    def bps(self) -> int | None:
        """Used of the limit in basis points; 10,000 or more is full, and so is a limit of 0."""
        if self.used is None or self.limit is None:
            return None
        if self.limit <= 0:
            return BPS if self.used > 0 else 0
        return max(0, self.used) * BPS // self.limit


@dataclass(frozen=True, slots=True)
class DepthLevel:
    """What the pools of a pair take before their price is ``bps`` from the fair value.

    Attributes:
        sell_units: base units of the asset that can be sold until the next one would bring less
            than the fair value less ``bps``, fees included; sell_brings: base units of the anchor.
        buy_units: that can be bought until the next would cost more than the fair value and
            ``bps``; buy_costs: base units of the anchor.
    """

    bps: int
    sell_units: int
    sell_brings: int
    buy_units: int
    buy_costs: int


DEPTH_BPS = (10, 25, 50, 100)


@dataclass(frozen=True, slots=True)
class PoolDepth:
    """One pool's part. ``spot_usd_e18`` is its own price, fees left out."""

    address: str
    kind: str
    fee_ppm: int
    spot_usd_e18: int
    levels: tuple[DepthLevel, ...]


@dataclass(frozen=True, slots=True)
class Depth:
    """An asset's depth around its fair value, against its chain's dollar token.

    Attributes:
        levels: all pools together, at each of ``DEPTH_BPS``.
        open_lock_units: what open locks promise to buy, to be seen beside what could be sold.
    """

    asset: str
    anchor: str
    decimals: int
    anchor_decimals: int
    mark: Mark
    levels: tuple[DepthLevel, ...]
    pools: tuple[PoolDepth, ...]
    open_lock_units: int

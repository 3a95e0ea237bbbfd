"""A pool of one asset that providers own by shares. Pure; exact integers of base units.

Shares are those of an ERC-4626 vault with virtual shares (OpenZeppelin's description of the
inflation attack): the pool is counted as if it held ``VIRTUAL_UNITS`` more units and had issued
``VIRTUAL_SHARES`` more shares, so whoever makes a share dear gives most of what that costs to
shares that nobody owns. ``principal`` is what the books say, never a balance of a chain, so a
transfer nobody announced does not move the price at all.

Fees do not touch the price of a share: they stand beside the principal and are owed by a growth
per share (Q128, as Uniswap V3 counts them), so a deposit never dilutes what was earned before it.
What is shared is earned evenly over the time after it, so who comes for the moment of sharing gets
a moment's part. Every rounding is in favour of the pool: what is issued, paid and owed rounds down.
"""

from dataclasses import dataclass, replace

from gateway.market.liquidity.errors import (
    LiquidityRefused,
    NotEnoughShares,
    NothingMoves,
    PoolWornOut,
    TimeWentBack,
)

VIRTUAL_SHARES = 10**6
VIRTUAL_UNITS = 1
Q128 = 1 << 128
PPM = 1_000_000
MAX_SHARES = 1 << 192
"""Each total loss multiplies the shares that new money gets; beyond this the pool takes none."""


@dataclass(frozen=True, slots=True)
class Pool:
    """
    Attributes:
        principal: base units that the shares stand for.
        shares: issued and not taken back.
        fee_growth: base units of fees per share since the beginning, times 2**128.
        fees: base units that were shared and not taken; what no claim reaches stays in it.
        coming: of them, what is not earned yet: evenly from ``coming_from_s`` to ``coming_to_s``.
    """

    principal: int = 0
    shares: int = 0
    fee_growth: int = 0
    fees: int = 0
    coming: int = 0
    coming_from_s: int = 0
    coming_to_s: int = 0

    def shares_for(self, units: int) -> int:
        """Shares for a deposit of ``units``: rounded down, in favour of the pool."""
        return units * (self.shares + VIRTUAL_SHARES) // (self.principal + VIRTUAL_UNITS)

    def units_for(self, shares: int) -> int:
        """Base units that ``shares`` are worth: rounded down, in favour of the pool."""
        return shares * (self.principal + VIRTUAL_UNITS) // (self.shares + VIRTUAL_SHARES)

    def shares_within(self, units: int) -> int:
        """The most shares that are worth no more than ``units``."""
        above = (units + 1) * (self.shares + VIRTUAL_SHARES) - 1
        return above // (self.principal + VIRTUAL_UNITS)


@dataclass(frozen=True, slots=True)
class Position:
    """What one provider has in a pool.

    Attributes:
        fee_growth: the pool's, when the position was settled last.
        fees: base units owed to it until then.
        share_seconds: shares times seconds until then: its reward points, before scaling.
        settled_s: Unix seconds.
    """

    shares: int = 0
    fee_growth: int = 0
    fees: int = 0
    share_seconds: int = 0
    settled_s: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What leaves for a provider: base units of principal and of fees, for shares given back."""

    shares: int
    principal: int
    fees: int

    @property
    def units(self) -> int:
        return self.principal + self.fees


def advanced(pool: Pool, *, at_s: int) -> Pool:
    """The pool with the fees that its shares have earned up to ``at_s``; in the past nothing.

    While nobody has a share nothing is earned, and what is to come waits.
    """
    passed = at_s - pool.coming_from_s
    if pool.coming <= 0 or passed <= 0:
        return pool
    if pool.shares <= 0:
        return replace(pool, coming_from_s=at_s, coming_to_s=pool.coming_to_s + passed)
    length = max(1, pool.coming_to_s - pool.coming_from_s)
    earned = pool.coming * min(passed, length) // length
    return replace(
        pool,
        fee_growth=pool.fee_growth + earned * Q128 // pool.shares,
        coming=pool.coming - earned,
        coming_from_s=at_s,
    )


def settled(pool: Pool, position: Position, *, at_s: int) -> Position:
    """The position with the fees and the time that it has earned up to now.

    Raises:
        TimeWentBack: it was settled later than ``at_s``.
    """
    pool = advanced(pool, at_s=at_s)
    passed = at_s - position.settled_s
    if position.shares and passed < 0:
        raise TimeWentBack
    return Position(
        shares=position.shares,
        fee_growth=pool.fee_growth,
        fees=position.fees + position.shares * (pool.fee_growth - position.fee_growth) // Q128,
        share_seconds=position.share_seconds + position.shares * max(0, passed),
        settled_s=max(at_s, position.settled_s),
    )


def deposit(pool: Pool, position: Position, *, units: int, at_s: int) -> tuple[Pool, Position, int]:
    """Base units come in; pool and position after it, and the shares that were issued.

    Raises:
        NothingMoves: it is worth no share.
        PoolWornOut: the pool takes no more.
    """
    pool = advanced(pool, at_s=at_s)
    issued = pool.shares_for(units) if units > 0 else 0
    if issued <= 0:
        raise NothingMoves
    if pool.shares + issued > MAX_SHARES:
        raise PoolWornOut
    before = settled(pool, position, at_s=at_s)
    after = replace(pool, principal=pool.principal + units, shares=pool.shares + issued)
    return after, replace(before, shares=before.shares + issued), issued


def take(
    pool: Pool, position: Position, *, shares: int, most_units: int, at_s: int
) -> tuple[Pool, Position, Taken]:
    """Take shares out, with the fees that the position is owed, within ``most_units``.

    Fees come first. Shares beyond what ``most_units`` allows stay in the pool, and so at risk.

    Raises:
        NotEnoughShares: the position has less.
        NothingMoves: nothing would be paid.
    """
    if not 0 <= shares <= position.shares:
        raise NotEnoughShares
    pool = advanced(pool, at_s=at_s)
    before = settled(pool, position, at_s=at_s)
    fees = min(before.fees, max(0, most_units))
    given = min(shares, pool.shares_within(max(0, most_units - fees)))
    taken = Taken(shares=given, principal=pool.units_for(given), fees=fees)
    if taken.units <= 0:
        raise NothingMoves
    after = replace(
        pool,
        principal=pool.principal - taken.principal,
        shares=pool.shares - given,
        fees=pool.fees - fees,
    )
    return after, replace(before, shares=before.shares - given, fees=before.fees - fees), taken


def put_back(pool: Pool, position: Position, *, taken: Taken, at_s: int) -> tuple[Pool, Position]:
    """Undo a taking whose payment came to nothing, for good: the same shares, the same units.

    Principal is as if it had never left, so losses and recoveries of the time between are shared;
    fees and points of that time are the others'.
    """
    pool = advanced(pool, at_s=at_s)
    before = settled(pool, position, at_s=at_s)
    after = replace(
        pool,
        principal=pool.principal + taken.principal,
        shares=pool.shares + taken.shares,
        fees=pool.fees + taken.fees,
    )
    return after, replace(
        before, shares=before.shares + taken.shares, fees=before.fees + taken.fees
    )


def share_fees(pool: Pool, *, units: int, at_s: int, over_s: int) -> Pool:
    """Fees become the providers', earned evenly over the next ``over_s`` seconds with what was
    still to come.

    Raises:
        LiquidityRefused: there is nothing to share, or nobody to share it with.
    """
    if units <= 0 or over_s <= 0 or pool.shares <= 0:
        raise LiquidityRefused("There are no fees to share, or nobody has a share.")
    pool = advanced(pool, at_s=at_s)
    return replace(
        pool,
        fees=pool.fees + units,
        coming=pool.coming + units,
        coming_from_s=max(at_s, pool.coming_from_s),
        coming_to_s=max(at_s, pool.coming_from_s) + over_s,
    )


def bear_loss(pool: Pool, *, units: int) -> tuple[Pool, int]:
    """The providers bear a loss by their shares; the pool after it, and what it bore.

    No more than the principal: fees that were shared before are theirs. Who waits to be paid out
    still has their shares and bears their part; what has been taken does not.
    """
    borne = min(max(0, units), pool.principal)
    return replace(pool, principal=pool.principal - borne), borne


def recover_loss(pool: Pool, *, units: int) -> Pool:
    """A loss that was borne came back after all: it is the present shares'.

    Raises:
        LiquidityRefused: nobody has a share any more; the house keeps it.
    """
    if pool.shares <= 0:
        raise LiquidityRefused("Nobody has a share of this pool any more.")
    return replace(pool, principal=pool.principal + units)


def fee_part(*, earned: int, carried_ppm: int, share_ppm: int) -> tuple[int, int]:
    """What of a period's fees the providers get, and what is carried into the next period.

    Args:
        earned: base units the house earned in the period; negative when reorgs took back more.
        carried_ppm: units times ppm that earlier periods left over or, below zero, still owe.

    Returns:
        Base units (rounded down, never below zero), and the rest in units times ppm.
    """
    due = carried_ppm + earned * share_ppm
    units = max(0, due // PPM)
    return units, due - units * PPM


def points_of(position: Position, *, decimals: int) -> int:
    """Reward points: whole tokens' worth of shares at the first price, times days; rounded down."""
    return position.share_seconds // (10**decimals * VIRTUAL_SHARES * 86_400)

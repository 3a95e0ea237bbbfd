"""Uniswap V2: x · y = k with a fee on what goes in, rounded as the pair does."""

from dataclasses import dataclass

from gateway.market.amm.errors import AmountRefused, NoLiquidity

BPS = 10_000
# The pair keeps its reserves in uint112 and reverts beyond.
RESERVE_LIMIT = 2**112


def constant_product_out(*, amount_in: int, reserve_in: int, reserve_out: int, fee_bps: int) -> int:
    """Base units of the token out for ``amount_in`` base units in, rounded down as the pair does.

    Equal to Uniswap V2 ``getAmountOut``, fee included (30 bps there: 997/1000).

    Raises:
        NoLiquidity: a reserve is zero.
        AmountRefused: nothing in, or more than the pair can hold.
    """
    if reserve_in <= 0 or reserve_out <= 0:
        raise NoLiquidity
    if amount_in <= 0 or amount_in + reserve_in >= RESERVE_LIMIT:
        raise AmountRefused
    kept = amount_in * (BPS - fee_bps)
    return kept * reserve_out // (reserve_in * BPS + kept)


def constant_product_in(*, amount_out: int, reserve_in: int, reserve_out: int, fee_bps: int) -> int:
    """Base units in for at least ``amount_out`` out, rounded up as the pair does.

    Equal to Uniswap V2 ``getAmountIn``.

    Raises:
        NoLiquidity: a reserve is zero, or the pair holds no more than what is asked.
        AmountRefused: nothing out, or more in than the pair can hold.
    """
    if reserve_in <= 0 or reserve_out <= amount_out:
        raise NoLiquidity
    if amount_out <= 0:
        raise AmountRefused
    amount_in = reserve_in * amount_out * BPS // ((reserve_out - amount_out) * (BPS - fee_bps)) + 1
    if amount_in + reserve_in >= RESERVE_LIMIT:
        raise AmountRefused
    return amount_in


@dataclass(frozen=True, slots=True)
class ConstantProductPool:
    """A V2 pair's reserves, in base units of token0 and token1."""

    reserve0: int
    reserve1: int
    fee_bps: int = 30

    def quote_in(self, amount_in: int, zero_for_one: bool) -> int:
        """Base units out for exactly ``amount_in`` in."""
        if zero_for_one:
            reserve_in, reserve_out = self.reserve0, self.reserve1
        else:
            reserve_in, reserve_out = self.reserve1, self.reserve0
        return constant_product_out(
            amount_in=amount_in,
            reserve_in=reserve_in,
            reserve_out=reserve_out,
            fee_bps=self.fee_bps,
        )

    def quote_out(self, amount_out: int, zero_for_one: bool) -> int:
        """Base units in for exactly ``amount_out`` out."""
        if zero_for_one:
            reserve_in, reserve_out = self.reserve0, self.reserve1
        else:
            reserve_in, reserve_out = self.reserve1, self.reserve0
        return constant_product_in(
            amount_out=amount_out,
            reserve_in=reserve_in,
            reserve_out=reserve_out,
            fee_bps=self.fee_bps,
        )

    def spot(self) -> tuple[int, int]:
        """Base units of token1 per base unit of token0, as an exact ratio; no fee.

        Raises:
            NoLiquidity: a reserve is zero.
        """
        if self.reserve0 <= 0 or self.reserve1 <= 0:
            raise NoLiquidity
        return self.reserve1, self.reserve0

"""Where the desk may put liquidity, and how much of it. Pure.

What is put in may be lost to whoever moves the pool, so all that a mint offers counts, whatever its
range and floors: the worst that a taken-over caller can do is what a day's limits let in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.custody.addresses import address_text
from gateway.custody.errors import PolicyRefused
from gateway.custody.range_calls import RangeCall, RangeCollect, RangeDecrease, RangeMint


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeBounds:
    """
    Attributes:
        managers: position managers that may be called and approved.
        pools: (token0, token1, fee in millionths).
        limits: base units that may be put in, by asset code: (per transaction, per day).
    """

    managers: frozenset[bytes]
    pools: frozenset[tuple[bytes, bytes, int]]
    limits: Mapping[str, tuple[int, int]]


def put_in(
    bounds: RangeBounds | None, call: RangeCall, *, account: bytes
) -> Iterator[tuple[bytes, int]]:
    """The tokens that the call puts into a range, and how much of each.

    Raises:
        PolicyRefused: ``contract_not_allowed``, ``destination_not_allowed``, ``no_floor`` or
            ``pool_not_allowed``.
    """
    if bounds is None or call.manager not in bounds.managers:
        raise PolicyRefused(
            "contract_not_allowed", f"{address_text(call.manager)} keeps no ranges of ours."
        )
    if isinstance(call, RangeMint | RangeCollect) and call.recipient != account:
        raise PolicyRefused(
            "destination_not_allowed", "A range and what it brings are the account's own."
        )
    if isinstance(call, RangeMint | RangeDecrease) and not (call.min_units0 or call.min_units1):
        raise PolicyRefused("no_floor", "A range must name what it takes or gives at least.")
    if not isinstance(call, RangeMint):
        return
    if (call.token0, call.token1, call.fee) not in bounds.pools:
        raise PolicyRefused("pool_not_allowed", "The policy names no such pool.")
    for token, units in ((call.token0, call.units0), (call.token1, call.units1)):
        if units:
            yield token, units

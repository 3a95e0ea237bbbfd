"""What a signer's policy says, and what came of judging by it: values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from gateway.custody.batch_calls import BatchPay
from gateway.custody.decoding import (
    Call,
    FirmFill,
    NativeTransfer,
    RangeBurn,
    RangeCollect,
    RangeDecrease,
    RangeMint,
    RouterSwap,
    Sweep,
    SweepSwap,
    TokenApproval,
    TokenTransfer,
    Wrap,
)
from gateway.custody.newcomer_bounds import Newcomers
from gateway.custody.range_bounds import RangeBounds
from gateway.custody.sponsor_bounds import SponsorBounds
from gateway.custody.sponsor_calls import AuthorizedTransfer
from gateway.custody.swap_bounds import SwapBounds


class Purpose(StrEnum):
    """Why a transaction is sent; each allows only the calls that serve it."""

    PAYOUT = "payout"
    REFUND = "refund"
    SWEEP = "sweep"
    FILL = "fill"
    APPROVE = "approve"
    TREASURY = "treasury"
    WITHDRAWAL = "withdrawal"
    RANGE = "range"
    SPONSOR = "sponsor"
    CANCEL = "cancel"


CALLS_OF_PURPOSE: dict[Purpose, tuple[type[Call], ...]] = {
    Purpose.PAYOUT: (NativeTransfer, TokenTransfer, BatchPay),
    Purpose.REFUND: (NativeTransfer, TokenTransfer),
    Purpose.SWEEP: (Sweep,),
    Purpose.FILL: (SweepSwap, RouterSwap, FirmFill, Wrap),
    Purpose.APPROVE: (TokenApproval,),
    Purpose.TREASURY: (NativeTransfer, TokenTransfer),
    Purpose.WITHDRAWAL: (TokenTransfer,),
    Purpose.RANGE: (RangeMint, RangeDecrease, RangeCollect, RangeBurn),
    Purpose.SPONSOR: (AuthorizedTransfer,),
    Purpose.CANCEL: (NativeTransfer,),
}

PURPOSE_NAMES = frozenset(purpose.value for purpose in Purpose)
FEE_PREFIX = "fee:"
"""Marks the daily sum of maximum fees, counted beside the native coin's transfers."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Base units of one asset that may leave to unlisted destinations."""

    per_transaction: int
    per_day: int


RANGE_PREFIX = "range:"
"""Marks the daily sum of an asset that mints put into ranges."""


REFUND_PREFIX = "refund:"
"""Marks the daily sum of an asset that goes back to shoppers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainPolicy:
    """What may be signed for one chain. Fees in wei per gas, gas in gas units.

    ``firm_orders`` names, by contract, the makers whose orders may be had done there; ``payers``
    the contracts that pay many at once.
    Without ``swaps`` a live chain's swaps are refused, and a test chain's need any floor only.
    ``refunds`` are limits of their own: payouts don't use them up, nor the other way round.
    """

    chain_id: int
    live: bool
    native_asset: str
    accounts: Mapping[bytes, frozenset[Purpose]]
    tokens: Mapping[bytes, str] = field(default_factory=dict)
    destinations: frozenset[bytes] = frozenset()
    factories: frozenset[bytes] = frozenset()
    routers: frozenset[bytes] = frozenset()
    firm_orders: Mapping[bytes, frozenset[bytes]] = field(default_factory=dict)
    payers: frozenset[bytes] = frozenset()
    wrapped_native: bytes | None = None
    limits: Mapping[str, Limit] = field(default_factory=dict)
    swaps: SwapBounds | None = None
    ranges: RangeBounds | None = None
    sponsored: SponsorBounds | None = None
    newcomers: Newcomers | None = None
    refunds: Mapping[str, Limit] = field(default_factory=dict)
    max_fee_per_gas: int
    max_priority_fee_per_gas: int
    max_gas_limit: int
    fees_per_day: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be signed, and who may agree to another policy.

    Attributes:
        approvers: addresses of people's own keys; two of them agree to a change.
        change_delay: how long a change waits after that, in which one of them can call it off.
    """

    chains: Mapping[int, ChainPolicy]
    approvers: frozenset[bytes] = frozenset()
    change_delay: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Spend:
    """Base units of an asset that count toward its day; or of ``fee:`` + native asset, in wei,
    or of ``loss:`` + chain id, in micro-USD."""

    asset: str
    units: int
    limit: Limit


@dataclass(frozen=True, slots=True)
class Grant:
    """A transaction that the policy allows, if the day's sums still take what it spends.

    ``strangers`` are the unlisted addresses that it pays, where the policy bounds newcomers.
    """

    call: Call
    spends: tuple[Spend, ...]
    strangers: tuple[bytes, ...] = ()

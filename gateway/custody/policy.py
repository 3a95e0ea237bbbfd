"""What the signer may sign. Pure: the policy, the request and what was spent are arguments.

Money may leave to a listed destination (the house's own addresses) without a limit, and to any
other address only within the asset's limits per transaction and per day. Calls go only to
contracts that the policy names. The purpose that a caller states can narrow what passes, never
widen it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.custody.addresses import ZERO, address_text
from gateway.custody.batch_calls import BatchPay
from gateway.custody.decoding import (
    Call,
    CallUnknown,
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
    decode_call,
)
from gateway.custody.errors import PolicyRefused
from gateway.custody.newcomer_bounds import NEW_PREFIX, IsKnown, Newcomers, newcomers_among
from gateway.custody.range_bounds import RangeBounds, put_in
from gateway.custody.range_calls import RangeCall
from gateway.custody.sponsor_bounds import SPONSOR_PREFIX, SponsorBounds, check_sponsored
from gateway.custody.sponsor_calls import AuthorizedTransfer
from gateway.custody.swap_bounds import LOSS_PREFIX, SwapBounds
from gateway.custody.transactions import UnsignedTransaction


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


def judge(
    *,
    policy: Policy,
    transaction: UnsignedTransaction,
    account: bytes,
    purpose: str,
    key_is_demo: bool,
    now: datetime,
    is_known: IsKnown = lambda _address: True,
) -> Grant:
    """Whether the transaction may be signed, and what of it counts toward daily limits.

    Args:
        is_known: whether an address is a newcomer no more, by the signer's own memory.

    Raises:
        PolicyRefused: with a stable reason.
    """
    chain = policy.chains.get(transaction.chain_id)
    if chain is None:
        raise PolicyRefused("chain_unknown", f"The policy has no chain {transaction.chain_id}.")
    if chain.live and key_is_demo:
        raise PolicyRefused("demo_key", "A demo key never signs for a live chain.")
    _check_account(chain, account=account, purpose=purpose)
    _check_fees(chain, transaction)
    try:
        call = decode_call(transaction)
    except CallUnknown as error:
        raise PolicyRefused("call_unknown", f"The call can't be read: {error}.") from None
    stated = Purpose(purpose)
    if not isinstance(call, CALLS_OF_PURPOSE[stated]):
        raise PolicyRefused(
            "purpose_mismatch", f"A {type(call).__name__} is not how a {purpose} is made."
        )
    if stated is Purpose.CANCEL and call != NativeTransfer(to=account, units=0):
        raise PolicyRefused(
            "purpose_mismatch", "A cancellation sends nothing, to the account itself."
        )
    if stated is Purpose.TREASURY and _receiver(call) not in chain.destinations:
        raise PolicyRefused(
            "destination_not_allowed", "Treasury moves go to listed destinations only."
        )
    fee = Spend(
        asset=FEE_PREFIX + chain.native_asset,
        units=transaction.gas_limit * transaction.max_fee_per_gas,
        limit=Limit(per_transaction=chain.fees_per_day, per_day=chain.fees_per_day),
    )
    if isinstance(call, AuthorizedTransfer):
        return Grant(call=call, spends=(fee, _sponsored(chain, call, transaction)))
    if stated is Purpose.REFUND and isinstance(call, NativeTransfer | TokenTransfer):
        # Shoppers are strangers: what may go to them is bounded by limits of its own.
        return Grant(call=call, spends=(fee, _refunded(chain, call, account)))
    spends = (fee, *_spends(chain, call, account, now))
    if chain.newcomers is None:
        return Grant(call=call, spends=spends)
    strangers = tuple(newcomers_among(_paid(chain, call), listed=chain.destinations | {account}))
    return Grant(
        call=call,
        spends=(*spends, *_to_newcomers(chain.newcomers, strangers, is_known)),
        strangers=tuple(to for _asset_code, to, _units in strangers),
    )


def _paid(chain: ChainPolicy, call: Call) -> Iterator[tuple[str, bytes, int]]:
    match call:
        case NativeTransfer(to=to, units=units):
            yield chain.native_asset, to, units
        case TokenTransfer(token=token, to=to, units=units):
            yield _asset(chain, token), to, units
        case SweepSwap(payments=payments):
            for payment in payments:
                yield _asset(chain, payment.token), payment.to, payment.units
        case BatchPay():
            for to, units in call.by_receiver.items():
                yield _asset(chain, call.token), to, units


def _to_newcomers(
    bounds: Newcomers, paid: tuple[tuple[str, bytes, int], ...], is_known: IsKnown
) -> Iterator[Spend]:
    for asset, to, units in paid:
        if not is_known(to):
            limit = Limit(*bounds.limits.get(asset, (0, 0)))
            yield Spend(asset=NEW_PREFIX + asset, units=units, limit=limit)


def _sponsored(
    chain: ChainPolicy, call: AuthorizedTransfer, transaction: UnsignedTransaction
) -> Spend:
    _asset(chain, call.token)
    bounds = check_sponsored(chain.sponsored, call, gas_limit=transaction.gas_limit)
    return Spend(
        asset=SPONSOR_PREFIX + chain.native_asset,
        units=transaction.gas_limit * transaction.max_fee_per_gas,
        limit=Limit(per_transaction=bounds.fees_per_day, per_day=bounds.fees_per_day),
    )


def _refunded(chain: ChainPolicy, call: NativeTransfer | TokenTransfer, account: bytes) -> Spend:
    """What goes back to a shopper: never to the house or a contract of its, within a limit."""
    asset = _asset(chain, call.token) if isinstance(call, TokenTransfer) else chain.native_asset
    contracts = chain.factories | chain.routers | frozenset(chain.firm_orders) | chain.payers
    if (
        call.to in (ZERO, account)
        or call.to in chain.destinations | contracts
        or (call.to in chain.tokens)
    ):
        raise PolicyRefused(
            "destination_not_allowed", f"{address_text(call.to)} is no shopper's address."
        )
    limit = chain.refunds.get(asset)
    if limit is None:
        raise PolicyRefused("refund_not_bounded", f"Refunds have no limit for {asset}.")
    return Spend(asset=REFUND_PREFIX + asset, units=call.units, limit=limit)


def _check_account(chain: ChainPolicy, *, account: bytes, purpose: str) -> None:
    allowed = chain.accounts.get(account)
    if allowed is None:
        raise PolicyRefused(
            "account_unknown", f"{address_text(account)} signs nothing on this chain."
        )
    if purpose not in PURPOSE_NAMES:
        raise PolicyRefused("purpose_unknown", f"There is no purpose {purpose!r}.")
    # An account may always take back its own nonce.
    if purpose != Purpose.CANCEL and purpose not in allowed:
        raise PolicyRefused("purpose_not_allowed", f"{address_text(account)} is not for {purpose}.")


def _check_fees(chain: ChainPolicy, transaction: UnsignedTransaction) -> None:
    if transaction.max_fee_per_gas > chain.max_fee_per_gas:
        raise PolicyRefused("fee_over_cap", "The maximum fee per gas is above the cap.")
    if transaction.max_priority_fee_per_gas > chain.max_priority_fee_per_gas:
        raise PolicyRefused("tip_over_cap", "The tip per gas is above the cap.")
    if transaction.gas_limit > chain.max_gas_limit:
        raise PolicyRefused("gas_over_cap", "The gas limit is above the cap.")


def _receiver(call: Call) -> bytes | None:
    return call.to if isinstance(call, NativeTransfer | TokenTransfer) else None


def _spends(chain: ChainPolicy, call: Call, account: bytes, now: datetime) -> Iterator[Spend]:
    match call:
        case NativeTransfer() | TokenTransfer() | BatchPay():
            yield from _transfer_spends(chain, call, account)
        case TokenApproval(token=token, spender=spender):
            _asset(chain, token)
            managers = chain.ranges.managers if chain.ranges else frozenset()
            contracts = chain.routers | managers | frozenset(chain.firm_orders) | chain.payers
            if spender not in contracts:
                raise PolicyRefused(
                    "spender_not_allowed", f"{address_text(spender)} may not spend for us."
                )
        case Wrap(contract=contract):
            if contract != chain.wrapped_native:
                raise PolicyRefused(
                    "contract_not_allowed", f"{address_text(contract)} is not the wrapped coin."
                )
        case Sweep(factory=factory):
            _check_contract(factory, chain.factories)
        case SweepSwap():
            yield from _sweep_swap_spends(chain, call, account, now)
        case RouterSwap():
            _check_contract(call.router, chain.routers)
            _check_path(chain, call.path)
            _check_floor(call.units_in, call.min_units_out)
            if call.recipient != account and call.recipient not in chain.destinations:
                raise PolicyRefused(
                    "destination_not_allowed", "What a swap brings must come back to the house."
                )
            yield from _loss(chain, call, now)
        case FirmFill():
            _check_firm_fill(chain, call, account)
            yield from _loss(chain, call, now)
        case RangeMint() | RangeDecrease() | RangeCollect() | RangeBurn():
            yield from _range_spends(chain, call, account)


def _transfer_spends(
    chain: ChainPolicy, call: NativeTransfer | TokenTransfer | BatchPay, account: bytes
) -> Iterator[Spend]:
    if isinstance(call, BatchPay):
        _check_contract(call.contract, chain.payers)
    for asset, to, units in _paid(chain, call):
        yield from _spend(chain, asset, to=to, units=units, account=account)


def _range_spends(chain: ChainPolicy, call: RangeCall, account: bytes) -> Iterator[Spend]:
    for token, units in put_in(chain.ranges, call, account=account):
        asset = _asset(chain, token)
        limit = chain.ranges.limits.get(asset) if chain.ranges else None
        if limit is None:
            raise PolicyRefused("range_not_bounded", f"Ranges have no limit for {asset}.")
        yield Spend(asset=RANGE_PREFIX + asset, units=units, limit=Limit(*limit))


def _check_firm_fill(chain: ChainPolicy, call: FirmFill, account: bytes) -> None:
    _check_contract(call.contract, frozenset(chain.firm_orders))
    if call.maker not in chain.firm_orders[call.contract]:
        raise PolicyRefused("maker_not_allowed", f"{address_text(call.maker)} is no maker of ours.")
    if call.taker != account:
        raise PolicyRefused("destination_not_allowed", "An order's taker is the account itself.")
    _check_path(chain, call.path)
    _check_floor(call.units_in, call.min_units_out)


def _sweep_swap_spends(
    chain: ChainPolicy, call: SweepSwap, account: bytes, now: datetime
) -> Iterator[Spend]:
    _check_contract(call.factory, chain.factories)
    if call.router != ZERO:
        _check_contract(call.router, chain.routers)
    _check_path(chain, call.path)
    _check_floor(call.units_in, call.min_units_out)
    if call.router != ZERO:
        yield from _loss(chain, call, now)
    for payment in call.payments:
        asset = _asset(chain, payment.token)
        yield from _spend(chain, asset, to=payment.to, units=payment.units, account=account)


def _loss(
    chain: ChainPolicy, call: SweepSwap | RouterSwap | FirmFill, now: datetime
) -> Iterator[Spend]:
    if chain.swaps is None:
        if chain.live:
            raise PolicyRefused("reference_missing", "A live chain's policy must bound its swaps.")
        return
    units = chain.swaps.loss_of(
        asset_in=_asset_or_native(chain, call.path[0]),
        units_in=call.units_in,
        asset_out=_asset_or_native(chain, call.path[-1]),
        min_units_out=call.min_units_out,
        now=now,
    )
    yield Spend(
        asset=f"{LOSS_PREFIX}{chain.chain_id}",
        units=units,
        limit=Limit(chain.swaps.loss_per_day, chain.swaps.loss_per_day),
    )


def _asset_or_native(chain: ChainPolicy, token: bytes) -> str:
    return chain.native_asset if token == ZERO else _asset(chain, token)


def _spend(
    chain: ChainPolicy, asset: str, *, to: bytes, units: int, account: bytes
) -> Iterator[Spend]:
    if to == ZERO or to in chain.tokens:
        raise PolicyRefused("destination_not_allowed", "Nobody could move the money from there.")
    if units == 0 or to == account or to in chain.destinations:
        return
    limit = chain.limits.get(asset)
    if limit is None:
        raise PolicyRefused(
            "destination_not_allowed",
            f"{address_text(to)} is not listed and {asset} has no limit.",
        )
    yield Spend(asset=asset, units=units, limit=limit)


def _asset(chain: ChainPolicy, token: bytes) -> str:
    asset = chain.tokens.get(token)
    if asset is None:
        raise PolicyRefused("token_unknown", f"{address_text(token)} is no token of ours.")
    return asset


def _check_contract(contract: bytes, allowed: frozenset[bytes]) -> None:
    if contract not in allowed:
        raise PolicyRefused("contract_not_allowed", f"{address_text(contract)} is not listed.")


def _check_path(chain: ChainPolicy, path: tuple[bytes, ...]) -> None:
    # One unknown token on the way is enough to hand the whole sum to whoever owns its pools.
    for token in path:
        if token != ZERO:
            _asset(chain, token)


def _check_floor(units_in: int, min_units_out: int) -> None:
    if units_in <= 0 or min_units_out <= 0:
        raise PolicyRefused("no_floor", "A swap must name what it brings at least.")


def totals(spends: tuple[Spend, ...]) -> dict[str, int]:
    """Base units per asset."""
    sums: dict[str, int] = {}
    for spend in spends:
        sums[spend.asset] = sums.get(spend.asset, 0) + spend.units
    return sums


def _most_at_once(grant: Grant, asset: str, *, total: int) -> int:
    """Base units to hold against the limit per transaction.

    A batch is as many transfers as it has receivers: each is bounded like one that is sent on its
    own. The day takes their sum.
    """
    if not isinstance(grant.call, BatchPay):
        return total
    return max(spend.units for spend in grant.spends if spend.asset == asset)


def check_limits(
    grant: Grant, *, granted_for_nonce: Mapping[str, int], spent_today: Mapping[str, int]
) -> dict[str, int]:
    """Base units per asset that signing adds to the day.

    Of all transactions with one nonce at most one is ever mined, so a replacement adds only
    what it spends above the largest one granted before.

    Raises:
        PolicyRefused: a limit per transaction or per day would be passed.
    """
    added: dict[str, int] = {}
    limits = {spend.asset: spend.limit for spend in grant.spends}
    for asset, units in totals(grant.spends).items():
        limit = limits[asset]
        most = _most_at_once(grant, asset, total=units)
        if most > limit.per_transaction:
            raise PolicyRefused(
                "over_transaction_limit", f"{most} base units of {asset} in one transaction."
            )
        more = max(0, units - granted_for_nonce.get(asset, 0))
        if more and spent_today.get(asset, 0) + more > limit.per_day:
            raise PolicyRefused("over_day_limit", f"{asset} has reached what may leave in a day.")
        added[asset] = more
    return added

"""What a call spends and may spend by a policy, and what it may touch. Pure."""

from collections.abc import Iterator
from datetime import datetime

from gateway.custody.addresses import ZERO, address_text
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
from gateway.custody.errors import PolicyRefused
from gateway.custody.policy_terms import (
    RANGE_PREFIX,
    ChainPolicy,
    Limit,
    Spend,
)
from gateway.custody.range_bounds import put_in
from gateway.custody.range_calls import RangeCall
from gateway.custody.swap_bounds import LOSS_PREFIX


def receiver_of(call: Call) -> bytes | None:
    return call.to if isinstance(call, NativeTransfer | TokenTransfer) else None


def spends_of(chain: ChainPolicy, call: Call, account: bytes, now: datetime) -> Iterator[Spend]:
    match call:
        case NativeTransfer() | TokenTransfer() | BatchPay():
            yield from _transfer_spends(chain, call, account)
        case TokenApproval(token=token, spender=spender):
            asset_of(chain, token)
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
    for asset, to, units in paid_by(chain, call):
        yield from _spend(chain, asset, to=to, units=units, account=account)


def _range_spends(chain: ChainPolicy, call: RangeCall, account: bytes) -> Iterator[Spend]:
    for token, units in put_in(chain.ranges, call, account=account):
        asset = asset_of(chain, token)
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
        asset = asset_of(chain, payment.token)
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
    return chain.native_asset if token == ZERO else asset_of(chain, token)


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


def asset_of(chain: ChainPolicy, token: bytes) -> str:
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
            asset_of(chain, token)


def _check_floor(units_in: int, min_units_out: int) -> None:
    if units_in <= 0 or min_units_out <= 0:
        raise PolicyRefused("no_floor", "A swap must name what it brings at least.")


def paid_by(chain: ChainPolicy, call: Call) -> Iterator[tuple[str, bytes, int]]:
    match call:
        case NativeTransfer(to=to, units=units):
            yield chain.native_asset, to, units
        case TokenTransfer(token=token, to=to, units=units):
            yield asset_of(chain, token), to, units
        case SweepSwap(payments=payments):
            for payment in payments:
                yield asset_of(chain, payment.token), payment.to, payment.units
        case BatchPay():
            for to, units in call.by_receiver.items():
                yield asset_of(chain, call.token), to, units

"""Exposure by haircut: money in a wallet mixes, and each payment takes the same part of all. Pure.

Proportional tainting is the "haircut" rule of Möser, Böhme and Breuker, "Towards Risk Scoring of
Bitcoin Transactions" (2014). Everything is whole base units: of a payment each origin gives its
proportion rounded down, and the units that are left over by rounding come from the origins with the
largest remainders, equal ones in the origins' order. So no unit is made or lost, ever.
"""

from dataclasses import dataclass, field

from gateway.compliance.tracing.exposure import Origin, Part, Question, Received, unknown
from gateway.compliance.tracing.flows import Flows
from gateway.compliance.tracing.transfers import Holding, Transfer


@dataclass(frozen=True, slots=True)
class _Step:
    """A transfer on a path, and the one before it."""

    transfer: Transfer
    earlier: "_Step | None"


@dataclass(slots=True)
class _Stock:
    """What a pool has of one origin; ``step`` is the last of the path that brought the most."""

    units: int = 0
    most: int = 0
    step: _Step | None = None

    def add(self, units: int, step: _Step | None) -> None:
        self.units += units
        if units > self.most:
            self.most, self.step = units, step


_Pool = dict[Origin, _Stock]


@dataclass(slots=True)
class _Account:
    """All that the asked address was given of one asset."""

    units: int = 0
    value_micros: int | None = 0
    by_origin: _Pool = field(default_factory=dict)
    values: dict[Origin, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Haircut:
    """What was received, asset by asset, and the payment's parts."""

    received: tuple[Received, ...]
    payment: tuple[Part, ...]


def proportional(units: int, stocks: dict[Origin, int]) -> dict[Origin, int]:
    """``units`` taken from stocks in proportion, whole units, adding up exactly.

    None gives more than it has. The stocks must hold at least ``units``.
    """
    whole = sum(stocks.values())
    taken = {origin: units * stock // whole for origin, stock in stocks.items()}
    missing = units - sum(taken.values())
    by_remainder = sorted(stocks, key=lambda origin: (-(units * stocks[origin] % whole), origin))
    for origin in by_remainder[:missing]:
        taken[origin] += 1
    return {origin: count for origin, count in taken.items() if count}


def haircut(flows: Flows, *, question: Question, max_hops: int) -> Haircut:
    """Follow all money forward, block by block, and say what the asked address got.

    Cycles need no care: money is followed in time, and each turn costs hops. O(n·k) for n transfers
    and k origins a pool may have (categories by hops: some dozens); memory O(holdings·k).
    """
    pools: dict[Holding, _Pool] = {}
    accounts: dict[str, _Account] = {}
    for transfer in flows.kept:
        parts = _leaving(transfer, flows=flows, pools=pools, max_hops=max_hops)
        if transfer.recipient == question.address:
            _receive(accounts.setdefault(transfer.asset, _Account()), transfer, parts)
        if flows.end(transfer.recipient, hops=0) is None:
            pool = _pool(flows, pools, (transfer.recipient, transfer.asset))
            for origin, (units, step) in parts.items():
                pool.setdefault(origin, _Stock()).add(units, step)
    return Haircut(
        received=tuple(
            _received(asset, accounts[asset])
            for asset in sorted(accounts)
            if question.asset in ("", asset)
        ),
        payment=_payment(flows, question=question, pools=pools),
    )


def _leaving(
    transfer: Transfer, *, flows: Flows, pools: dict[Holding, _Pool], max_hops: int
) -> dict[Origin, tuple[int, _Step | None]]:
    """What a transfer carries, by origin as its recipient sees it."""
    end = flows.end(transfer.sender, hops=1)
    if end is not None:
        return {end: (transfer.units, None if end.is_unknown else _Step(transfer, None))}
    pool = _pool(flows, pools, (transfer.sender, transfer.asset))
    carried: dict[Origin, tuple[int, _Step | None]] = {}
    taken = proportional(transfer.units, {origin: stock.units for origin, stock in pool.items()})
    for origin, units in taken.items():
        stock = pool[origin]
        stock.units -= units
        further, step = origin, None
        if not origin.is_unknown:
            if origin.hops >= max_hops:
                further = unknown("hops")
            else:
                further = Origin(origin.category, origin.status, origin.hops + 1)
                step = _Step(transfer, stock.step)
        before, _ = carried.get(further, (0, None))
        carried[further] = (before + units, step)
        if not stock.units:
            del pool[origin]
    return carried


def _pool(flows: Flows, pools: dict[Holding, _Pool], holding: Holding) -> _Pool:
    pool = pools.get(holding)
    if pool is None:
        pool = pools[holding] = {}
        opening = flows.openings.get(holding, 0)
        if opening:
            pool[flows.before(holding[0])] = _Stock(units=opening)
    return pool


def _receive(
    account: _Account, transfer: Transfer, parts: dict[Origin, tuple[int, _Step | None]]
) -> None:
    account.units += transfer.units
    value = transfer.value_micros
    if value is None or account.value_micros is None:
        account.value_micros = None
    else:
        account.value_micros += value
    for origin, (units, step) in parts.items():
        account.by_origin.setdefault(origin, _Stock()).add(units, step)
        if value is not None:
            worth = value * units // transfer.units
            account.values[origin] = account.values.get(origin, 0) + worth


def _received(asset: str, account: _Account) -> Received:
    return Received(
        asset=asset,
        units=account.units,
        value_micros=account.value_micros,
        parts=tuple(
            Part(
                origin=origin,
                units=stock.units,
                value_micros=(
                    None if account.value_micros is None else account.values.get(origin, 0)
                ),
                path=_path(stock.step),
            )
            for origin, stock in sorted(account.by_origin.items())
        ),
    )


def _payment(flows: Flows, *, question: Question, pools: dict[Holding, _Pool]) -> tuple[Part, ...]:
    payment = question.payment
    if payment is None or payment.units == 0:
        return ()
    end = flows.end(question.address, hops=0)
    if end is not None:
        return (Part(origin=end, units=payment.units, value_micros=payment.value_micros),)
    pool = _pool(flows, pools, (question.address, payment.asset))
    taken = proportional(payment.units, {origin: stock.units for origin, stock in pool.items()})
    return tuple(
        Part(
            origin=origin,
            units=units,
            value_micros=(
                None
                if payment.value_micros is None
                else payment.value_micros * units // payment.units
            ),
            path=_path(pool[origin].step),
        )
        for origin, units in sorted(taken.items())
    )


def _path(step: _Step | None) -> tuple[Transfer, ...]:
    path = []
    while step is not None:
        path.append(step.transfer)
        step = step.earlier
    return tuple(reversed(path))

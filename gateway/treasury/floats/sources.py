"""What a float could be filled from now: positions, exchanges, the cold store. No node is asked."""

from datetime import datetime

from gateway.chains.models import Token
from gateway.ledger.accounts import custody_cold, exchange
from gateway.ledger.leaving import stopped_for
from gateway.ledger.selectors import balance
from gateway.market.errors import MarketError
from gateway.market.exchanges.configured import configured_exchange, exchange_settings
from gateway.market.hedges.exchange_selectors import stopped_exchanges, there
from gateway.market.hedges.hand_view import positions
from gateway.market.hedges.models import ACTIVE, Hedge, InventoryMove
from gateway.market.hedges.viewing import values_of
from gateway.market.hedging.moving import MoveState
from gateway.market.snapshots import E18, MarketSnapshot
from gateway.money.assets import Asset
from gateway.treasury.floats.deciding import Source, Way

COMING = [
    state.value for state in (MoveState.PLANNED, MoveState.ASKED, MoveState.LEFT, MoveState.SEEN)
]


def sources_of(*, token: Token, snapshot: MarketSnapshot, now: datetime) -> tuple[Source, ...]:
    """Each with what it can bring of this token, base units. Costs what ``positions`` does."""
    return (
        *_conversions(token, snapshot, now=now),
        *_exchanges(token, now=now),
        *_cold(token),
    )


def coming_units(*, token: Token, snapshot: MarketSnapshot, now: datetime) -> int:
    """On its way to the treasury: withdrawals from exchanges, and what active hedges buy with what
    they have still to sell, at fair value. Two queries."""
    moving = InventoryMove.objects.filter(asset=token.code, is_deposit=False, state__in=COMING)
    total = sum(move.left_units or move.units for move in moving)
    values = values_of(snapshot, now_ms=int(now.timestamp() * 1000))
    for hedge in Hedge.objects.filter(asset_out=token.code, side="sell", status__in=ACTIVE):
        left = max(0, hedge.units - hedge.sold_units)
        total += _worth(left, hedge.asset, token, snapshot, values)
    return total


def _conversions(token: Token, snapshot: MarketSnapshot, *, now: datetime) -> list[Source]:
    chain = snapshot.chains.get(token.chain_id)
    if chain is None or chain.anchor != token.code:
        return []
    values = values_of(snapshot, now_ms=int(now.timestamp() * 1000))
    return [
        Source(
            Way.CONVERT,
            each.code,
            units=_worth(each.convertible, each.code, token, snapshot, values),
            gives=each.convertible,
            differs=_differs(token, each.code, each.convertible),
        )
        for each in positions(snapshot=snapshot, now=now)
        if each.exposure > 0
        and not each.blocked
        and snapshot.assets[each.code].chain_id == token.chain_id
    ]


def _exchanges(token: Token, *, now: datetime) -> list[Source]:
    """What lies there and is promised to nothing, also where shops are owed it: it is brought to
    where they draw it from. One that a person or its own word stopped is left alone."""
    if token.address is None:
        return []
    known, stopped = there(now=now), stopped_exchanges()
    found = []
    for entry in exchange_settings():
        if entry.name in stopped or not _serves(entry.name, token):
            continue
        lies = balance(account=exchange(entry.name), asset=_asset(token)).units
        free = lies - known.committed.get((entry.name, token.code), 0)
        if free > 0:
            differs = _differs(token, token.code, free)
            found.append(Source(Way.MOVE, entry.name, units=free, gives=free, differs=differs))
    return found


def _differs(token: Token, code: str, units: int) -> bool:
    """Whether money of what would be given is not where the books have it. At most one query."""
    return bool(stopped_for(mode=token.chain.mode, asset=code, units=units))


def _serves(name: str, token: Token) -> bool:
    """A made-up exchange never has live money; one whose keys are missing serves nobody."""
    try:
        return not configured_exchange(name).simulated or token.chain.mode == "test"
    except MarketError:
        return False


def _cold(token: Token) -> list[Source]:
    account = custody_cold(token.chain_id)
    lies = balance(account=account, asset=_asset(token)).units
    return [Source(Way.PERSON, str(account), units=lies, gives=lies)] if lies > 0 else []


def _worth(
    units: int, code: str, token: Token, snapshot: MarketSnapshot, values: dict[str, int]
) -> int:
    """Base units of the token that so many of another asset are worth, rounded down; 0 without
    fresh prices of both."""
    if code not in values or not values.get(token.code):
        return 0
    cross = values[code] * E18 // values[token.code]
    decimals = snapshot.assets[code].decimals
    return int(units * cross * 10**token.decimals // (E18 * 10**decimals))


def _asset(token: Token) -> Asset:
    return Asset(token.code, token.decimals)

"""How much of the house's capital may lie at an exchange."""

from datetime import datetime

from gateway.ledger.accounts import exchange as exchange_account
from gateway.ledger.selectors import balances_of
from gateway.market.exchanges.configured import settings_of
from gateway.market.hedges.errors import MoveNotPossible
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.selectors import books
from gateway.market.hedges.viewing import CENTS, own_cents, values_of
from gateway.market.hedging.deciding import PPM
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import E18


def refuse_beyond_share(move: InventoryMove, *, now: datetime) -> None:
    """Before inventory leaves for an exchange: with it, no more lies there than may.

    What is on its way there counts as there. A whole capital is no limit, and asks for no prices.

    Raises:
        MoveNotPossible: it would be more, or its worth is not known.
        MarketUnavailable: nothing has a price now.
    """
    share_ppm = settings_of(move.exchange).max_capital_share_ppm
    if share_ppm >= PPM:
        return
    snapshot = current_snapshot()
    values = values_of(snapshot, now_ms=int(now.timestamp() * 1000))
    known = books(chain_ids=[move.chain_id], now=now)
    simulated = move.mode == "test"
    capital = own_cents(
        snapshot,
        capital=known.capital,
        inventory=known.inventory,
        values=values,
        simulated=simulated,
    )
    there = dict(balances_of(account=exchange_account(move.exchange)))
    there[move.asset] = there.get(move.asset, 0) + move.units
    for other in InventoryMove.objects.filter(
        exchange=move.exchange, is_deposit=True, state__in=("asked", "left", "seen")
    ):
        there[other.asset] = there.get(other.asset, 0) + other.units
    cents = 0
    for code, units in there.items():
        if units <= 0:
            continue
        if code not in values:
            raise MoveNotPossible(f"{code} at {move.exchange} has no price now.")
        cents += units * values[code] * CENTS // (E18 * 10 ** snapshot.assets[code].decimals)
    if capital is None or cents * PPM > capital * share_ppm:
        raise MoveNotPossible(f"No more of the capital may lie at {move.exchange}.")

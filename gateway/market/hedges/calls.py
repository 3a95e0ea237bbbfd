"""The call data of a hedge's swaps, and the addresses in it."""

from datetime import UTC, datetime

from gateway.chains.configuration import configured_chain
from gateway.chains.models import Chain, Token
from gateway.market.firm.orders import fill_call
from gateway.market.hedges.models import Hedge
from gateway.market.hedges.routers import swap_call
from gateway.market.hedges.viewing import Swap


def call_of(hedge: Hedge, swap: Swap, *, deadline: datetime) -> bytes:
    """What the swap's router, or the contract for makers' orders, is sent."""
    if swap.order is not None:
        return fill_call(swap.order)
    return swap_call(
        kind=swap.kind,
        tokens=[address_of(code) for code in swap.tokens],
        fees_ppm=swap.fees_ppm,
        units_in=swap.units_in,
        min_units_out=swap.floor,
        recipient=treasury_of(hedge.chain_id),
        deadline=int(deadline.timestamp()),
        takes_deadline=configured_chain(hedge.chain_id).venues.get("v3_router_deadline", True),
    )


def deadline_of(swap: Swap, *, wanted: datetime) -> datetime:
    """A maker's order ends when it says, if that is sooner."""
    if swap.order is None or swap.order.order.expiry >= wanted.timestamp():
        return wanted
    return datetime.fromtimestamp(swap.order.order.expiry, UTC)


def treasury_of(chain_id: int) -> bytes:
    """The account that holds the float and sends swaps."""
    return bytes(Chain.objects.values_list("treasury", flat=True).get(id=chain_id))


def address_of(code: str) -> bytes:
    """A token's contract, 20 bytes. Raises ValueError for the coin, which has none."""
    address = Token.objects.values_list("address", flat=True).get(code=code)
    if address is None:
        raise ValueError(f"{code} is no contract; it trades as the token that wraps it")
    return bytes(address)

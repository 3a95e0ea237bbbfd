"""Does a market's log of commands make the orders and trades that its rows say? For audits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from gateway.market.errors import MarketError
from gateway.market.orders.instructions import CancelAll, Close, Instruction, instruction_of
from gateway.market.orders.kept import Funds, Trade
from gateway.market.orders.matching import Venue
from gateway.market.orders.memory import venue_stored
from gateway.market.orders.models import BookMarket, Command
from gateway.market.orders.models import Trade as TradeRow
from gateway.market.orders.terms import MarketTerms

_ENOUGH = 10**80


class _Unbounded(Mapping[str, tuple[int, int]]):
    """What was carried out had been covered: nobody asks again."""

    def __getitem__(self, owner: str) -> tuple[int, int]:
        return _ENOUGH, _ENOUGH

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Difference:
    where: str
    found: str


def market_check(market: BookMarket) -> list[Difference]:
    """Carry out all commands of a market anew and compare with its rows; what differs.

    Reads them all: for audits and tests. Not while commands are applied.
    """
    differences: list[Difference] = []
    venue, numbers = Venue(market.terms), 0
    trades: list[Trade] = []
    for command in (
        Command.objects.filter(market=market, number__gt=0).order_by("number").iterator()
    ):
        numbers += 1
        if command.number != numbers:
            differences.append(Difference(f"command {numbers}", f"number {command.number}"))
            numbers = int(command.number or 0)
        if command.status != "done":
            continue
        try:
            trades.extend(carried_out_again(venue, command, market.terms))
        except MarketError as refusal:
            differences.append(Difference(f"command {command.number}", refusal.code))
    venue.touched_orders()
    told = {order.id: order for order in venue_stored(market).orders.values()}
    again = {order.id: order for order in venue.orders.values()}
    for order_id in sorted({*told, *again}):
        if told.get(order_id) != again.get(order_id):
            differences.append(Difference(f"order {order_id}", f"replayed {again.get(order_id)}"))
    if venue.book.sequence != market.sequence:
        differences.append(Difference("sequence", str(venue.book.sequence)))
    rows = TradeRow.objects.filter(market=market).order_by("sequence")
    if [_key(trade) for trade in trades] != list(
        rows.values_list("sequence", "taker_order_id", "maker_order_id", "price", "lots")
    ):
        differences.append(Difference("trades", f"replayed {len(trades)}"))
    return differences


def carried_out_again(venue: Venue, command: Command, terms: MarketTerms) -> tuple[Trade, ...]:
    instruction, position = _as_done(command, terms)
    funds = Funds(_Unbounded())
    return venue.carry_out(
        instruction, id=command.id, owner=command.owner, funds=funds, position=position
    ).trades


def _as_done(command: Command, terms: MarketTerms) -> tuple[Instruction, int]:
    """A close depended on what its owner had then: it is what it placed."""
    instruction = instruction_of(command.payload)
    if not isinstance(instruction, Close):
        return instruction, 0
    lots = int((command.result or {}).get("placed", 0))
    if not lots:
        return CancelAll(), 0
    sign = 1 if instruction.side.value == "sell" else -1
    return instruction, sign * terms.base_units(lots)


def _key(trade: Trade) -> tuple[int, UUID, UUID, int, int]:
    return (trade.sequence, trade.taker_order, trade.maker_order, trade.price, trade.lots)

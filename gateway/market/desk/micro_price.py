"""What the top of a book says of the price: between bid and ask, nearer to the thinner side."""

from dataclasses import dataclass

from gateway.market.desk.lock import PPM


class BookUnusable(ValueError):
    """A side is missing, or the book is crossed: it says nothing."""


@dataclass(frozen=True, slots=True)
class BookTop:
    """Best bid and ask with what stands there; prices in one unit, sizes in another."""

    bid: int
    ask: int
    bid_size: int
    ask_size: int


def micro_price(top: BookTop) -> tuple[int, int]:
    """(the price, half of the distance between bid and ask in millionths of it).

    Raises:
        BookUnusable: crossed, or a price or size is not above zero.
    """
    if min(top.bid, top.ask, top.bid_size, top.ask_size) <= 0 or top.bid >= top.ask:
        raise BookUnusable(f"{top.bid} for {top.bid_size}, {top.ask} for {top.ask_size}")
    size = top.bid_size + top.ask_size
    price = (top.bid * top.ask_size + top.ask * top.bid_size) // size
    return price, -(-(top.ask - top.bid) * PPM // (2 * price))

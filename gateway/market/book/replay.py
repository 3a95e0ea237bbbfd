"""A book from its log. The commands in it are carried out again and must have the same effects."""

from collections.abc import Iterable

from gateway.market.book.book import OrderBook
from gateway.market.book.errors import BookRefusal, LogDiverged
from gateway.market.book.events import Amended, Because, Cancelled, Checkpoint, Event, Placed


def replay(events: Iterable[Event], *, start: Checkpoint | None = None) -> OrderBook:
    """The book that wrote these events, from an empty one or from a checkpoint.

    Raises:
        LogDiverged: carried out again, the commands do something else.
        BadCheckpoint: the start is no state of a book.
    """
    book = OrderBook() if start is None else OrderBook.from_checkpoint(start)
    done = book.sequence
    for event in events:
        if event.sequence > book.sequence:
            try:
                _carry_out(book, event)
            except BookRefusal as refusal:
                raise LogDiverged(f"event {event.sequence}: {refusal.code}") from refusal
        again = book.events_after(done)
        if not again or again[0] != event:
            raise LogDiverged(f"event {event.sequence}")
        done = event.sequence
        book.forget_until(done)
    if book.sequence != done:
        raise LogDiverged(f"the log ends before what follows from it, at event {done}")
    return book


def _carry_out(book: OrderBook, event: Event) -> None:
    match event:
        case Placed():
            book.limit(
                owner=event.owner,
                side=event.side,
                price=event.price,
                quantity=event.quantity,
                time_in_force=event.time_in_force,
                shown=event.shown,
                self_trade=event.self_trade,
            )
        case Amended():
            book.amend(
                owner=_owner(book, event.order_id),
                order_id=event.order_id,
                price=event.price,
                quantity=event.quantity,
            )
        case Cancelled(because=Because.ASKED):
            book.cancel(owner=_owner(book, event.order_id), order_id=event.order_id)
        case _:
            raise LogDiverged(f"event {event.sequence} follows from no command")


def _owner(book: OrderBook, order_id: int) -> str:
    order = book.order(order_id)
    return "" if order is None else order.terms.owner

"""What the book refuses. A refused command changes nothing and leaves no trace in the log."""

from gateway.market.errors import MarketError


class BookRefusal(MarketError):
    """Base of what the book refuses."""


class NotAnInteger(BookRefusal):
    code = "not_an_integer"
    message = "Prices and quantities are whole numbers of ticks and base units."
    hint = "Send an integer; no fraction, no text."


class QuantityNotPositive(BookRefusal):
    code = "quantity_not_positive"
    message = "An order is for at least one base unit."
    field = "quantity"


class QuantityTooLarge(BookRefusal):
    code = "quantity_too_large"
    message = "No order may be larger than 2^128 base units."
    field = "quantity"


class PriceNotPositive(BookRefusal):
    code = "price_not_positive"
    message = "A price is at least one tick."
    field = "price"


class PriceTooLarge(BookRefusal):
    code = "price_too_large"
    message = "No price may be higher than 2^128 ticks."
    field = "price"


class UnknownSide(BookRefusal):
    code = "unknown_side"
    message = "An order either buys or sells."
    field = "side"


class NoOwner(BookRefusal):
    code = "no_owner"
    message = "Every order belongs to someone: trades with oneself could not be seen otherwise."
    field = "owner"


class UnknownOrder(BookRefusal):
    code = "unknown_order"
    message = "This owner has no such order in the book."
    hint = "It may have been filled or cancelled meanwhile: look at its events."
    field = "order_id"
    status = 404


class WouldCross(BookRefusal):
    code = "would_cross"
    message = "A post-only order at this price would trade at once."
    hint = "Move the price away from the other side, or allow it to take."
    field = "price"
    status = 409


class SliceRefused(BookRefusal):
    code = "slice_refused"
    message = "What an iceberg shows is between a thousandth of it and the whole."
    hint = "Show more, or order less."
    field = "shown"


class CannotRest(BookRefusal):
    code = "cannot_rest"
    message = "Only an order that may rest can be an iceberg."
    hint = "Leave the time in force at good till cancelled."
    field = "time_in_force"


class AlreadyFilled(BookRefusal):
    code = "already_filled"
    message = "At least as much has been filled already."
    hint = "Cancel the order to keep what remains from filling."
    field = "quantity"
    status = 409


class NothingToClose(BookRefusal):
    code = "nothing_to_close"
    message = "The position is flat."
    status = 409


class BadSchedule(BookRefusal):
    code = "bad_schedule"
    message = "A TWAP ends after it starts, in at least one child and no more than base units."


class TimeBackwards(BookRefusal):
    code = "time_backwards"
    message = "The clock went backwards."
    hint = "Wait until it has caught up; nothing was sent."
    status = 409


class LogDiverged(Exception):
    """A log doesn't replay to itself: it was changed, cut, or written by another version."""

    code = "log_diverged"


class BadCheckpoint(Exception):
    """A stored state that no book can be in."""

    code = "bad_checkpoint"

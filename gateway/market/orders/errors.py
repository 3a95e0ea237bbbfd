"""What the venue refuses, beside what the book itself does (``book.errors``)."""

from gateway.market.book.errors import BookRefusal
from gateway.market.errors import MarketError, QuoteRefused


class OrderRefused(MarketError):
    """Base of what the venue refuses; the command that was refused changed nothing."""

    code = "order_refused"
    status = 409


class MarketUnknown(OrderRefused):
    code = "market_unknown"
    message = "There is no such market."
    hint = "`manage.py orders markets` lists them."
    field = "market"
    status = 404


class MarketConflict(OrderRefused):
    code = "market_conflict"
    message = "A market of this name has other terms."
    hint = "Its lots and ticks are fixed for good: open another one."
    field = "market"


class BadMarketTerms(OrderRefused):
    code = "bad_market_terms"
    message = "No market can have these terms."
    hint = (
        "Two assets of chains of one mode; a lot is a power of ten base units, a tick at least one;"
        " fees are below a tenth."
    )
    status = 422


class MarketClosed(OrderRefused):
    code = "market_closed"
    message = "This market takes no orders now; orders in it can be cancelled."
    hint = "See its status."
    field = "market"


class OwnerUnknown(OrderRefused):
    code = "owner_unknown"
    message = "An owner is `desk` or `pool:` with a provider's id."
    field = "owner"
    status = 422


class NotWholeLots(OrderRefused):
    code = "not_whole_lots"
    message = "The amount is not a whole number of lots."
    hint = "Round it to the market's lot."
    field = "units"
    status = 422


class NotOnTick(OrderRefused):
    code = "not_on_tick"
    message = "The price is not a whole number of ticks."
    hint = "Round it to the market's tick."
    field = "price"
    status = 422


class PriceFarOff(OrderRefused):
    code = "price_far_off"
    message = "The price is further from our fair value than this market allows."
    hint = "Look for a zero too many."
    field = "price"
    status = 422


class InsufficientFunds(OrderRefused):
    code = "insufficient_funds"
    message = "The owner's balance, less what open orders hold, does not cover this."
    hint = "Order less, or cancel another order."
    field = "units"
    status = 422


class ClientIdConflict(OrderRefused):
    code = "client_id_conflict"
    message = "This client id was used for another command."
    hint = "A new command takes a new id."
    field = "client_id"


class ClientIdUnusable(OrderRefused):
    code = "client_id_unusable"
    message = "A client id has 1 to 100 characters."
    field = "client_id"
    status = 422


class CommandTooLate(OrderRefused):
    code = "command_too_late"
    message = "The command waited too long and was not carried out."
    hint = "Look at the market and send it again under a new id."
    passes = True


class OrderUnknown(OrderRefused):
    code = "order_unknown"
    message = "There is no such order."
    field = "order_id"
    status = 404


class BookBroken(MarketError):
    """The rows of open orders make no book, or not the book that the commands make."""

    code = "book_broken"
    message = "The open orders of this market contradict one another; it is stopped."
    hint = "Run `manage.py orders check`."
    status = 500


def refusal_of(code: str) -> MarketError:
    """The refusal that a command was answered with when it was carried out."""
    return _kinds(code)(code=code)


def _kinds(code: str) -> type[MarketError]:
    found: list[type[MarketError]] = [BookRefusal, OrderRefused, QuoteRefused]
    for kind in found:
        if kind.code == code:
            return kind
        found.extend(kind.__subclasses__())
    return OrderRefused

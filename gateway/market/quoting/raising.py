"""New quotes that are no better for who pays than an older promise of the same asset. Pure."""

import msgspec

from gateway.market.quoting.answers import Quote


def no_better(quote: Quote, *, than: Quote) -> Quote:
    """``quote``, or, where the older promise asked for more, the new quote at that many units.

    Whoever may end one promise for another must never gain by when they do it. What the shop is
    promised stays the new quote's; at par it is what comes in, as ever.
    """
    if quote.asset != than.asset:
        raise ValueError(f"{than.asset} says nothing of {quote.asset}")
    return raised(quote, units=than.units, places=than.places)


def raised(quote: Quote, *, units: int, places: int) -> Quote:
    """``quote`` at ``units`` where that is more than it asks for; remembers what it asked for."""
    if units <= quote.units:
        return quote
    at_par = quote.asset == quote.settlement
    return msgspec.structs.replace(
        quote,
        units=units,
        places=places,
        token_pricing=(quote.pricing_units, units),
        settlement_units=units if at_par else quote.settlement_units,
        raised_from=quote.units,
    )

"""What the market refuses, each with a stable code. A refusal is an answer, never a guess."""

from gateway.events.errors import TillwayError


class MarketError(TillwayError):
    """Base of what the room refuses."""


class MarketUnavailable(MarketError):
    code = "market_unavailable"
    message = "There are no prices to quote from."
    hint = "The market process publishes them; try again in a few seconds."
    status = 503


class QuoteRefused(MarketError):
    """An asset can't be quoted; the code says why. ``quote_assets`` turns it into an answer."""

    code = "quote_refused"
    status = 409


class PriceNotFresh(QuoteRefused):
    code = "price_not_fresh"
    message = "Too few fresh, independent prices."
    hint = "Try again shortly or offer another asset."


class SourcesDisagree(QuoteRefused):
    code = "sources_disagree"
    message = "Sources of the price disagree."
    hint = "Try again shortly or offer another asset."


class OffPeg(QuoteRefused):
    code = "off_peg"
    message = "The stablecoin is away from its peg."
    hint = "Offer another asset until it is back."


class UnknownAsset(QuoteRefused):
    code = "unknown_asset"
    message = "This asset isn't traded here."
    hint = "Ask for the list of assets."
    status = 404


class NoDepth(QuoteRefused):
    code = "no_depth"
    message = "No market here could take this much of the asset."
    hint = "Ask for less or offer another asset."


class BelowMinimum(QuoteRefused):
    code = "amount_below_minimum"
    message = "Collecting this asset costs too much for so small an amount."
    hint = "Offer an asset on a cheaper chain."


class AboveMaximum(QuoteRefused):
    code = "amount_above_maximum"
    message = "More than we lock a rate for in this asset."
    hint = "Ask for less or offer another asset."


class LockCapReached(QuoteRefused):
    code = "lock_cap_reached"
    message = "Too much is locked in open invoices already."
    hint = "Wait for open invoices to be paid or to lapse."


class CurrencyNotPriced(QuoteRefused):
    code = "currency_not_priced"
    message = "There is no source for this currency's price."
    hint = "Price in a currency that has one, such as USD or EUR."

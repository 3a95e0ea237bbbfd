"""What the market refuses, each with a stable code. A refusal is an answer, never a guess."""

from gateway.events.errors import TillwayError


class MarketError(TillwayError):
    """Base of what the room refuses."""


class MarketUnavailable(MarketError):
    code = "market_unavailable"
    message = "There are no prices to quote from."
    hint = "The market process publishes them; try again in a few seconds."
    status = 503


class SnapshotUnreadable(MarketUnavailable):
    code = "market_snapshot_unreadable"
    message = "The market's snapshot is in a format that this process can't read."
    hint = "Run the same version of every process."


class HaltUnknown(MarketError):
    code = "desk_not_halted"
    message = "Nobody halted the desk there."
    hint = "Name the scope that was halted: an asset's code, or nothing for the whole desk."
    status = 404


class ReasonMissing(MarketError):
    code = "reason_missing"
    message = "Say why."
    hint = "Give a reason of at most 500 characters, and who you are."
    status = 400


class SnapshotNotKept(MarketError):
    code = "snapshot_not_kept"
    message = "The snapshot was not kept."
    hint = "Only those that promised quotes were drawn from are, for thirty days."
    status = 404


class ReplayRefused(MarketError):
    code = "replay_refused"
    message = "This quote can't be drawn again here."
    hint = "Replay it with the version that drew it, from its own snapshot."
    status = 409


class QuoteRefused(MarketError):
    """An asset can't be quoted; the code says why. ``quote_assets`` turns it into an answer."""

    code = "quote_refused"
    status = 409
    passes = True


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


class DeskHalted(QuoteRefused):
    code = "desk_halted"
    message = "The desk has stopped taking this asset."
    hint = "Offer the settlement asset, which is taken at par."


class DeskReducesOnly(QuoteRefused):
    code = "desk_reduces_only"
    message = "The desk takes no more of this asset for now."
    hint = "Offer another asset, or try again in a few minutes."


class LockTooLong(QuoteRefused):
    code = "lock_too_long"
    message = "The market is rough: this asset's rate is held for a shorter time now."
    hint = "Ask for a shorter lock, or leave `lock_seconds` out to get the longest there is."


class InventoryFull(QuoteRefused):
    code = "inventory_full"
    message = "The desk holds as much of this asset as it may."
    hint = "Offer another asset until some was sold."

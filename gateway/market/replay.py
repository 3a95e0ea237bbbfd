"""A stored quote drawn again from the snapshot it was drawn from. Pure."""

from gateway.market.errors import ReplayRefused
from gateway.market.quotes import quote_assets
from gateway.market.quoting.answers import MODEL, Quote, QuoteRefusal
from gateway.market.quoting.raising import raised
from gateway.market.snapshots import MarketSnapshot
from gateway.money.amounts import Amount


def replayed(quote: Quote, *, snapshot: MarketSnapshot) -> Quote | QuoteRefusal:
    """What the same demand is answered with from the same snapshot at the same time.

    Equal to ``quote`` to the unit, as long as its model of pricing is ours.

    Raises:
        ReplayRefused: the quote is of another snapshot or of another model.
    """
    if quote.snapshot_version != snapshot.version:
        raise ReplayRefused(
            f"The quote is of snapshot {quote.snapshot_version}, not of {snapshot.version}."
        )
    if quote.model != MODEL:
        raise ReplayRefused(f"The quote was drawn by model {quote.model}, this is {MODEL}.")
    (answer,) = quote_assets(
        snapshot=snapshot,
        demand=Amount(quote.pricing_units, quote.pricing_asset),
        settlement_asset=quote.settlement,
        assets=[quote.asset],
        lock_seconds=round((quote.lock_end - quote.priced_at).total_seconds()),
        fee_bps=quote.parts.fee_bps,
        now=quote.priced_at,
        strategic_share_ppm=quote.parts.strategic_share_ppm,
    )
    if isinstance(answer, Quote) and quote.raised_from:
        return raised(answer, units=quote.units, places=quote.places)
    return answer

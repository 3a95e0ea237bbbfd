"""What a payout would give: in the balance's own asset, or converted, on the chain that suits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.chains.models import Token
from gateway.events.ids import uuid7
from gateway.market.conversions import Conversion, convert, transfer_gas_units
from gateway.market.errors import MarketError, MarketUnavailable
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import MarketSnapshot
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.chain_choice import Way, choose
from gateway.settlement.errors import AssetNotPaidOut, FloatTooSmall
from gateway.settlement.models import PayoutQuote
from gateway.settlement.selectors import free_float
from gateway.shops.policies import SettlementPolicy
from gateway.shops.selectors import ShopView

PROMISE_SECONDS = 120
"""So long a payout's conversion is promised: to be read, and agreed to."""
COST_PLACES = 18


@dataclass(frozen=True, slots=True)
class Offer:
    """What ``taken`` of a balance gives now.

    Attributes:
        conversion: the parts, as a payout keeps them; None: paid as it is.
        chain_choice: why this chain; None: it was named.
        ramp: through which it reaches a bank; "" where it is paid on ``chain_id``.
    """

    taken: Amount
    paid: Amount
    chain_id: int | None
    conversion: dict[str, Any] | None
    chain_choice: dict[str, Any] | None
    valid_until: datetime
    ramp: str = ""


def offer(
    *, shop: ShopView, taken: Amount, into: str, chains: Sequence[int] = (), now: datetime
) -> Offer:
    """What ``taken`` gives in ``into``; with ``chains``, on the one of them that costs the least.

    Raises:
        AssetNotPaidOut: no chain of the shop's mode has the asset, or no ramp pays it.
        QuoteRefused, MarketUnavailable: it would have to be converted, and can't be now.
        FloatTooSmall: converted, and the house holds too little of it to promise it.
        RampNotOffered, RampNotReady, PayoutBeyondRamp, PaymentsChecked: as ``fiat_offer``.
    """
    if Asset(into, 0).is_fiat:
        from gateway.settlement.fiat_offers import fiat_offer

        return fiat_offer(
            shop=shop, taken=taken, into=into, promise_seconds=PROMISE_SECONDS, now=now
        )
    tokens = _tokens(into, mode=shop.mode, chains=chains)
    if not chains and tokens[0].code == taken.asset.code:
        return _as_it_is(taken, tokens[0].chain_id, choice=None, now=now)
    snapshot = _snapshot()
    found = [_way(token, taken=taken, snapshot=snapshot, now=now) for token in tokens]
    if not chains:
        return _converted(found[0], choice=None, taken=taken, now=now)
    choice = choose([way.way for way in found])
    if choice is None:
        refused = [way.refused for way in found if way.refused is not None]
        raise refused[0] if refused else FloatTooSmall()
    chosen = next(way for way in found if way.token.code == choice.asset)
    said = {"reason": choice.reason, "considered": [way.shown() for way in found]}
    return _converted(chosen, choice=said, taken=taken, now=now)


def payout_quote(
    *, shop: ShopView, taken: Amount, into: str, chains: Sequence[int] = (), now: datetime
) -> PayoutQuote:
    """Promise an offer for ``PROMISE_SECONDS``, as a row that a payout may use once.

    Raises: as ``offer``.
    """
    made = offer(shop=shop, taken=taken, into=into, chains=chains, now=now)
    return quote_keep(shop=shop, made=made, now=now)


def quote_keep(*, shop: ShopView, made: Offer, now: datetime) -> PayoutQuote:
    """The row of an offer."""
    return PayoutQuote.objects.create(
        id=uuid7(),
        shop_id=shop.id,
        mode=shop.mode,
        taken_asset=made.taken.asset.code,
        taken_decimals=made.taken.asset.decimals,
        taken_units=made.taken.units,
        asset=made.paid.asset.code,
        decimals=made.paid.asset.decimals,
        units=made.paid.units,
        ramp=made.ramp,
        chain_id=made.chain_id,
        conversion=made.conversion,
        chain_choice=made.chain_choice,
        drawn_at=now,
        expires_at=made.valid_until,
    )


def offer_of(quote: PayoutQuote) -> Offer:
    """The offer that a quote promised. No query."""
    return Offer(
        taken=Amount(quote.taken_units, Asset(quote.taken_asset, quote.taken_decimals)),
        paid=Amount(quote.units, Asset(quote.asset, quote.decimals)),
        chain_id=quote.chain_id,
        conversion=quote.conversion,
        chain_choice=quote.chain_choice,
        valid_until=quote.expires_at,
        ramp=quote.ramp,
    )


def quotes_forget(*, now: datetime, after: timedelta = timedelta(days=1)) -> int:
    """Drop quotes that nobody used and that ended long ago; how many."""
    ended = PayoutQuote.objects.filter(payout_id=None, expires_at__lt=now - after)
    return ended.delete()[0]


def chains_of(policy: SettlementPolicy, asset: str) -> tuple[int, ...]:
    """On which chains a share may be paid: those the policy names and the share's own."""
    own = Asset(asset, 0).chain_id
    if own is None or not policy.chains:
        return ()
    return tuple(dict.fromkeys((own, *policy.chains)))


def asset_owed(code: str, *, mode: str) -> Asset:
    """The asset of a balance: a token of a chain of this mode, or a currency. One query.

    Raises:
        AssetNotPaidOut: there is no such.
    """
    if code in FIAT:
        return FIAT[code]
    return Asset(code, token_paid_out(code, mode=mode).decimals)


def token_paid_out(code: str, *, mode: str) -> Token:
    """One query.

    Raises:
        AssetNotPaidOut: no chain of this mode has it, or it is a currency that no ramp pays.
    """
    found = Token.objects.filter(code=code, chain__mode=mode, chain__enabled=True).first()
    if found is None:
        raise AssetNotPaidOut(f"{code[:80]} can't be paid out to a {mode} shop.")
    return found


# --- parts ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    way: Way
    token: Token
    conversion: Conversion | None
    refused: MarketError | None

    def shown(self) -> dict[str, Any]:
        """As the payout tells it."""
        return {
            "asset": self.token.code,
            "chain_id": self.token.chain_id,
            "cost": None if self.refused else _shown_cost(self.way.cost),
            "has_float": self.way.has_float,
            "refusal": self.way.refusal or None,
        }


def _tokens(into: str, *, mode: str, chains: Sequence[int]) -> list[Token]:
    """The asset itself, or its twins on these chains; the asset's own first."""
    named = token_paid_out(into, mode=mode)
    if not chains:
        return [named]
    twins = Token.objects.filter(
        symbol=named.symbol,
        peg=named.peg,
        chain_id__in=chains,
        chain__mode=mode,
        chain__enabled=True,
        enabled=True,
    ).exclude(code=named.code)
    own = [named] if named.chain_id in chains else []
    found = [*own, *twins.order_by("chain_id")]
    if not found:
        raise AssetNotPaidOut(f"None of these chains has {named.symbol}.", field="chains")
    return found


def _snapshot() -> MarketSnapshot | MarketUnavailable:
    """The market, or why there is none: what needs no conversion goes without."""
    try:
        return current_snapshot()
    except MarketUnavailable as unavailable:
        return unavailable


def _way(
    token: Token, *, taken: Amount, snapshot: MarketSnapshot | MarketUnavailable, now: datetime
) -> _Found:
    into = Asset(token.code, token.decimals)
    is_own = into.code == taken.asset.code
    if is_own:
        has_float = free_float(asset=into) >= taken.units
        cost = _gas_cost(into, snapshot=snapshot, now=now)
        return _Found(Way(into.code, True, cost, has_float), token, None, None)
    try:
        if isinstance(snapshot, MarketUnavailable):
            raise snapshot
        made = convert(
            snapshot=snapshot, taken=taken, into=into, promise_seconds=PROMISE_SECONDS, now=now
        )
    except MarketError as refused:
        return _Found(Way(into.code, False, 0, False, refused.code), token, None, refused)
    has_float = free_float(asset=into) >= made.paid.units
    cost = (made.fair_units - made.paid.units) * 10**COST_PLACES // into.one
    return _Found(Way(into.code, False, cost, has_float), token, made, None)


def _gas_cost(into: Asset, *, snapshot: MarketSnapshot | MarketUnavailable, now: datetime) -> int:
    """What the house pays to send it, 1e-18 of its peg; nothing where no price says so."""
    if isinstance(snapshot, MarketUnavailable):
        return 0
    try:
        units = transfer_gas_units(snapshot=snapshot, asset=into, now=now)
    except MarketError:
        return 0
    return units * int(10**COST_PLACES) // into.one


def _converted(
    found: _Found, *, choice: dict[str, Any] | None, taken: Amount, now: datetime
) -> Offer:
    if found.refused is not None:
        raise found.refused
    if found.conversion is None:
        return _as_it_is(taken, found.token.chain_id, choice=choice, now=now)
    if not found.way.has_float:
        raise FloatTooSmall(f"The house holds too little {found.token.code} just now.")
    made = found.conversion
    return Offer(
        taken=taken,
        paid=made.paid,
        chain_id=found.token.chain_id,
        conversion=conversion_kept(made, now=now),
        chain_choice=choice,
        valid_until=made.valid_until,
    )


def conversion_kept(made: Conversion, *, now: datetime) -> dict[str, Any]:
    """A conversion as quotes and payouts keep it."""
    return {
        "fair": made.fair,
        "fair_units": str(made.fair_units),
        "spread_ppm": made.spread_ppm,
        "promise_ppm": made.promise_ppm,
        "fill_ppm": made.fill_ppm,
        "gas_units": str(made.gas_units),
        "snapshot_version": made.snapshot_version,
        "sources": [
            {"name": source.name, "age_ms": source.age_ms, "simulated": source.simulated}
            for source in made.sources
        ],
        "priced_at": now.isoformat(),
    }


def _as_it_is(
    taken: Amount, chain_id: int, *, choice: dict[str, Any] | None, now: datetime
) -> Offer:
    return Offer(taken, taken, chain_id, None, choice, now + timedelta(seconds=PROMISE_SECONDS))


def _shown_cost(cost: int) -> str:
    return format_amount(Amount(cost, Asset("COST", COST_PLACES)))

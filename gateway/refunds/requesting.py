"""A shop asks for a refund: what goes back, set aside at once, and the link to claim it by."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from gateway.chains.models import Token
from gateway.compliance.selectors import verdict_states
from gateway.events.ids import uuid7
from gateway.events.points import point
from gateway.invoices import locks as invoice_locks
from gateway.invoices.claims import claim_for_update
from gateway.invoices.models import Claim, Invoice
from gateway.ledger import locks as ledger_locks
from gateway.ledger.refunds import post_refund_made
from gateway.market.errors import MarketUnavailable, QuoteRefused
from gateway.market.quotes import appraise
from gateway.market.quoting.selling import settlement_worth
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.refunds import amounts
from gateway.refunds.errors import (
    ClaimTaken,
    ClaimUnknown,
    NothingToRefund,
    RefundAssetUnknown,
    RefundConflict,
    RefundNotNow,
    RefundRateNotAllowed,
    RefundTooSmall,
    ShopBalanceShort,
)
from gateway.refunds.life import UNDONE
from gateway.refunds.limits import Person, may_approve, needs_second
from gateway.refunds.links import LINK_LASTS, token_hash, token_new
from gateway.refunds.models import Refund
from gateway.refunds.paid import paid_of
from gateway.refunds.saying import tell
from gateway.settlement.selectors import withheld_units
from gateway.shops.selectors import ShopView, shop_view

REASON_CHARACTERS = 200
OWED_STATES = frozenset({"clear", "released", "returned"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a shop asks to give back.

    Attributes:
        amount: of the pricing currency, of the token that was paid or of the settlement asset, at
            the rate paid; None for all that is left.
        claim_id: money owed to the payer (a surplus, for one), instead of the shop's own.
        rate: ``paid`` or ``today``; the first of the shop's terms if None.
        assets: what the shopper may choose from; the token paid and the stablecoin if empty.
        reason: why, in the shop's words.
    """

    amount: Amount | None = None
    claim_id: UUID | None = None
    rate: Literal["paid", "today"] | None = None
    assets: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A refund, and the claim link's token, which is told this once; "" if it was told before."""

    refund: Refund
    token: str


@transaction.atomic
def refund_request(
    *, shop_id: UUID, invoice_id: UUID, wanted: Wanted, by: Person, now: datetime, key: str = ""
) -> Asked:
    """Set aside what goes back to a shopper; approved at once within the asker's own limit.

    Requests for one invoice wait for one another, so that their sum is never more than was paid.

    Args:
        key: the caller's name for this refund; the same is the same refund.

    Raises:
        InvoiceNotFound: the shop has none of that id.
        NothingToRefund, RefundTooLarge, RefundTooSmall: by the amount.
        RefundNotNow: money of this invoice is being checked, or there is no price.
        RefundRateNotAllowed, RefundAssetUnknown, ClaimUnknown, ClaimTaken: by what is wanted.
        ShopBalanceShort: the shop has less than that.
        RefundConflict: the key was used for another refund.
    """
    invoice = invoice_locks.invoice_for_update(invoice_id=invoice_id, shop_id=shop_id)
    shop = shop_view(shop_id=shop_id)
    known = Refund.objects.filter(shop_id=shop_id, external_key=key).first() if key else None
    if known is not None:
        if (known.invoice_id, known.requested_by) != (invoice_id, by.who):
            raise RefundConflict
        return Asked(refund=known, token="")
    token = token_new()
    refund = (
        _owed(invoice, wanted, now=now)
        if wanted.claim_id
        else _given(invoice, shop, wanted, now=now)
    )
    refund.reason = wanted.reason.strip()[:REASON_CHARACTERS]
    refund.external_key = key
    refund.requested_by, refund.requested_via, refund.session = by.who, by.via, by.session
    refund.needs_second = needs_second(shop.terms, refund.worth_units)
    refund.link_hash, refund.link_expires_at = token_hash(token), now + LINK_LASTS
    refund.linked_by, refund.requested_at = by.who, now
    if may_approve(
        shop.terms, by, worth_units=refund.worth_units, requested_by=refund.requested_by
    ):
        refund.approved_by, refund.approved_at = by.who, now
    refund.save(force_insert=True)
    point("refund.requested")
    if refund.taken_units:
        _set_aside(refund, now=now)
    tell(refund, "refund.requested", invoice=invoice, now=now)
    return Asked(refund=refund, token=token)


def refund_preview(
    *, shop_id: UUID, invoice_id: UUID, wanted: Wanted, by: Person, now: datetime
) -> tuple[Refund, bool]:
    """What ``refund_request`` would make, and whether the asker's own word would approve it.
    Nothing is kept.

    Raises:
        as ``refund_request``.
    """
    with transaction.atomic():
        try:
            asked = refund_request(
                shop_id=shop_id, invoice_id=invoice_id, wanted=wanted, by=by, now=now
            )
        finally:
            transaction.set_rollback(True)
    return asked.refund, bool(asked.refund.approved_by)


def _given(invoice: Invoice, shop: ShopView, wanted: Wanted, *, now: datetime) -> Refund:
    """A refund of the shop's own money."""
    rate = wanted.rate or shop.terms.refund_rates[0]
    if rate not in shop.terms.refund_rates:
        raise RefundRateNotAllowed
    paid = paid_of(invoice)
    token = paid.token
    if token is None:
        _refuse_unpaid(invoice)
        raise NothingToRefund
    part = _part(paid, token, invoice, wanted.amount)
    settlement = Asset(invoice.settlement_asset, invoice.promises.settlement_decimals)
    worth = amounts.worth(paid, part)
    taken = part if rate == "paid" else _today(worth, invoice, now=now)
    units = amounts.token_units(token, part)
    if taken <= 0 or units <= 0:
        raise RefundTooSmall
    return Refund(
        id=uuid7(),
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
        mode=invoice.mode,
        kind="payment",
        rate=rate,
        part_units=part,
        taken_units=taken,
        settlement_asset=settlement.code,
        settlement_decimals=settlement.decimals,
        token_asset=token.asset,
        token_decimals=_decimals(token.asset),
        token_units=units,
        currency=invoice.currency,
        worth_units=worth,
        offered=_offered(wanted.assets, settlement.code, token.asset),
    )


def _refuse_unpaid(invoice: Invoice) -> None:
    """Raises RefundNotNow if something came that nobody may touch yet."""
    if any(entry["state"] != "orphaned" for entry in invoice.received) and (
        invoice.status not in ("cancelled",)
    ):
        raise RefundNotNow


def _part(
    paid: amounts.Paid, token: amounts.PaidToken, invoice: Invoice, amount: Amount | None
) -> int:
    if amount is None:
        return amounts.all_left(paid)
    if amount.units <= 0:
        raise RefundTooSmall
    if amount.asset.code == invoice.currency:
        return amounts.part_of_pricing(paid, amount.units)
    if amount.asset.code == invoice.settlement_asset:
        return amounts.part_of_settlement(paid, amount.units)
    if amount.asset.code == token.asset:
        return amounts.part_of_token(paid, token, amount.units)
    raise RefundAssetUnknown


def _offered(wanted: tuple[str, ...], settlement: str, token: str) -> list[str]:
    """What the shopper may choose from, the token that was paid first."""
    possible = list(dict.fromkeys((token, settlement)))
    if not set(wanted) <= set(possible):
        raise RefundAssetUnknown
    return [asset for asset in possible if not wanted or asset in wanted]


def _today(worth: int, invoice: Invoice, *, now: datetime) -> int:
    """Settlement units that the worth is at today's rate."""
    try:
        return settlement_worth(
            snapshot=current_snapshot(),
            pricing=Amount(worth, FIAT[invoice.currency]),
            settlement=invoice.settlement_asset,
            now=now,
        )
    except (MarketUnavailable, QuoteRefused) as refused:
        raise RefundNotNow(
            "There is no fresh price to refund at now.", hint="Try again shortly."
        ) from refused


def _owed(invoice: Invoice, wanted: Wanted, *, now: datetime) -> Refund:
    """A refund of money that is the payer's already: all of it, in the token that it came in."""
    assert wanted.claim_id is not None
    claim = claim_for_update(invoice_id=invoice.id, claim_id=wanted.claim_id)
    if claim is None or (wanted.assets and set(wanted.assets) != {claim.asset}):
        raise ClaimUnknown
    if Refund.objects.filter(claim_id=claim.id).exclude(status__in=UNDONE).exists():
        raise ClaimTaken
    if verdict_states([claim.deposit_id]).get(claim.deposit_id) not in OWED_STATES:
        raise RefundNotNow
    decimals = _decimals(claim.asset)
    return Refund(
        id=uuid7(),
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
        mode=invoice.mode,
        kind=claim.reason,
        claim_id=claim.id,
        deposit_id=claim.deposit_id,
        rate="paid",
        settlement_asset=invoice.settlement_asset,
        settlement_decimals=invoice.promises.settlement_decimals,
        token_asset=claim.asset,
        token_decimals=decimals,
        token_units=int(claim.units),
        currency=invoice.currency,
        worth_units=_worth_of(claim, invoice, decimals=decimals, now=now),
        offered=[claim.asset],
    )


def _worth_of(claim: Claim, invoice: Invoice, *, decimals: int, now: datetime) -> int | None:
    """Minor units that money owed is worth today; None if the market won't say."""
    try:
        return appraise(
            snapshot=current_snapshot(),
            token=Amount(int(claim.units), Asset(claim.asset, decimals)),
            pricing=FIAT[invoice.currency],
            settlement_asset=invoice.settlement_asset,
            fee_bps=0,
            now=now,
        ).pricing_units
    except (MarketUnavailable, QuoteRefused):
        return None


def _set_aside(refund: Refund, *, now: datetime) -> None:
    """Take it from the shop's balance, of which what is withheld must stay."""
    asset = Asset(refund.settlement_asset, refund.settlement_decimals)
    held = ledger_locks.shop_balance_for_update(shop_id=refund.shop_id, asset=asset.code)
    withheld = withheld_units(shop_id=refund.shop_id).get(asset.code, 0)
    if held.available - withheld < refund.taken_units:
        raise ShopBalanceShort
    post_refund_made(
        refund_id=refund.id,
        shop_id=refund.shop_id,
        taken=Amount(int(refund.taken_units), asset),
        now=now,
    )


def _decimals(code: str) -> int:
    return Token.objects.values_list("decimals", flat=True).get(code=code)

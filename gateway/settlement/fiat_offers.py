"""What a payout to a bank would give: as it is, or converted into the currency."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Sum

from gateway.ledger import selectors as ledger
from gateway.ledger.accounts import bank
from gateway.market.currency_conversions import convert_to_currency
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.ramps.configuration import ramp_for, settings_of
from gateway.ramps.selectors import account_ready, currency_of
from gateway.ramps.terms import FeeTerms
from gateway.settlement.errors import PaymentsChecked, PayoutBeyondRamp
from gateway.settlement.fiat_life import PROMISED
from gateway.settlement.fiat_models import FiatWay
from gateway.settlement.models import Withheld
from gateway.shops.selectors import ShopView

if TYPE_CHECKING:
    from gateway.settlement.quoting import Offer
from gateway.tenancy.scope import house_scope


def fiat_offer(
    *, shop: ShopView, taken: Amount, into: str, promise_seconds: int, now: datetime
) -> "Offer":
    """What ``taken`` gives in a currency, to the shop's bank account.

    What the house holds at the ramp does not count: it buys what is lacking, and the payout waits.

    Raises:
        RampNotOffered: no ramp pays the shop's mode in that currency.
        RampNotReady: the shop has no account there, or none that may be paid.
        QuoteRefused, MarketUnavailable: it would have to be converted, and can't be now.
        PayoutBeyondRamp: the ramp pays more, or less, at a time.
        PaymentsChecked: money that came back waits for payments that are being checked.
    """
    from gateway.settlement.quoting import Offer, conversion_kept

    entry = ramp_for(mode=shop.mode, currency=into)
    currency = currency_of(into)
    account_ready(shop_id=shop.id, ramp=entry.name, currency=into)
    if taken.asset.code == into:
        if must_wait_for_checks(shop):
            raise PaymentsChecked
        paid, conversion, until = taken, None, now + timedelta(seconds=promise_seconds)
    else:
        made = convert_to_currency(
            snapshot=current_snapshot(),
            taken=taken,
            into=currency,
            buying_ppm=entry.currencies[into].spread_ppm,
            promise_seconds=promise_seconds,
            now=now,
        )
        paid, conversion, until = made.paid, conversion_kept(made, now=now), made.valid_until
    _check_limits(paid, ramp=entry.name)
    return Offer(
        taken=taken,
        paid=paid,
        chain_id=None,
        conversion=conversion,
        chain_choice=None,
        valid_until=until,
        ramp=entry.name,
    )


def parts_of(paid: Amount, fee: FeeTerms) -> tuple[Amount, Amount, Amount]:
    """What goes to the shop's account at the ramp, what from there to its bank, and the fee that
    the ramp takes between them."""
    taken = fee.of(paid)
    if fee.bearer == "house":
        return paid + taken, paid, taken
    return paid, paid - taken, taken


def free_at_ramp(*, ramp: str, asset: Asset) -> int:
    """Minor units there by the books, less what payouts under way will take. Two queries.

    A promise holds only under ``locks.float_of``.
    """
    with house_scope():  # every shop's payouts take of it
        held = ledger.balance(account=bank(ramp), asset=asset).units
        promised = FiatWay.objects.filter(
            ramp=ramp, state__in=PROMISED, payout__asset=asset.code
        ).aggregate(units=Sum("transfer_units"))
    return held - int(promised["units"] or 0)


def must_wait_for_checks(shop: ShopView) -> bool:
    """Whether a payment is being checked of which a part had left: what comes back of it must not
    leave anew. One query."""
    short = Withheld.objects.filter(
        shop_id=shop.id, lifted_at=None, withheld_units__lt=F("credited_units")
    )
    return short.exists()


def _check_limits(paid: Amount, *, ramp: str) -> None:
    offered = settings_of(ramp).offers()[paid.asset.code]
    _, to_bank, _ = parts_of(paid, offered.fee)
    if to_bank < offered.least:
        raise PayoutBeyondRamp(f"At least {offered.least} can be paid to a bank.")
    if paid > offered.most:
        raise PayoutBeyondRamp(f"At most {offered.most} can be paid to a bank at once.")

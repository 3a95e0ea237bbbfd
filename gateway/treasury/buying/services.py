"""Book what the house bought."""

from datetime import datetime

from django.db import transaction

from gateway.chains.models import Token
from gateway.events.services import emit
from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.fiat import post_fiat_bought
from gateway.ledger.selectors import balance
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.treasury.buying.errors import PurchaseConflict, PurchaseNotPossible
from gateway.treasury.buying.models import CurrencyPurchase


@transaction.atomic
def currency_bought(
    *,
    reference: str,
    asset: str,
    sold_units: int,
    ramp: str,
    currency: str,
    bought_units: int,
    evidence: str,
    by: str,
    now: datetime,
    exchange: str = "",
    fee_units: int = 0,
) -> CurrencyPurchase:
    """A token was sold for currency, which has arrived at a ramp. Once for its reference.

    Payouts that wait for the currency go on.

    Args:
        asset: code of what was sold.
        ramp: where the currency lies now, by the name that the books have for it.
        evidence: what proves it: trade ids, a statement's line, a transaction.
        exchange: where the token lay; without one, in the treasury of its chain.
        fee_units: minor units of the currency that the seller names apart from the price.

    Raises:
        PurchaseNotPossible: no such token or currency, no evidence, or the house has not so much.
        PurchaseConflict: the reference names another purchase.
    """
    if currency not in FIAT:
        raise PurchaseNotPossible(f"{currency[:16]!r} is no currency we know.", field="currency")
    if not (reference.strip() and evidence.strip() and by.strip()):
        raise PurchaseNotPossible("Say what proves it, and who you are.")
    if min(sold_units, bought_units) <= 0 or fee_units < 0:
        raise PurchaseNotPossible("What is sold and bought is more than nothing.")
    token = Token.objects.select_related("chain").filter(code=asset).first()
    if token is None:
        raise PurchaseNotPossible(f"{asset[:80]!r} is no token we know.", field="asset")
    source = accounts.exchange(exchange) if exchange else accounts.custody_hot(token.chain_id)
    told = {
        "mode": token.chain.mode,
        "source": source,
        "sold_asset": asset,
        "sold_units": sold_units,
        "ramp": ramp,
        "currency": currency,
        "bought_units": bought_units,
        "fee_units": fee_units,
    }
    row, created = CurrencyPurchase.objects.get_or_create(
        reference=reference,
        defaults={**told, "evidence": evidence, "booked_by": by, "booked_at": now},
    )
    if not created:
        if any(getattr(row, name) != value for name, value in told.items()):
            raise PurchaseConflict
        return row
    _post(row, sold=Amount(sold_units, Asset(asset, token.decimals)), source=source, now=now)
    emit(
        type="float.filled",
        subject=f"float:{currency}",
        body={"asset": currency, "chain_id": None, "ramp": ramp, "reference": reference},
        mode=row.mode,
        now=now,
    )
    return row


def _post(row: CurrencyPurchase, *, sold: Amount, source: AccountName, now: datetime) -> None:
    held = balance(account=source, asset=sold.asset)
    if held < sold:
        raise PurchaseNotPossible(f"By the books {source} holds {held}, not {sold}.")
    currency = FIAT[row.currency]
    post_fiat_bought(
        reference=row.reference,
        source=source,
        sold=sold,
        ramp=row.ramp,
        bought=Amount(int(row.bought_units), currency),
        fee=Amount(int(row.fee_units), currency),
        now=now,
    )

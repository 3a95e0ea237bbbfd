"""What the Travel Rule wants of who is refunded."""

from datetime import datetime

from gateway.compliance.travelling.configuration import travel_settings
from gateway.compliance.travelling.errors import RateUnknown
from gateway.compliance.travelling.gate import currencies_wanted
from gateway.compliance.travelling.needing import Transfer, needs, wants_proofs
from gateway.market.worth import worth_of
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.refunds.models import Refund


def is_wallet_shown(refund: Refund, *, now: datetime) -> bool:
    """Whether who claims it signs for it, so that it need not wait afterwards. No query.

    By what was paid, which is what goes back at most; where nobody can say what that is worth, it
    is asked.
    """
    currencies = currencies_wanted(refund.mode, now=now)
    codes = travel_settings().establishments
    if not currencies or not wants_proofs(codes, on=now.date()):
        return False
    token = Amount(int(refund.token_units), Asset(refund.token_asset, refund.token_decimals))
    worth = worth_of(token, into=currencies, now=now)
    if worth is None:
        return True
    try:
        wanted = needs(
            Transfer(
                direction="out",
                amount=worth.dollars,
                counterparty="self_hosted",
                jurisdictions=codes,
            ),
            on=now.date(),
            per_unit=worth.per_dollar,
        )
    except RateUnknown:
        return True
    return wanted.proof

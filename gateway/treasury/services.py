"""The house's own money: what it puts into the float that payouts leave from."""

from datetime import datetime

from django.db import transaction

from gateway.chains.models import Token
from gateway.events.services import emit
from gateway.ledger.accounts import custody_hot
from gateway.ledger.house import post_funding
from gateway.ledger.journal import PostedEntry
from gateway.money.amounts import Amount
from gateway.money.assets import Asset


@transaction.atomic
def float_fund(*, asset: str, units: int, reference: str, now: datetime) -> PostedEntry:
    """Book base units that the house sent to a chain's treasury address, and say so.

    Args:
        reference: names the transfer; the same reference is booked once.

    Raises:
        Token.DoesNotExist: there is no such asset on a chain.
        EntryConflict: the reference was used for another amount.
    """
    token = Token.objects.select_related("chain").get(code=asset)
    entry = post_funding(
        reference=reference,
        custody=custody_hot(token.chain_id),
        amount=Amount(units, Asset(token.code, token.decimals)),
        now=now,
    )
    if entry.created:
        emit(
            type="float.filled",
            subject=f"float:{asset}",
            body={"asset": asset, "chain_id": token.chain_id, "reference": reference},
            mode=token.chain.mode,
            now=now,
        )
    return entry

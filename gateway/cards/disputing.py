"""A card's owner takes a payment back through their bank: it comes out of the shop's balance.

Its money, not its state, is booked: what the ramp took, once, and what it gave back, once. So it
does not matter in which order its events are heard of, or whether.
"""

from collections.abc import Iterable
from datetime import datetime

from gateway.cards.models import CardDispute, CardTender
from gateway.cards.telling import tell_dispute
from gateway.ledger.cards import (
    post_card_dispute_won,
    post_card_disputed,
    post_card_settled,
    post_card_taken_off,
)
from gateway.money.amounts import Amount, zero
from gateway.money.assets import FIAT, Asset
from gateway.ramps.card_terms import DisputeTold
from gateway.ramps.configuration import settings_of


def disputes_told(row: CardTender, told: Iterable[DisputeTold], *, now: datetime) -> int:
    """Bring the books up to what the ramp says of a payment's disputes; what is taken from the
    shop for them now, minor units. In the caller's transaction, which locked the payment."""
    left = 0
    for one in told:
        dispute, _ = CardDispute.objects.get_or_create(
            ramp=row.ramp,
            remote_id=one.remote_id,
            defaults={
                "tender": row,
                "bearer": settings_of(row.ramp).dispute_fee_bearer,
                "opened_at": now,
            },
        )
        _bring_up(row, dispute, one, now=now)
        left += dispute.units - dispute.returned_units
    return left


def _bring_up(row: CardTender, dispute: CardDispute, told: DisputeTold, *, now: datetime) -> None:
    currency = FIAT[row.currency]
    if told.taken_units and not dispute.units:
        dispute.units, dispute.fee_units = told.taken_units, told.fee_units
        dispute.save(update_fields=["units", "fee_units"])
        _take(row, dispute, currency, now=now)
        tell_dispute(row, dispute, "card.disputed", now=now)
    if told.returned_units and dispute.units and not dispute.returned_units:
        dispute.returned_units = min(told.returned_units, dispute.units)
        dispute.save(update_fields=["returned_units"])
        _give_back(row, dispute, currency, now=now)
    if told.coming_units != dispute.coming_units:
        dispute.coming_units = told.coming_units
        dispute.save(update_fields=["coming_units"])
    if told.outcome and not dispute.outcome:
        dispute.outcome = told.outcome
        dispute.save(update_fields=["outcome"])
        tell_dispute(row, dispute, f"card.dispute_{told.outcome}", now=now)


def _take(row: CardTender, dispute: CardDispute, currency: Asset, *, now: datetime) -> None:
    amount, fee = Amount(dispute.units, currency), Amount(dispute.fee_units, currency)
    post_card_disputed(
        reference=dispute.remote_id,
        tender_id=row.id,
        shop_id=row.shop_id,
        ramp=row.ramp,
        amount=amount,
        fee=fee,
        bearer="shop" if dispute.bearer == "shop" else "house",
        now=now,
    )
    post_card_taken_off(reference=dispute.remote_id, ramp=row.ramp, amount=amount + fee, now=now)


def _give_back(row: CardTender, dispute: CardDispute, currency: Asset, *, now: datetime) -> None:
    amount = Amount(dispute.returned_units, currency)
    post_card_dispute_won(
        reference=dispute.remote_id,
        tender_id=row.id,
        shop_id=row.shop_id,
        ramp=row.ramp,
        amount=amount,
        now=now,
    )
    post_card_settled(
        reference=f"{dispute.remote_id}:won",
        ramp=row.ramp,
        amount=amount,
        fee=zero(currency),
        now=now,
    )

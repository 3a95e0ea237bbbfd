"""Losses that the house bears for a shop: its insurance pool first, then the house itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from gateway.chains.models import Token
from gateway.ledger.accounts import insurance
from gateway.ledger.house import (
    post_insurance_funded,
    post_shortfall_covered,
    post_shortfall_recovered,
)
from gateway.ledger.journal import PostedEntry
from gateway.ledger.selectors import balance
from gateway.money.amounts import Amount
from gateway.money.assets import Asset


@dataclass(frozen=True, slots=True)
class Borne:
    """Who bears a loss, in base units of its asset."""

    by_insurance: int
    lost: int


def split_loss(*, short: int, pool: int) -> Borne:
    """The pool pays as far as it goes; what remains is the house's loss. Pure.

    Args:
        short: base units to be borne.
        pool: base units that the pool holds; less than nothing counts as nothing.
    """
    by_insurance = min(short, max(0, pool))
    return Borne(by_insurance=by_insurance, lost=short - by_insurance)


@transaction.atomic
def insurance_fund(*, asset: str, units: int, reference: str, now: datetime) -> PostedEntry:
    """Set base units of the house's capital aside for losses.

    Args:
        reference: names the decision; the same reference is booked once.

    Raises:
        Token.DoesNotExist: there is no such asset on a chain.
        LedgerError: nothing is moved.
        EntryConflict: the reference was used for another amount.
    """
    token = Token.objects.get(code=asset)
    return post_insurance_funded(
        reference=reference, amount=Amount(units, Asset(token.code, token.decimals)), now=now
    )


@transaction.atomic
def loss_bear(*, reference: str, shop_id: UUID, short: Amount, now: datetime) -> Borne:
    """Make a shop whole that a reorg left short: once for a reference.

    Raises:
        LedgerError: nothing is short.
    """
    _hold_pool(short.asset)
    pool = -balance(account=insurance(), asset=short.asset).units
    borne = split_loss(short=short.units, pool=pool)
    post_shortfall_covered(
        reference=reference,
        shop_id=shop_id,
        by_insurance=Amount(borne.by_insurance, short.asset),
        lost=Amount(borne.lost, short.asset),
        now=now,
    )
    return borne


def loss_recover(*, reference: str, now: datetime) -> PostedEntry:
    """Take back what was borne: the payment arrived after all. In the caller's transaction.

    Raises:
        EntryUnknown: nothing was borne under the reference.
    """
    return post_shortfall_recovered(reference=reference, now=now)


def _hold_pool(asset: Asset) -> None:
    """Have everyone else who would draw on the pool wait for this transaction. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('treasury.insurance'), hashtext(%s))",
            [asset.code],
        )

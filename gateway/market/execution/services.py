"""Ask for deposits to be collected, and for what the desk took in to be sold."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gateway.events.ids import uuid7
from gateway.market.execution.models import FillRequest
from gateway.market.execution.promises import Promised
from gateway.money.amounts import Amount


def fill_request(
    *,
    deposit_id: UUID,
    invoice_id: UUID,
    shop_id: UUID,
    chain_id: int,
    token: Amount,
    settlement_asset: str,
    now: datetime,
    promised: Promised | None = None,
) -> None:
    """Have the desk collect a credited deposit and sell ``token`` of it. One statement.

    In the transaction that credits it, and only then: what is held must stay where it is. Asking
    twice for a deposit is asking once; after a reorg took it back, it is asking anew.

    Args:
        token: what the desk bought; less than the deposit when a part is the payer's.
        settlement_asset: asset code it is sold for; the same as the token's: it is only swept.
        promised: the rate it was bought at, for the desk's measures.
    """
    _request(
        deposit_id=deposit_id,
        invoice_id=invoice_id,
        shop_id=shop_id,
        chain_id=chain_id,
        token=token,
        settlement_asset=settlement_asset,
        is_bought=True,
        now=now,
        promised=promised,
    )


def collect_request(
    *,
    deposit_id: UUID,
    invoice_id: UUID,
    shop_id: UUID,
    chain_id: int,
    token: Amount,
    settlement_asset: str,
    now: datetime,
) -> None:
    """Have a deposit collected that is its payer's, to be kept for them. One statement.

    In the transaction that makes it a claim: from then on it is known whose it is, and it may be
    moved. As often as asked it is asked once, like ``fill_request``.

    Args:
        token: the whole deposit.
        settlement_asset: the invoice's: what the desk sells at the same address goes along.
    """
    _request(
        deposit_id=deposit_id,
        invoice_id=invoice_id,
        shop_id=shop_id,
        chain_id=chain_id,
        token=token,
        settlement_asset=settlement_asset,
        is_bought=False,
        now=now,
    )


def _request(
    *,
    deposit_id: UUID,
    invoice_id: UUID,
    shop_id: UUID,
    chain_id: int,
    token: Amount,
    settlement_asset: str,
    is_bought: bool,
    now: datetime,
    promised: Promised | None = None,
) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("request a sweep with what decides it")
    FillRequest.objects.bulk_create(
        [
            FillRequest(
                id=uuid7(),
                deposit_id=deposit_id,
                invoice_id=invoice_id,
                shop_id=shop_id,
                chain_id=chain_id,
                asset=token.asset.code,
                units=token.units,
                is_bought=is_bought,
                settlement_asset=settlement_asset,
                not_before=now,
                created_at=now,
                **_columns(promised),
            )
        ],
        ignore_conflicts=True,
    )


def _columns(promised: Promised | None) -> dict[str, Any]:
    if promised is None:
        return {}
    return {
        "promised_at": promised.at,
        "due_units": promised.due_units,
        "gas_units": promised.gas_units,
        "spread_ppm": promised.spread_ppm,
        "lock_premium_ppm": promised.lock_premium_ppm,
        "fill_ppm": promised.fill_ppm,
    }

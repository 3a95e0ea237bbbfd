"""Leave for a chain's contract to move what payouts are made in: asked for once, by transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from eth_abi.abi import encode

from gateway.chains.addresses import parse_address
from gateway.chains.configuration import configured_chains
from gateway.chains.models import Token
from gateway.chains.sending import transaction_queue
from gateway.events.ids import uuid7
from gateway.ledger.house import post_gas
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.settlement.batch_models import BatchWay
from gateway.settlement.models import Payout
from gateway.shops.models import Shop

log = structlog.get_logger(__name__)

APPROVE_SELECTOR = bytes.fromhex("095ea7b3")
"""approve(address,uint256)"""
UNLIMITED = 2**256 - 1
REFERENCE_PREFIX = "leave:"
USED_WITHIN = timedelta(days=30)
ASK_AGAIN = timedelta(days=1)
"""After the signer, or the token, refused it."""


def way_ready(asset: str) -> BatchWay | None:
    """By what an asset's payouts may be paid together; None: each goes alone. One query."""
    return BatchWay.objects.filter(asset=asset, status="ready").first()


def ready_assets() -> list[str]:
    """Codes of those that are paid in batches. One query."""
    return list(BatchWay.objects.filter(status="ready").values_list("asset", flat=True))


def ways_tend(*, now: datetime) -> int:
    """Bring the leaves in line with the chains' settings; how many were asked for.

    Of a chain that names a ``batch_payer``, each asset that shops are paid in. Naming it there and
    in the signer's policy is what allows it. A chain that names none any more has no way.
    """
    payers = {
        chain.chain_id: parse_address(chain.batch_payer)
        for chain in configured_chains()
        if chain.batch_payer
    }
    BatchWay.objects.exclude(chain_id__in=payers).delete()
    if not payers:
        return 0
    paid_in = set(Shop.objects.values_list("settlement_asset", flat=True).distinct())
    recent = Payout.objects.filter(chain_id__in=payers, requested_at__gte=now - USED_WITHIN)
    paid_in |= set(recent.values_list("asset", flat=True).distinct())
    tokens = Token.objects.select_related("chain").filter(
        chain_id__in=payers, code__in=paid_in, kind="erc20", enabled=True, chain__enabled=True
    )
    return sum(
        _way_tend(token, payer=payers[token.chain_id], now=now) for token in tokens.order_by("code")
    )


@transaction.atomic
def _way_tend(token: Token, *, payer: bytes, now: datetime) -> bool:
    way = BatchWay.objects.select_for_update().filter(asset=token.code).first()
    is_old = way is not None and way.status == "refused" and way.asked_at <= now - ASK_AGAIN
    if way is not None and bytes(way.payer) == payer and not is_old:
        return False
    reference = f"{REFERENCE_PREFIX}{uuid7()}"
    queued = transaction_queue(
        chain_id=token.chain_id,
        account=bytes(token.chain.treasury),
        to=bytes(token.address or b""),
        data=APPROVE_SELECTOR + encode(["address", "uint256"], [payer, UNLIMITED]),
        value=0,
        purpose="approve",
        reference=reference,
        idempotency_key=reference,
        now=now,
    )
    BatchWay.objects.update_or_create(
        asset=token.code,
        defaults={
            "chain_id": token.chain_id,
            "payer": payer,
            "status": "asked",
            "transaction_id": queued.id,
            "asked_at": now,
        },
    )
    return True


@transaction.atomic
def way_told(*, type: str, body: Mapping[str, Any], now: datetime) -> None:
    """What became of a transaction that gives leave: its gas is booked, and the way is open or not.

    Safe to call again.
    """
    transaction_id = UUID(body["transaction_id"])
    if type not in ("transaction.final", "transaction.failed", "transaction.cancelled"):
        return
    if int(body["fee_units"]):
        native = Token.objects.get(chain_id=body["chain_id"], kind="native")
        post_gas(
            reference=str(transaction_id),
            chain_id=int(body["chain_id"]),
            gas=Amount(int(body["fee_units"]), Asset(native.code, native.decimals)),
            now=now,
        )
    status = "ready" if type == "transaction.final" else "refused"
    found = BatchWay.objects.filter(transaction_id=transaction_id, status="asked")
    if found.update(status=status):
        log.info("batch_way", status=status, transaction=str(transaction_id))

"""Who buys, as a shop's plugin says it: apart from the invoice, sealed, and forgotten.

The protocol puts a buyer's name, mail and postal address among an invoice's metadata, and reads
them back there. Nothing of ours needs them. So they stand in no invoice and no event, but in one
sealed box beside the invoice, which is emptied ``BUYERS_KEPT`` after its monitoring ends.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings

from gateway.sealing import seal, sealing_key, unseal

BUYER: Final = "buyer"
"""How each of the protocol's names for them begins: ``buyerEmail``, ``buyerAddress1``, …"""
BUYERS_KEPT: Final = timedelta(days=30)


def split(metadata: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is the order's, and what is its buyer's. Pure."""
    buyer = {name: value for name, value in metadata.items() if name.startswith(BUYER)}
    return {name: value for name, value in metadata.items() if name not in buyer}, buyer


def seal_buyer(buyer: Mapping[str, Any], *, invoice_id: UUID) -> bytes | None:
    """Their box; None where nobody was named."""
    if not buyer:
        return None
    return seal(orjson.dumps(dict(buyer)), key=_key(settings.FIELD_KEY), bound_to=invoice_id.bytes)


def unseal_buyer(box: bytes | None, *, invoice_id: UUID) -> dict[str, Any]:
    """What is known of them; nothing once it is forgotten."""
    if box is None:
        return {}
    plain = unseal(box, key=_key(settings.FIELD_KEY), bound_to=invoice_id.bytes)
    return dict(orjson.loads(plain))


def forget_at(monitoring_end: datetime) -> datetime:
    """When a sale's buyer is forgotten. Pure."""
    return monitoring_end + BUYERS_KEPT


@lru_cache(maxsize=4)
def _key(field_key_hex: str) -> bytes:
    return sealing_key(field_key_hex, purpose="tillway plugin buyer")

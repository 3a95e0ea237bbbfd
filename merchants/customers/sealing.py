"""What is known of a customer, sealed; and how they are found without being read."""

import hashlib
import hmac
import json
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.conf import settings

from gateway.compliance.sealed.keys import keys_of
from gateway.compliance.sealed.sealing import opened_with_key, sealed_bytes
from gateway.sealing import bound, sealing_key
from merchants.customers.models import Customer
from merchants.customers.said import Said

_NAME: Final = "customer"


@lru_cache(maxsize=4)
def _index_key(field_key_hex: str) -> bytes:
    return sealing_key(field_key_hex, purpose="tillway customer index")


def index_of(*, shop_id: UUID, name: str, value: str) -> bytes:
    """By what a value is found: bound to its shop, so that two shops' can't be laid side by
    side."""
    told = bound(shop_id.bytes, name, value)
    return hmac.new(_index_key(settings.FIELD_KEY), told, hashlib.sha256).digest()


def email_index(*, shop_id: UUID, email: str) -> bytes | None:
    """None for no email."""
    return index_of(shop_id=shop_id, name="email", value=email.casefold()) if email else None


def about(customer_id: UUID) -> str:
    """With whom the sealing key goes."""
    return f"customer:{customer_id}"


def text_of(said: Said) -> bytes:
    return json.dumps([said.email, said.name, said.reference]).encode()


def box_of(said: Said, *, customer_id: UUID, now: datetime) -> bytes:
    """Two queries, in the caller's transaction."""
    return sealed_bytes(text_of(said), about=about(customer_id), name=_NAME, now=now)


def opened(customers: list[Customer]) -> dict[UUID, Said]:
    """What is known of each that was not forgotten. One query, none for nobody.

    Raises:
        SealedWrong: a box was altered, or is another's.
    """
    keys = keys_of([about(one.id) for one in customers if one.box is not None])
    found = {}
    for one in customers:
        key = keys.get(about(one.id))
        if one.box is None or key is None:
            continue
        plain = opened_with_key(bytes(one.box), key=key, about=about(one.id), name=_NAME)
        found[one.id] = Said(*json.loads(plain))
    return found

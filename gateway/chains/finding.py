"""A shop's deposits by what a person knows of them. Each question is one query."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from gateway.chains.models import Deposit, DepositAddress, Token

_OF: Final = ("invoice_id", "tx_hash", "sender")


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came for an invoice, in which transaction, and whom it was taken from."""

    invoice_id: UUID
    tx_hash: bytes
    sender: bytes


def deposits_in_transaction(*, shop_id: UUID, tx_hash: bytes, most: int) -> list[Arrived]:
    """What a transaction brought the shop, newest first."""
    return _arrived(Deposit.objects.filter(shop_id=shop_id, tx_hash=tx_hash), most)


def deposits_from(*, shop_id: UUID, sender: bytes, most: int) -> list[Arrived]:
    """What an address sent the shop, newest first."""
    return _arrived(Deposit.objects.filter(shop_id=shop_id, sender=sender), most)


def invoice_of_address(*, shop_id: UUID, address: bytes) -> UUID | None:
    """The shop's invoice that was shown with this address."""
    shown = DepositAddress.objects.filter(address=address, shop_id=shop_id)
    return shown.values_list("invoice_id", flat=True).first()


def tokens_called(*, mode: str, code: str = "") -> list[tuple[str, int]]:
    """Codes and decimals of a mode's tokens, offered or not; with ``code`` those of that symbol, or
    the one on that chain (``USDC``, ``USDC@8453``)."""
    tokens = Token.objects.filter(chain__mode=mode)
    if code:
        tokens = tokens.filter(**({"code": code} if "@" in code else {"symbol": code}))
    return list(tokens.order_by("code").values_list("code", "decimals"))


def _arrived(deposits: "QuerySet[Deposit]", most: int) -> list[Arrived]:
    rows = deposits.exclude(invoice_id=None).order_by("-id").values_list(*_OF)[:most]
    return [
        Arrived(invoice_id, bytes(tx_hash), bytes(sender)) for invoice_id, tx_hash, sender in rows
    ]

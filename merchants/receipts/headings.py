"""What a shop wants on its papers: who it is, its tax number, a last word."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from gateway.shops.selectors import ShopView
from merchants.receipts.errors import HeadingInvalid
from merchants.receipts.models import Heading
from merchants.receipts.papers import Head

MAX_CHARACTERS: Final = {"legal_name": 120, "address": 240, "tax_number": 40, "footer": 400}


def heading_put(*, shop_id: UUID, given: dict[str, str], by: UUID, now: datetime) -> Heading:
    """Say what stands on the papers from now on; those that have their number stay as they are.

    Args:
        given: of legal_name, address, tax_number, footer and language, as typed.

    Raises:
        HeadingInvalid: one is too long, or the language is none of ours.
    """
    fields = {name: given.get(name, "").strip() for name in MAX_CHARACTERS}
    for name, most in MAX_CHARACTERS.items():
        if len(fields[name]) > most or "\0" in fields[name]:
            raise HeadingInvalid(field=name)
    language = given.get("language", "")
    if language and language not in dict(settings.LANGUAGES):
        raise HeadingInvalid(field="language")
    return Heading.objects.update_or_create(
        shop_id=shop_id,
        defaults={**fields, "language": language, "changed_by": by, "changed_at": now},
    )[0]


def heading_of(*, shop_id: UUID) -> Heading | None:
    """None while the shop has said nothing. One query."""
    return Heading.objects.filter(shop_id=shop_id).first()


def head_of(shop: ShopView) -> Head:
    """What stands on a paper of today. One query."""
    heading = heading_of(shop_id=shop.id)
    if heading is None:
        return Head(name=shop.name)
    return Head(
        name=shop.name,
        legal_name=heading.legal_name,
        address=tuple(line.strip() for line in heading.address.splitlines() if line.strip()),
        tax_number=heading.tax_number,
        footer=heading.footer,
    )

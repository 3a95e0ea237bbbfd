"""The gateway's fee of a shop: a schedule of versions, the last of which is in force.

What is in force stands in the shop's terms too, whence invoices take it without asking; the two
change together, here and nowhere else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction

from gateway.events.services import emit
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from gateway.shops.errors import ShopUnknown, TermsRefused
from gateway.shops.models import FeeVersion, Shop
from gateway.shops.terms import terms_from

BPS: Final = 10_000
EXAMPLE: Final = 100
"""Whole units of a currency."""
FEE_FIELDS: Final = ("fee_bps", "fee_version")
"""The terms that only this module changes."""


@dataclass(frozen=True, slots=True)
class FeeView:
    """A version of a shop's fee schedule.

    Attributes:
        set_by: ``user:<id>`` of the house, ``opened`` or ``carried over``.
    """

    number: int
    fee_bps: int
    in_force_from: datetime
    set_by: str
    reason: str

    @property
    def by_person(self) -> UUID | None:
        """Who of the house proposed it."""
        found = self.set_by.removeprefix("user:")
        return UUID(found) if found != self.set_by else None


def fee_of(units: int, *, fee_bps: int) -> int:
    """The fee on a credit of so many units, rounded down as invoices do. Pure."""
    return units * fee_bps // BPS


def fee_example(*, fee_bps: int, currency: str) -> dict[str, str]:
    """What a shop gets of a hundred of a currency, and the fee, as plain decimals. Pure."""
    asset = FIAT[currency]
    units = EXAMPLE * 10**asset.decimals
    fee = fee_of(units, fee_bps=fee_bps)
    parts = {"amount": units, "fee": fee, "gets": units - fee}
    return {name: format_amount(Amount(part, asset)) for name, part in parts.items()}


def fee_begin(shop: Shop, *, fee_bps: int, now: datetime) -> None:
    """The first version of a shop's schedule."""
    FeeVersion.objects.create(
        shop=shop,
        number=1,
        fee_bps=fee_bps,
        in_force_from=now,
        set_by="opened",
        reason="As agreed when the shop was opened.",
    )


@transaction.atomic
def shop_set_fee(
    *, shop_id: UUID, fee_bps: int, act_id: UUID, set_by: str, reason: str, now: datetime
) -> FeeVersion:
    """A new version, in force at once; invoices issued before keep theirs. Carried out of an act
    of two people.

    Raises:
        ShopUnknown
        TermsRefused: out of its range, or no other fee than today's.
    """
    shop = Shop.objects.select_for_update().filter(id=shop_id).first()
    if shop is None:
        raise ShopUnknown
    before = terms_from(shop.terms)
    if fee_bps == before.fee_bps:
        raise TermsRefused("That is the fee already.", field="fee_bps")
    number = before.fee_version + 1
    terms = terms_from({**shop.terms, "fee_bps": fee_bps, "fee_version": number})
    version = FeeVersion.objects.create(
        shop=shop,
        number=number,
        fee_bps=fee_bps,
        in_force_from=now,
        set_by=set_by,
        act_id=act_id,
        reason=reason,
    )
    shop.terms = msgspec.to_builtins(terms)
    shop.save(update_fields=["terms"])
    emit(
        type="shop.changed",
        subject=f"shop:{shop.id}",
        body={
            **{"shop_id": str(shop.id), "changed": "fee_schedule", "changed_by": set_by},
            **{"fee_version": number, "fee_bps": fee_bps},
        },
        mode=shop.mode,
        shop_id=shop.id,
        now=now,
    )
    return version


def fee_versions_of(*, shop_id: UUID) -> list[FeeView]:
    """A shop's schedule, newest first. One query."""
    rows = FeeVersion.objects.filter(shop_id=shop_id).order_by("-number")
    return [
        FeeView(row.number, row.fee_bps, row.in_force_from, row.set_by, row.reason) for row in rows
    ]

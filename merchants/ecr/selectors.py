"""Which till a cash register acts at, and what became of its transactions."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from gateway.shops.selectors import ShopView
from merchants.ecr.errors import RegisterUnknown, TransactionUnknown
from merchants.ecr.models import EcrSale, Register
from merchants.shifts.figures import Figures
from merchants.shifts.selectors import till_figures


def register_of(*, shop_id: UUID, key_id: UUID) -> Register:
    """The cash register of a key, with its till. One query.

    Raises:
        RegisterUnknown
    """
    found = Register.objects.select_related("till").filter(shop_id=shop_id, key_id=key_id).first()
    if found is None:
        raise RegisterUnknown
    return found


def registers_at(*, shop_id: UUID, till_id: UUID) -> list[Register]:
    """The cash registers of a till whose keys still open something, newest first. One query."""
    return list(
        Register.objects.select_related("key")
        .filter(shop_id=shop_id, till_id=till_id, key__revoked_at=None)
        .order_by("-key_id")
    )


def sale_numbered(*, till_id: UUID, number: str) -> EcrSale:
    """A till's transaction by the register's number. One query.

    Raises:
        TransactionUnknown
    """
    found = EcrSale.objects.filter(till_id=till_id, number=number).first()
    if found is None:
        raise TransactionUnknown
    return found


def last_sale(*, till_id: UUID) -> EcrSale | None:
    """The transaction that was started last at a till. One query."""
    return EcrSale.objects.filter(till_id=till_id).order_by("-id").first()


def day_figures(*, shop: ShopView, till_id: UUID, day: date) -> Figures:
    """What a till's sales brought on one of the shop's days, by tender and asset, as the events of
    the ledger's own payments and refunds told it. Cash is the shift's to tell. One query."""
    zone = ZoneInfo(shop.time_zone)
    return till_figures(
        shop_id=shop.id,
        till_id=till_id,
        since=datetime.combine(day, time(), zone),
        before=datetime.combine(day + timedelta(days=1), time(), zone),
        currency=shop.pricing_currency,
    )

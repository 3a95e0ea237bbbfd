"""Questions about exchanges with other providers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.compliance.travelling.errors import ExchangeUnknown
from gateway.compliance.travelling.ivms.persons import name_of
from gateway.compliance.travelling.keeping import message_open
from gateway.compliance.travelling.life import ENDED, OPEN
from gateway.compliance.travelling.models import Counterparty, Exchange
from gateway.compliance.travelling.trp import Inquiry, inquiry_read
from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import NEWEST, Order, sorted_page

VIEWS = ("deciding", "open", "ended")


def counterparties() -> list[Counterparty]:
    """Those in force. One query."""
    return list(Counterparty.objects.filter(ended_at=None).order_by("name"))


def exchange_get(exchange_id: UUID) -> Exchange:
    """One query. Raises ExchangeUnknown."""
    found = Exchange.objects.select_related("counterparty").filter(id=exchange_id).first()
    if found is None:
        raise ExchangeUnknown
    return found


def exchanges_page(
    *,
    view: str,
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Exchange]:
    """Exchanges: those that wait for our people, those under way, or those over. One
    query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    states: Sequence[str] = {
        "deciding": ("received",),
        "open": tuple(one for one in OPEN if one != "received"),
        "ended": tuple(sorted(ENDED)),
    }[view]
    rows = Exchange.objects.select_related("counterparty").filter(state__in=states)
    return sorted_page(rows, order=order, cursor=cursor, size=size)


@dataclass(frozen=True, slots=True)
class People:
    """Who sends and who receives, by their names."""

    originators: tuple[str, ...]
    beneficiaries: tuple[str, ...]


def people_of(exchange: Exchange, *, now: datetime) -> People:
    """Who is in an exchange. Two queries.

    Raises:
        SubjectErased: its data was erased after its term.
        KeyUnknown
    """
    plain = message_open(exchange, kind="inquiry")
    inquiry: Inquiry = inquiry_read(plain or b"", today=now.date())
    return People(
        originators=tuple(name_of(one) for one in inquiry.identity.originator.originator_person),
        beneficiaries=tuple(
            name_of(one) for one in inquiry.identity.beneficiary.beneficiary_person
        ),
    )

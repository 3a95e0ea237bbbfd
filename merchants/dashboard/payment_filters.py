"""What of a shop's payments is asked for, out of the address: every choice stands there, so that a
list can be kept, sent and exported as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.translation import gettext as _

from gateway.events.errors import TillwayError
from gateway.invoices.life import EXCEPTIONS
from gateway.invoices.listing import ORDERS, TENDERS, Tender, Wanted
from gateway.invoices.models import OPEN_STATUSES, STATUSES
from gateway.money.amounts import parse_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from gateway.shops.selectors import ShopView
from gateway.shops.zones import day_starts
from merchants.dashboard.lists import Listed, choice_in, listed
from merchants.reports.asking import day_in
from merchants.tills.makers import begins_at_till, ends_with_person

FILTERS: Final = ("", "open", *STATUSES)
"""Of the status; empty for all."""
NAMES: Final = (
    *("status", "exception", "tender", "asset", "till", "cashier"),
    *("first", "last", "least", "most"),
)
MOST_CHARACTERS: Final = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """Attributes:
    listed: every choice, and the order.
    problems: what could not be read, by parameter, in words. It is not asked for.
    """

    listed: Listed
    wanted: Wanted
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def narrowed(self) -> bool:
        """Whether anything is chosen besides the status and the order."""
        return any(name != "status" for name in self.listed.query)


def asked_in(given: Mapping[str, str], *, here: str, shop: ShopView) -> Asked:
    """Raises Http404 for a choice that no form of ours offers."""
    query = {
        name: text for name in NAMES if (text := given.get(name, "").strip()[:MOST_CHARACTERS])
    }
    chosen, problems = listed(given, here, orders=ORDERS, query=query), dict[str, str]()
    status = choice_in(query, "status", FILTERS)
    wanted: dict[str, Any] = {
        "statuses": OPEN_STATUSES if status == "open" else (status,) if status else (),
        "exception": choice_in(query, "exception", EXCEPTIONS),
        "tender": cast(Tender, choice_in(query, "tender", TENDERS)),
        "token": query.get("asset", ""),
        "order": chosen.order,
    }
    if till := _id(query, "till"):
        wanted["maker_begins"] = begins_at_till(till)
    if person := _id(query, "cashier"):
        wanted["maker_ends"] = ends_with_person(person)
    zone = ZoneInfo(shop.time_zone)
    if first := _day(query, "first", problems):
        wanted["begin"] = day_starts(first, 1, zone)[0]
    if last := _day(query, "last", problems):
        wanted["end"] = day_starts(last + timedelta(days=1), 1, zone)[0]
    if first and last and last < first:
        problems["last"] = _("The last day lies before the first.")
    for name in ("least", "most"):
        wanted[f"{name}_units"] = _units(query, name, problems, currency=shop.pricing_currency)
    return Asked(chosen, Wanted(**wanted), problems)


def _id(query: Mapping[str, str], name: str) -> UUID | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _day(query: Mapping[str, str], name: str, problems: dict[str, str]) -> date | None:
    try:
        return day_in(query, name)
    except TillwayError:
        problems[name] = _("That is no day.")
        return None


def _units(
    query: Mapping[str, str], name: str, problems: dict[str, str], *, currency: str
) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return parse_amount(text.replace(",", "."), FIAT[currency]).units
    except MoneyError:
        problems[name] = _("Write an amount such as 12.50.")
        return None

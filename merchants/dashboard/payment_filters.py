"""What of a shop's payments is asked for, out of the address: every choice stands there, so that a
list can be kept, sent and exported as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.translation import gettext as _

from gateway.events.errors import TillwayError
from gateway.invoices.life import EXCEPTIONS
from gateway.invoices.listing import SORTS, TENDERS, Sort, Tender, Wanted
from gateway.invoices.models import OPEN_STATUSES, STATUSES
from gateway.money.amounts import parse_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from gateway.shops.selectors import ShopView
from gateway.shops.zones import day_starts
from merchants.reports.asking import day_in
from merchants.tills.makers import begins_at_till, ends_with_person

FILTERS: Final = ("", "open", *STATUSES)
"""Of the status; empty for all."""
NAMES: Final = (
    *("status", "exception", "tender", "asset", "till", "cashier"),
    *("first", "last", "least", "most", "sort"),
)
MOST_CHARACTERS: Final = 80
_BY_DEFAULT: Final = "newest"


@dataclass(frozen=True, slots=True)
class Asked:
    """Attributes:
    query: what was typed and chosen, by parameter; nothing that is empty.
    problems: what could not be read, by parameter, in words. It is not asked for.
    """

    query: dict[str, str]
    wanted: Wanted
    problems: dict[str, str] = field(default_factory=dict)

    def address(self, path: str, **changes: str) -> str:
        """The same list at ``path``, but for these parameters; an empty one is left out."""
        told = {name: value for name, value in (self.query | changes).items() if value}
        return f"{path}?{urlencode(told)}" if told else path

    @property
    def narrowed(self) -> bool:
        """Whether anything is chosen besides the status and the order."""
        return any(name not in ("status", "sort") for name in self.query)


def asked_in(given: Mapping[str, str], *, shop: ShopView) -> Asked:
    """Raises Http404 for a choice that no form of ours offers."""
    query = {
        name: text for name in NAMES if (text := given.get(name, "").strip()[:MOST_CHARACTERS])
    }
    problems: dict[str, str] = {}
    status = _choice(query, "status", FILTERS)
    wanted: dict[str, Any] = {
        "statuses": OPEN_STATUSES if status == "open" else (status,) if status else (),
        "exception": _choice(query, "exception", EXCEPTIONS),
        "tender": cast(Tender, _choice(query, "tender", TENDERS)),
        "token": query.get("asset", ""),
        "sort": cast(Sort, _choice(query, "sort", SORTS) or _BY_DEFAULT),
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
    return Asked(query, Wanted(**wanted), problems)


def _choice(query: Mapping[str, str], name: str, offered: tuple[str, ...]) -> str:
    chosen = query.get(name, "")
    if chosen and chosen not in offered:
        raise Http404
    return chosen


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

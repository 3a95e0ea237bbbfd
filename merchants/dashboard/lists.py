"""What every list shares: all that was chosen stands in its address, so that a list can be kept,
sent and exported as it is; its columns' heads; where it goes on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext as _

from gateway.events.cursors import Page
from gateway.events.ordering import BY_TIME, Order, order_named


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as its address asks for it.

    Attributes:
        here: its path.
        query: what was typed and chosen, by parameter; nothing that is empty.
        orders: those it can be had in, the usual one first.
        cursor: where the page begins; None: at the beginning.
    """

    here: str
    query: Mapping[str, str]
    orders: Sequence[Order]
    order: Order
    cursor: str | None = None

    def address(self, path: str = "", **changes: str | None) -> str:
        """The same list, from its beginning, but for these parameters; an empty one is left out."""
        said = {**self.query, "sort": self._named(self.order), **changes}
        told = {name: text for name, text in said.items() if text}
        path = path or self.here
        return f"{path}?{urlencode(told)}" if told else path

    def filters(
        self, name: str, offered: Sequence[str], *, word: Callable[[str], str]
    ) -> list[dict[str, Any]]:
        """All, and each choice of a parameter: its address, its word, whether it is chosen."""
        return [
            {
                "href": self.address(**{name: one}),
                "word": word(one) if one else _("All"),
                "current": one == self.query.get(name, ""),
            }
            for one in ("", *offered)
        ]

    def heads(self) -> dict[str, dict[str, str]]:
        """Each column's head that sorts: how it is sorted now, and where its next order lies."""
        columns: dict[str, list[Order]] = {}
        for order in self.orders:
            columns.setdefault(order.column, []).append(order)
        return {column: self._head(orders) for column, orders in columns.items()}

    def pages(self, found: Page[Any]) -> dict[str, Any]:
        """What a template needs of it: the heads, the orders in words where there is no room for
        heads, and the pages before and beyond this one."""
        return {
            "heads": self.heads(),
            "sort": self._named(self.order),
            "sorts": [
                {
                    "href": self.address(sort=self._named(one)),
                    "word": order_word(one.name),
                    "current": one == self.order,
                }
                for one in self.orders
            ],
            "first_href": self.address() if self.cursor else "",
            "next_href": self.address(cursor=found.next_cursor) if found.next_cursor else "",
        }

    def _head(self, orders: Sequence[Order]) -> dict[str, str]:
        is_now = self.order in orders
        following = next(one for one in orders if not is_now or one != self.order)
        now = "descending" if self.order.downwards else "ascending"
        href = self.address(sort=self._named(following))
        return {"sorted": now if is_now else "", "href": href}

    def _named(self, order: Order) -> str:
        """As an address says it: the usual one is not said."""
        return "" if order == self.orders[0] else order.name


def listed(
    given: Mapping[str, str],
    here: str,
    *,
    orders: Sequence[Order] = BY_TIME,
    query: Mapping[str, str] | None = None,
) -> Listed:
    """The list that an address asks for.

    Args:
        given: its parameters; of them "sort" and "cursor" are read here.
        query: the others, read by the page.

    Raises:
        Http404: there is no such order.
    """
    order = order_named(given.get("sort", ""), orders)
    if order is None:
        raise Http404
    chosen = {name: text for name, text in (query or {}).items() if text}
    return Listed(here, chosen, orders, order, given.get("cursor") or None)


def order_word(name: str) -> str:
    """An order in words."""
    return {
        "newest": _("Newest first"),
        "oldest": _("Oldest first"),
        "largest": _("Largest first"),
        "smallest": _("Smallest first"),
        "dearest": _("Dearest first"),
        "cheapest": _("Cheapest first"),
        "a-z": _("Name, A to Z"),
        "z-a": _("Name, Z to A"),
        "youngest": _("First visit, newest first"),
        "eldest": _("First visit, oldest first"),
        "slowest": _("Slowest first"),
        "fastest": _("Fastest first"),
    }[name]


def choice_in(given: Mapping[str, str], name: str, offered: Sequence[str]) -> str:
    """What an address chooses; empty for nothing. Raises Http404 for what no page offers."""
    chosen = given.get(name, "")
    if chosen and chosen not in offered:
        raise Http404
    return chosen

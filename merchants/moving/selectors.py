"""Questions about moves, what they brought, and what is left to do."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.events.ids import least_id_of
from gateway.invoices.models import Invoice
from gateway.shops.selectors import ShopView
from merchants.accounts.selectors import api_keys_of
from merchants.moving.errors import MoveNotFound
from merchants.moving.models import UNDER_WAY, Move, PastInvoice, UnreadRow
from merchants.moving.plans import Hook, Line, hooks_plan, settings_plan
from merchants.moving.rows import OldShop, OldWebhook
from merchants.plugins.messages import TYPES
from merchants.plugins.permissions import TAKE_MONEY, scopes_for
from merchants.webhooks.selectors import endpoints_of
from merchants.webhooks.styles import BTCPAY

MOST_MOVES: Final = 10
AT_ONCE: Final = 500
MAX_SEARCH: Final = 128


def move_get(*, shop_id: UUID, move_id: UUID) -> Move:
    """One query. Raises MoveNotFound."""
    move = Move.objects.filter(shop_id=shop_id, id=move_id).first()
    if move is None:
        raise MoveNotFound
    return move


def moves_of(*, shop_id: UUID) -> list[Move]:
    """A shop's latest moves, newest first. One query."""
    return list(Move.objects.filter(shop_id=shop_id).order_by("-id")[:MOST_MOVES])


def unread_of(move: Move) -> list[UnreadRow]:
    """What of a move could not be read, as far as it is listed, by line. One query."""
    return list(UnreadRow.objects.filter(move=move).order_by("kind", "line"))


def shop_as_dict(shop: OldShop) -> dict[str, Any]:
    """As a move keeps it: JSON."""
    return asdict(shop)


def old_shop_of(move: Move) -> OldShop | None:
    """What the old server told of its store; None as long as it was not asked."""
    told = move.found.get("shop")
    if told is None:
        return None
    webhooks = tuple(
        OldWebhook(**{**one, "events": tuple(one["events"])}) for one in told["webhooks"]
    )
    return OldShop(**{**told, "webhooks": webhooks})


def settings_of(move: Move, *, shop: ShopView) -> list[Line]:
    """The lines of settings that could come over. No query."""
    old = old_shop_of(move)
    if old is None:
        return []
    return settings_plan(old, terms=shop.terms, currency=shop.pricing_currency, name=shop.name)


def hooks_of(move: Move) -> list[Hook]:
    """The webhooks that could come over. One query, none where there are none."""
    old = old_shop_of(move)
    if old is None or not old.webhooks:
        return []
    here = frozenset(one.url for one in endpoints_of(move.shop_id) if one.style == BTCPAY)
    return hooks_plan(old.webhooks, known=frozenset({"*", *TYPES}), here=here)


@dataclass(frozen=True, slots=True)
class Sought:
    """What of the past invoices is asked for; what is empty narrows nothing.

    Attributes:
        text: an order's beginning, whatever its case; a whole id or transaction.
        begin, end: moments of the sale, the end not included.
    """

    text: str = ""
    status: str = ""
    source: str = ""
    begin: datetime | None = None
    end: datetime | None = None


def past_page(
    *, shop_id: UUID, sought: Sought, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[PastInvoice]:
    """A shop's past invoices, newest first. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    found = _sought(shop_id, sought)
    if cursor:
        found = found.filter(id__lt=decode_cursor(cursor))
    rows = list(found[: size + 1])
    return page_of(rows, size=size, last_id=rows[size - 1].id if len(rows) > size else None)


def past_all(*, shop_id: UUID, sought: Sought) -> Iterator[PastInvoice]:
    """All of them, read row by row. One query."""
    return _sought(shop_id, sought).iterator(AT_ONCE)


def emails_kept(*, shop_id: UUID) -> int:
    """How many past buyers' emails a shop has. One query."""
    return PastInvoice.objects.filter(shop_id=shop_id, email_box__isnull=False).count()


@dataclass(frozen=True, slots=True)
class Steps:
    """How far a shop has moved in.

    Attributes:
        hooks_on, hooks_off: endpoints that plugins are told by.
    """

    settings: bool
    history: int
    wallet: bool
    plugin_key: bool
    hooks_on: int
    hooks_off: int
    sold: bool
    under_way: UUID | None

    @property
    def hooks(self) -> bool:
        return self.hooks_on > 0 and not self.hooks_off

    @property
    def left(self) -> int:
        """Of those that a switch can't do without."""
        return [self.wallet, self.plugin_key, self.sold].count(False)


def steps_of(shop: ShopView) -> Steps:
    """What is over, and what is left. Five queries."""
    moves = list(Move.objects.filter(shop_id=shop.id).values_list("id", "state", "taken_at", "way"))
    hooks = [one.enabled for one in endpoints_of(shop.id) if one.style == BTCPAY]
    keys = [key for key in api_keys_of(shop.id) if key.revoked_at is None]
    return Steps(
        settings=any(taken and way == "server" for _id, _state, taken, way in moves),
        history=PastInvoice.objects.filter(shop_id=shop.id).count(),
        wallet=shop.payout_address is not None,
        plugin_key=any(set(scopes_for(TAKE_MONEY)) <= set(key.scopes) for key in keys),
        hooks_on=hooks.count(True),
        hooks_off=hooks.count(False),
        sold=Invoice.objects.filter(shop_id=shop.id, status="paid").exists(),
        under_way=next((move_id for move_id, state, *_ in moves if state in UNDER_WAY), None),
    )


def _sought(shop_id: UUID, sought: Sought) -> QuerySet[PastInvoice]:
    found = PastInvoice.objects.filter(shop_id=shop_id).order_by("-id")
    if sought.text:
        text = sought.text
        found = found.filter(
            Q(old_id=text) | Q(order_id__istartswith=text) | Q(transactions__contains=[text])
        )
    if sought.status:
        found = found.filter(status=sought.status)
    if sought.source:
        found = found.filter(source=sought.source)
    if sought.begin:
        found = found.filter(id__gte=least_id_of(sought.begin))
    if sought.end:
        found = found.filter(id__lt=least_id_of(sought.end))
    return found

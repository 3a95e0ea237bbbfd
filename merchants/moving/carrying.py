"""The moves' work, a turn at a time: look at an old shop, read a file or a list to its end.

Each page is kept with the place that it reached, in one transaction: whoever dies in the middle
is followed by another who goes on from there.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gateway.events.errors import LeaseLost, TillwayError
from gateway.events.points import point
from gateway.outside.errors import OutsideFailed
from gateway.shops.selectors import ShopView, shop_view
from merchants.catalogue.errors import CatalogueFull
from merchants.catalogue.selectors import items_sold
from merchants.catalogue.services import item_add
from merchants.catalogue.words import Words
from merchants.moving.errors import (
    ExportUnreadable,
    OldServerRepeats,
    OldStoreGone,
    TooManyRows,
    TooManyUnread,
)
from merchants.moving.exact import NotExact, exact_from
from merchants.moving.export_files import NoExport, sales_in
from merchants.moving.keeping import leased, sales_keep, unread_keep
from merchants.moving.models import WORKING, Move
from merchants.moving.moves import bytes_of, move_end, old_key_of, pieces_of
from merchants.moving.old_server import OldPage, OldServer
from merchants.moving.rows import OldItem, PastSale, Unread
from merchants.moving.selectors import old_shop_of, shop_as_dict

log = structlog.get_logger(__name__)

AT_A_TIME: Final = 2
BATCH: Final = 200
TURN_SECONDS: Final = 5.0
"""After which a move gives its place to the next one."""
ROUND_SECONDS: Final = 10.0
"""After which no turn goes on: one worker does everybody's tasks, and others wait."""
MOST_ROWS: Final = 200_000
"""Of a list, or a file, that one move goes through."""
MOST_UNREAD: Final = 10_000
"""Rows of a move that can't be read; what has more is no shop's history."""
LEASE: Final = timedelta(minutes=3)
"""Longer than a task may run (``CELERY_TASK_TIME_LIMIT``)."""
RETRIES: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 1800))
KEEP_CHOICE: Final = timedelta(days=7)
"""How long a key waits for the merchant to choose."""


def moves_carry(*, now: datetime) -> int:
    """Give the moves that have waited longest a turn each; how many had one."""
    ends = time.monotonic() + ROUND_SECONDS
    due = Move.objects.filter(state__in=WORKING, due_at__lte=now).filter(_free(now))
    count = 0
    for move_id in list(due.order_by("due_at", "id").values_list("id", flat=True)[:AT_A_TIME]):
        if count and time.monotonic() > ends:
            break
        # Those before it took their time: a lease counts from when its own turn begins.
        move = _claimed(move_id, now=max(now, timezone.now()))
        if move is not None:
            _turn(move, until=min(ends, time.monotonic() + TURN_SECONDS))
            count += 1
    return count


def choices_lapse(*, now: datetime) -> int:
    """Stop moves that nobody chose in for ``KEEP_CHOICE``, so that no key waits; how many."""
    waiting = Move.objects.filter(state="choosing", due_at__lt=now - KEEP_CHOICE)
    count = 0
    for move_id in list(waiting.values_list("id", flat=True)):
        with transaction.atomic():
            move = Move.objects.select_for_update().get(id=move_id)
            if move.state == "choosing":
                move_end(move, state="stopped", now=now, error="choice_lapsed")
                count += 1
    return count


def _free(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=now)


@transaction.atomic
def _claimed(move_id: UUID, *, now: datetime) -> Move | None:
    move = (
        Move.objects.select_for_update(skip_locked=True)
        .filter(_free(now), id=move_id, state__in=WORKING, due_at__lte=now)
        .first()
    )
    if move is not None:
        move.lease += 1
        move.leased_until = now + LEASE
        move.save(update_fields=["lease", "leased_until"])
    return move


def _turn(move: Move, *, until: float) -> None:
    """Work on it until its time is over, it ends, or something stops it.

    Args:
        until: by the monotonic clock.
    """
    try:
        if move.way == "file":
            _read_file(move, until=until)
        elif move.state == "looking":
            _look(move, server=_server(move))
        else:
            _read_server(move, server=_server(move), until=until)
    except LeaseLost:
        return
    except OutsideFailed as failed:
        _try_later(move, error=failed.code)
    except TillwayError as error:
        _fail(move, error=error.code)
    except Exception:
        # Somebody else's file or server: whatever it does to us, the move waits and then ends.
        log.exception("move_broke", move=str(move.id))
        _try_later(move, error="move_broken")
    else:
        _give_back(move)


def _server(move: Move) -> OldServer:
    return OldServer(
        source="btcpay" if move.source == "btcpay" else "bitcart",
        address=move.url,
        key=old_key_of(move),
    )


# --- looking -------------------------------------------------------------------------------------


def _look(move: Move, *, server: OldServer) -> None:
    """Ask for the stores, or for the settings of the one there is."""
    found = dict(move.found)
    store_id = move.store_id
    if not store_id:
        names = server.stores()
        if not names:
            raise OldStoreGone
        found["stores"] = [{"id": one, "name": name} for one, name in names.items()]
        store_id = next(iter(names)) if len(names) == 1 else ""
    if store_id:
        found["shop"] = shop_as_dict(server.shop(store_id))
        if move.source == "bitcart":
            found["items"] = server.items(store_id=store_id, skip=0).total
    _looked(move, found=found, store_id=store_id)


@transaction.atomic
def _looked(move: Move, *, found: dict[str, object], store_id: str) -> None:
    row = leased(move.id, move.lease)
    row.found, row.store_id, row.state = found, store_id, "choosing"
    row.error, row.attempts, row.due_at = "", 0, timezone.now()
    row.save()


# --- reading a file ------------------------------------------------------------------------------


@dataclass
class _Pages:
    """A file's invoices in pages; what stands before the place where it breaks off is one too.

    Attributes:
        read: invoices that were handed out, those that were passed over included.
        broken: why no more can be read.
    """

    rows: Iterator[PastSale | Unread]
    read: int = 0
    broken: NoExport | None = None

    def next_page(self, most: int) -> list[PastSale | Unread]:
        page: list[PastSale | Unread] = []
        try:
            for row in islice(self.rows, most):
                page.append(row)
        except NoExport as error:
            self.broken = error
        self.read += len(page)
        return page


def _read_file(move: Move, *, until: float) -> None:
    """
    Raises:
        ExportUnreadable: it is none, or breaks off; what stood before is kept.
    """
    upload = _Upload(pieces_of(move), size=bytes_of(move))
    pages = _Pages(sales_in(upload, zone=ZoneInfo(move.zone)))
    while pages.read < move.rows_read and not pages.broken:
        if not pages.next_page(min(BATCH, move.rows_read - pages.read)):
            break  # it was read by other rules, which found more in it
    while not pages.broken and (page := pages.next_page(BATCH)):
        _keep(move, page, read=pages.read, total=upload.whole_of(pages.read))
        if time.monotonic() > until:
            return
    if pages.broken:
        raise ExportUnreadable from pages.broken
    _done(move)


class _Upload:
    """A file's bytes as they are asked for, and how many that were."""

    def __init__(self, pieces: Iterator[bytes], *, size: int) -> None:
        self._pieces = pieces
        self._size = size
        self._passed = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._passed += len(piece)
            yield piece

    def whole_of(self, read: int) -> int:
        """About how many invoices the file has, if so many stand in what was asked for so far."""
        return max(read, read * self._size // self._passed)


# --- reading an old server -----------------------------------------------------------------------


def _read_server(move: Move, *, server: OldServer, until: float) -> None:
    for _page in _pages(move, server, until=until):
        if time.monotonic() > until:
            return
    _done(move)


def _pages(move: Move, server: OldServer, *, until: float) -> Iterator[None]:
    """Products, then invoices, as far as each was chosen; a step a page."""
    before, skip = move.page_first, move.items_read
    while not move.items_done:
        page = server.items(store_id=move.store_id, skip=skip)
        _check_goes_on(page, before=before)
        before, skip = page.first, skip + page.passed
        _keep_items(move, page, read=skip)
        if not page.passed:
            break
        yield
    read = move.rows_read
    while move.chosen.get("history"):
        page = server.sales(
            store_id=move.store_id,
            skip=read,
            until=int(move.began_at.timestamp()),
            with_transactions=move.with_transactions,
            ends=until,
        )
        if not page.passed:
            break
        _check_goes_on(page, before=before)
        before, read = page.first, read + page.passed
        _keep(move, page.rows, read=read, total=page.total, page_first=page.first)
        yield


def _check_goes_on(page: OldPage, *, before: str) -> None:
    """That it does not begin as the page before it did: such a server has no other page, and its
    list no end.

    Raises:
        OldServerRepeats
    """
    if page.first and page.first == before:
        raise OldServerRepeats


def _keep(
    move: Move,
    rows: list[PastSale | Unread],
    *,
    read: int,
    total: int | None = None,
    page_first: str = "",
) -> None:
    kept = sales_keep(
        move_id=move.id,
        lease=move.lease,
        rows=rows,
        read=read,
        total=total,
        page_first=page_first,
        now=timezone.now(),
    )
    point("move.page_kept")
    _check_size(kept, read=read)


def _check_size(move: Move, *, read: int) -> None:
    """Raises TooManyRows, TooManyUnread."""
    if read > MOST_ROWS:
        raise TooManyRows
    if move.unread > MOST_UNREAD:
        raise TooManyUnread


def _keep_items(move: Move, page: OldPage, *, read: int) -> None:
    _check_size(_items_kept(move, page, read=read), read=read)


@transaction.atomic
def _items_kept(move: Move, page: OldPage, *, read: int) -> Move:
    """Add a page of products to the catalogue; what has an item's name is taken for that item."""
    row = leased(move.id, move.lease)
    shop, old = shop_view(shop_id=row.shop_id), old_shop_of(row)
    names = {item.name.casefold() for item in items_sold(shop_id=row.shop_id)}
    unread = []
    for one in page.rows:
        if isinstance(one, Unread):
            unread.append(one)
        elif one.name.casefold() in names:
            row.items_known += 1
        elif refused := _add_item(one, shop=shop, currency=old.currency if old else "", move=row):
            unread.append(refused)
        else:
            names.add(one.name.casefold())
            row.items_added += 1
    unread_keep(row, unread, kind="item")
    row.items_read, row.items_done, row.page_first = read, not page.passed, page.first
    row.error, row.attempts = "", 0
    row.save()
    return row


def _add_item(item: OldItem, *, shop: ShopView, currency: str, move: Move) -> Unread | None:
    """Why it can't be added; None where it was."""
    try:
        units, decimals = exact_from(item.price, currency)
    except NotExact:
        return Unread(item.line, "bad_amount", item.name[:80])
    here = exact_from("0", shop.pricing_currency)[1]
    if currency != shop.pricing_currency or decimals != here:
        return Unread(item.line, "price_not_here", item.name[:80])
    words = Words(name=item.name, price_units=units, category=item.category, sold_out=item.sold_out)
    try:
        with transaction.atomic():
            item_add(shop=shop, words=words, by=move.asked_by, now=timezone.now())
    except CatalogueFull:
        raise
    except TillwayError:
        return Unread(item.line, "item_refused", item.name[:80])
    return None


# --- the end of a turn ---------------------------------------------------------------------------


def _done(move: Move) -> None:
    _ended(move, state="done")


def _fail(move: Move, *, error: str) -> None:
    log.warning("move_failed", move=str(move.id), error=error)
    _ended(move, state="failed", error=error)


@transaction.atomic
def _ended(move: Move, *, state: str, error: str = "") -> None:
    try:
        row = leased(move.id, move.lease)
    except LeaseLost:
        return  # it was stopped meanwhile
    move_end(row, state=state, error=error, now=timezone.now())


def _try_later(move: Move, *, error: str) -> None:
    attempts = _ours(move).values_list("attempts", flat=True).first()
    if attempts is None:
        return
    if attempts >= len(RETRIES):
        _fail(move, error=error)
        return
    now = timezone.now()
    _ours(move).update(
        attempts=attempts + 1, error=error, due_at=now + RETRIES[attempts], leased_until=None
    )


def _give_back(move: Move) -> None:
    _ours(move).update(leased_until=None, due_at=timezone.now())


def _ours(move: Move) -> QuerySet[Move]:
    """The row, as long as this turn has it."""
    return Move.objects.filter(id=move.id, lease=move.lease)

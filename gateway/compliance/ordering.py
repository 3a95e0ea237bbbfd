"""Have a list looked at now, or a file loaded: a row that an officer writes and a worker does.

The web may not write a list: whoever took it over could make everybody clean. Nothing is forced
from here either: a list that lost a fifth is for a person at the house's own machine.
"""

import io
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.errors import ListOrderRefused
from gateway.compliance.listed.errors import ListError
from gateway.compliance.listed.formats import FORMATS, format_named
from gateway.compliance.loading import list_take
from gateway.compliance.models import ListOrder, ListSource
from gateway.compliance.refreshing import configured_feeds, feeds_expect, list_refresh
from gateway.events.errors import TillwayError

MOST_BYTES: Final = 20 * 1024 * 1024


def upload_formats() -> tuple[str, ...]:
    """The formats that are one file."""
    return tuple(name for name, form in FORMATS.items() if len(form.parts) == 1)


@transaction.atomic
def list_upload(
    *, source: str, format_name: str, body: bytes, by: UUID, now: datetime
) -> ListOrder:
    """Ask for a file to be put in force.

    Raises:
        ListOrderRefused: there is no such list, it is fetched by itself, the file is empty or too
            large, or its format is of several files.
    """
    if not ListSource.objects.filter(name=source, enabled=True).exists():
        raise ListOrderRefused("There is no such list in force.", field="source")
    if source in configured_feeds():
        raise ListOrderRefused("This list is fetched by itself.", field="source")
    if format_name not in upload_formats():
        raise ListOrderRefused("This format can't be loaded from one file.", field="format")
    if not 0 < len(body) <= MOST_BYTES:
        raise ListOrderRefused("The file is empty, or larger than 20 MB.", field="file")
    return _order(source=source, kind="upload", format=format_name, body=body, by=by, asked_at=now)


@transaction.atomic
def list_look(*, source: str, by: UUID, now: datetime) -> ListOrder:
    """Ask for a list to be fetched now. Raises ListOrderRefused: no setting says from where."""
    if source not in configured_feeds():
        raise ListOrderRefused("The setting LISTS does not say where to fetch it.", field="source")
    return _order(source=source, kind="refresh", by=by, asked_at=now)


def list_orders_carry(*, now: datetime) -> int:
    """Do what was asked for, oldest first; how many. What is refused is told on the list's page,
    and alerts as ever."""
    done = 0
    while (order := _next()) is not None:
        outcome, refusal = _carried(order, now=now)
        # An order that a process died of is done again: a load is, too, idempotent.
        ListOrder.objects.filter(id=order.id, done_at__isnull=True).update(
            done_at=now, outcome=outcome, refusal=refusal, body=b""
        )
        done += 1
    return done


def orders_of(source: str, *, limit: int = 10) -> list[ListOrder]:
    """What people asked for lately. One query, without the files."""
    return list(ListOrder.objects.filter(source=source).defer("body").order_by("-id")[:limit])


def _order(**facts: object) -> ListOrder:
    if ListOrder.objects.filter(source=facts["source"], done_at__isnull=True).exists():
        raise ListOrderRefused("Somebody asked for this a moment ago.", field="source")
    return ListOrder.objects.create(**facts)


def _next() -> ListOrder | None:
    return ListOrder.objects.filter(done_at__isnull=True).order_by("id").first()


def _carried(order: ListOrder, *, now: datetime) -> tuple[str, str]:
    by = f"user:{order.by}"
    try:
        if order.kind == "refresh":
            feeds = configured_feeds()
            if order.source not in feeds:
                return "refused", "list_order_refused"
            feeds_expect(feeds)
            return list_refresh(feed=feeds[order.source], by=by, now=now).outcome, ""
        form = format_named(order.format)
        loaded = list_take(
            entities=form.read({form.parts[0]: io.BytesIO(bytes(order.body))}, source=order.source),
            source=order.source,
            loaded_by=by,
            now=now,
            format_name=order.format,
        )
        return ("changed" if loaded.changed else "checked"), ""
    except (ListError, TillwayError) as refused:
        return "refused", refused.code

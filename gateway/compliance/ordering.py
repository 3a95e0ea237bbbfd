"""Have a list looked at now, or a file loaded: a row that an officer writes and a worker does.

The web may not write a list: whoever took it over could make everybody clean. Nothing is forced
from here either: a list that lost a fifth is for a person at the house's own machine. What takes
somebody off a list, or says otherwise of them, waits for a second officer: else one person's file
would let through whom it leaves out.
"""

import io
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.errors import (
    ListMovedOn,
    ListNotAgreed,
    ListOrderRefused,
    ListSecondNeeded,
)
from gateway.compliance.listed.errors import ListError
from gateway.compliance.listed.formats import FORMATS, format_named
from gateway.compliance.loading import Loaded, list_take
from gateway.compliance.models import ListOrder, ListSource
from gateway.compliance.refreshing import configured_feeds, feeds_expect, list_refresh
from gateway.custody.approvals.errors import ActChanged
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.life import OPEN
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from gateway.events.errors import TillwayError

KIND: Final = "list_load"
MOST_BYTES: Final = 20 * 1024 * 1024
SHOWN: Final = 20
"""Of whom a file leaves out or changes, to the second person."""


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
    _end_unagreed(now=now)
    while (order := _next()) is not None:
        # An order that a process died of is done again: a load is, too, idempotent.
        try:
            outcome, refusal = _carried(order, now=now)
            _done(order, outcome, refusal, now=now)
        except ListSecondNeeded as needed:
            _ask_second(order, needed, now=now)
        done += 1
    return done


def load_agreed(act: Act, now: datetime) -> None:
    """Put in force what two people agreed to.

    Raises:
        ActChanged: another version is in force by now, or it is another file.
        ListError: as ``list_take``.
    """
    order = ListOrder.objects.select_for_update().get(id=act.body["order_id"])
    if order.done_at is not None or sha256(bytes(order.body)).hexdigest() != act.body["sha256"]:
        raise ActChanged
    over = int(act.body["number"])
    try:
        _loaded(order, by=act.maker, agreed_by=f"user:{act.checker}", over=over, now=now)
    except ListMovedOn as moved:
        raise ActChanged from moved
    _done(order, "changed", "", now=now)


ACT: Final = ActKind(name=KIND, carry_out=load_agreed, decide_action="list.load")


def orders_of(source: str, *, limit: int = 10) -> list[ListOrder]:
    """What people asked for lately. One query, without the files."""
    return list(ListOrder.objects.filter(source=source).defer("body").order_by("-id")[:limit])


def _order(**facts: object) -> ListOrder:
    if ListOrder.objects.filter(source=facts["source"], done_at__isnull=True).exists():
        raise ListOrderRefused("Somebody asked for this a moment ago.", field="source")
    return ListOrder.objects.create(**facts)


def _next() -> ListOrder | None:
    asked = ListOrder.objects.filter(done_at__isnull=True, act_id__isnull=True)
    return asked.order_by("id").first()


def _end_unagreed(*, now: datetime) -> None:
    """Those whose act ended otherwise: the web, where people say no, changes no order."""
    asked = ListOrder.objects.filter(done_at__isnull=True, act_id__isnull=False)
    # Read once: of an order that another worker asks about meanwhile, this has not seen the act.
    waiting = list(asked.defer("body"))
    acts = Act.objects.in_bulk([order.act_id for order in waiting if order.act_id])
    for order in waiting:
        act = acts.get(order.act_id) if order.act_id else None
        if act is None or act.state not in (*OPEN, "carried_out"):
            _done(order, "refused", _ended_for(act), now=now)


def _ended_for(act: Act | None) -> str:
    """The code of what its doing was refused for; else that no two people agreed."""
    if act is None or act.state != "failed":
        return ListNotAgreed.code
    return act.end_reason.partition(":")[0]


def _done(order: ListOrder, outcome: str, refusal: str, *, now: datetime) -> None:
    ListOrder.objects.filter(id=order.id, done_at__isnull=True).update(
        done_at=now, outcome=outcome, refusal=refusal, body=b""
    )


@transaction.atomic
def _ask_second(order: ListOrder, needed: ListSecondNeeded, *, now: datetime) -> None:
    """Whoever uploaded it has proposed it; nothing where another worker has asked already."""
    locked = ListOrder.objects.select_for_update().defer("body").get(id=order.id)
    if locked.done_at is not None or locked.act_id is not None:
        return
    try:
        with transaction.atomic():
            act = act_propose(
                kind=KIND,
                subject=f"list:{order.source}",
                payload={
                    "order_id": str(order.id),
                    "source": order.source,
                    "number": str(needed.number),
                    "sha256": sha256(bytes(order.body)).hexdigest(),
                    "removed": str(needed.removed),
                    "changed": str(needed.changed),
                    "changes": [list(one) for one in needed.changes[:SHOWN]],
                },
                reason=needed.message,
                maker=order.by,
            )
    except TillwayError as refused:
        _done(order, "refused", refused.code, now=now)
        return
    ListOrder.objects.filter(id=order.id).update(act_id=act.id)


def _loaded(
    order: ListOrder,
    *,
    by: UUID | None,
    agreed_by: str = "",
    over: int | None = None,
    now: datetime,
) -> Loaded:
    form = format_named(order.format)
    return list_take(
        entities=form.read({form.parts[0]: io.BytesIO(bytes(order.body))}, source=order.source),
        source=order.source,
        loaded_by=f"user:{by}",
        agreed_by=agreed_by,
        is_ones_word=not agreed_by,
        over=over,
        now=now,
        format_name=order.format,
    )


def _carried(order: ListOrder, *, now: datetime) -> tuple[str, str]:
    """What became of it, and the code of what was wrong. Raises ListSecondNeeded."""
    try:
        if order.kind == "refresh":
            feeds = configured_feeds()
            if order.source not in feeds:
                return "refused", "list_order_refused"
            feeds_expect(feeds)
            feed = feeds[order.source]
            return list_refresh(feed=feed, by=f"user:{order.by}", now=now).outcome, ""
        loaded = _loaded(order, by=order.by, now=now)
        return ("changed" if loaded.changed else "checked"), ""
    except ListSecondNeeded:
        raise
    except (ListError, TillwayError) as refused:
        return "refused", refused.code

"""The audit log: who did what, when and from where, by person, kind and day; and as a file."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.events.errors import BadCursor
from merchants.accounts.guards import MemberRequest, require_action
from merchants.accounts.models import ApiKey
from merchants.accounts.selectors import members_of, people_named
from merchants.audit.acts import KINDS
from merchants.audit.models import Record
from merchants.audit.selectors import Asked, records_page
from merchants.dashboard import audit_words as words
from merchants.dashboard.files import listed_file
from merchants.dashboard.frame import draw
from merchants.dashboard.lists import Listed, listed
from merchants.dashboard.selectors import time_text

VIEW: Final = "audit.view"
FIELDS: Final = ("who", "kind", "since", "until")
COLUMNS: Final = ("at", "act", "who", "name", "subject", "detail", "network", "request_id")


@never_cache
@require_GET
@require_action(VIEW)
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """A page of it. Four queries beside the frame's."""
    typed = _typed(request)
    table = _listed(request, typed)
    try:
        found = records_page(
            shop_id=shop_id, asked=_asked(typed), order=table.order, cursor=table.cursor
        )
    except BadCursor as error:
        raise Http404 from error
    names = _names(shop_id, found.items)
    context: dict[str, Any] = {
        "rows": [_row(one, names=names) for one in found.items],
        "typed": typed,
        "people": [
            {"who": f"user:{member.user_id}", "name": member.user.get_full_name()}
            for member in members_of(shop_id)
        ],
        "kinds": [{"kind": kind, "word": words.kind_word(kind)} for kind in KINDS],
        "is_filtered": bool(table.query),
        "file_href": table.address(f"{table.here}.csv"),
        **table.pages(found),
    }
    return draw(request, "dashboard/audit.html", context)


@never_cache
@require_GET
@require_action(VIEW)
def file(request: MemberRequest, shop_id: UUID) -> Any:
    """What the page shows, all of it, for a spreadsheet, streamed. That it was taken is written
    down too."""
    typed = _typed(request)
    return listed_file(
        request,
        _listed(request, typed),
        kind="audit",
        page=partial(records_page, shop_id=shop_id, asked=_asked(typed)),
        columns=COLUMNS,
        lines=partial(_lines, shop_id=shop_id),
        needs=VIEW,
    )


def _listed(request: MemberRequest, typed: dict[str, str]) -> Listed:
    return listed(request.GET, f"/dashboard/{request.shop.id}/audit", query=typed)


def _lines(records: Sequence[Record], *, shop_id: UUID) -> Iterator[tuple[str, ...]]:
    names = _names(shop_id, records)
    for one in records:
        yield (
            one.at.isoformat(),
            one.act,
            one.who,
            names.get(one.who, ""),
            one.subject,
            words.detail_words(one.detail),
            one.network,
            one.request_id,
        )


def _typed(request: MemberRequest) -> dict[str, str]:
    # What PostgreSQL can't be asked for is in no row.
    return {name: request.GET.get(name, "").replace("\0", "").strip()[:64] for name in FIELDS}


def _asked(typed: dict[str, str]) -> Asked:
    """A day begins and ends by the shop's clock, which the guard has set."""
    since, until = _day(typed["since"]), _day(typed["until"])
    kind = typed["kind"] if typed["kind"] in KINDS else ""
    return Asked(
        who=typed["who"],
        kind=kind,
        since=_begin(since) if since else None,
        until=_begin(until + timedelta(days=1)) if until else None,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and 2000 < found.year < 3000 else None  # what clocks and tables know


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _names(shop_id: UUID, rows: Iterable[Record]) -> dict[str, str]:
    """What who acted and whom it was about are called now: people of the shop, and its keys. Two
    queries."""
    named = {one for row in rows for one in (row.who, row.subject) if ":" in one}
    people = people_named(_ids(named, "user"), shop_id=shop_id)
    keys = ApiKey.objects.filter(shop_id=shop_id, id__in=_ids(named, "key"))
    names = {f"user:{user_id}": name for user_id, name in people.items()}
    return names | {f"key:{key.id}": key.name or key.prefix for key in keys}


def _ids(named: Iterable[str], kind: str) -> set[UUID]:
    found = set()
    for one in named:
        its, _colon, text = one.partition(":")
        if its == kind and len(text) == 36:
            found.add(UUID(text))
    return found


def _row(one: Record, *, names: dict[str, str]) -> dict[str, Any]:
    return {
        "at_text": time_text(one.at),
        "word": words.act_word(one.act),
        "who": words.who_word(one.who, names=names),
        "subject": words.subject_word(one.subject, names=names),
        "detail": words.detail_words(one.detail),
        "network": one.network,
    }

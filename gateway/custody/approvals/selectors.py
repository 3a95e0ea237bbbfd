"""Questions about acts."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from gateway.custody.approvals.errors import ActUnknown
from gateway.custody.approvals.life import OPEN
from gateway.custody.approvals.models import Act
from gateway.events.cursors import PAGE_SIZE, Page, newest_page

SHOWN_OPEN = 200
"""More than people could look through; the oldest come first."""


def act_get(*, act_id: UUID, shop_id: UUID | None = None) -> Act:
    """One act; of this shop, if one is named. One query.

    Raises:
        ActUnknown
    """
    acts = Act.objects.filter(id=act_id)
    if shop_id is not None:
        acts = acts.filter(shop_id=shop_id)
    act = acts.first()
    if act is None:
        raise ActUnknown
    return act


def open_act(*, kind: str, subject: str) -> Act | None:
    """The act of this kind about this subject that is not over. One query."""
    return Act.objects.filter(kind=kind, subject=subject, state__in=OPEN).first()


def open_subjects(*, kind: str, among: Iterable[str]) -> set[str]:
    """Which of these subjects an act of this kind waits about. One query."""
    acts = Act.objects.filter(kind=kind, subject__in=list(among), state__in=OPEN)
    return set(acts.values_list("subject", flat=True))


def acts_about(*, kinds: Collection[str], subjects: Collection[str]) -> list[Act]:
    """All acts of these kinds about these subjects, newest first, however they ended. One query,
    none for no subject."""
    if not subjects:
        return []
    acts = Act.objects.filter(kind__in=kinds, subject__in=subjects)
    return list(acts.order_by("-id"))


def subjects_of_shop(*, shop_id: UUID, kind: str, since: datetime) -> set[str]:
    """What acts of this kind were about in this shop since then, however they ended. One query."""
    acts = Act.objects.filter(shop_id=shop_id, kind=kind, proposed_at__gt=since)
    return set(acts.values_list("subject", flat=True))


def acts_open(*, shop_id: UUID | None = None, kinds: Sequence[str] | None = None) -> list[Act]:
    """What waits for people or for its delay, oldest first; of one shop, or of these kinds. One
    query."""
    acts = _of(Act.objects.filter(state__in=OPEN), shop_id=shop_id, kinds=kinds)
    return list(acts.order_by("id")[:SHOWN_OPEN])


def acts_over(
    *,
    shop_id: UUID | None = None,
    kinds: Sequence[str] | None = None,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Act]:
    """What is over, newest first; of one shop, or of these kinds. One query.

    Raises:
        BadCursor
    """
    acts = _of(Act.objects.exclude(state__in=OPEN), shop_id=shop_id, kinds=kinds)
    return _page(acts, cursor=cursor, size=size)


def acts_page(*, shop_id: UUID, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[Act]:
    """A shop's acts, open or over, newest first. One query.

    Raises:
        BadCursor
    """
    return _page(Act.objects.filter(shop_id=shop_id), cursor=cursor, size=size)


def _of(acts: QuerySet[Act], *, shop_id: UUID | None, kinds: Sequence[str] | None) -> QuerySet[Act]:
    if shop_id is not None:
        acts = acts.filter(shop_id=shop_id)
    return acts if kinds is None else acts.filter(kind__in=kinds)


def _page(acts: QuerySet[Act], *, cursor: str | None, size: int) -> Page[Act]:
    return newest_page(acts, cursor=cursor, size=size)

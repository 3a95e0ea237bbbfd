"""Questions about lists, verdicts and holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import connection

from gateway.compliance.errors import ListMissing, NoHold
from gateway.compliance.freshness import STALE_AFTER_SECONDS
from gateway.compliance.models import (
    Hold,
    ListChange,
    ListedAddress,
    ListSource,
    ListVersion,
    Verdict,
    WaitingDeposit,
)
from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import NEWEST, OLDEST, Order, sorted_page

FeedsState = Literal["fresh", "stale", "missing"]


def feed_state(*, now: datetime) -> FeedsState:
    """Whether payments can be screened by lists that somebody looked at lately. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT compliance_feed_state(%s, %s)",
            [now, STALE_AFTER_SECONDS],
        )
        state: FeedsState = cursor.fetchone()[0]
    return state


def versions_of(source: str, *, limit: int) -> list[ListVersion]:
    """A list's versions, newest first. One query."""
    return list(ListVersion.objects.filter(source_id=source).order_by("-number")[:limit])


def version_numbered(source: str, number: int) -> ListVersion:
    """One query.

    Raises:
        ListMissing: it has no such version.
    """
    version = ListVersion.objects.filter(source_id=source, number=number).first()
    if version is None:
        raise ListMissing(f"{source!r} has no version {number}.")
    return version


def version_at(source: str, *, at: datetime) -> ListVersion:
    """The version that was in force just before a moment. One query.

    Raises:
        ListMissing: none was.
    """
    loaded = ListVersion.objects.filter(source_id=source, loaded_at__lt=at)
    version = loaded.order_by("-number").first()
    if version is None:
        raise ListMissing(f"No version of {source!r} was in force by {at:%Y-%m-%d %H:%M} UTC.")
    return version


def is_listed(address: bytes) -> bool:
    """Whether a list in force names the address. One query."""
    in_force = ListSource.objects.filter(enabled=True).values("version_id")
    return ListedAddress.objects.filter(address=address, version_id__in=in_force).exists()


def verdict_states(deposit_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The state of each deposit's current verdict; those without one are left out. One query."""
    rows = Verdict.objects.filter(deposit_id__in=deposit_ids, current=True)
    return dict(rows.values_list("deposit_id", "state"))


def verdict_history(deposit_id: UUID) -> list[Verdict]:
    """All verdicts on a deposit, oldest first, each with the lists it was given by. One query."""
    return list(Verdict.objects.filter(deposit_id=deposit_id).order_by("id"))


def open_holds() -> list[Hold]:
    """Money that waits for a decision, oldest first. One query."""
    return list(
        Hold.objects.filter(approved_at__isnull=True).select_related("verdict").order_by("id")
    )


HoldState = Literal["open", "released", "returned", "blocked"]
HOLD_STATES: tuple[HoldState, ...] = ("open", "released", "returned", "blocked")


def holds_page(
    *,
    state: HoldState = "open",
    order: Order | None = None,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Hold]:
    """Held money with the verdicts that held it: what waits, or what is decided one way. One query.

    Args:
        order: None: what waits oldest first, what is decided newest first.

    Raises:
        BadCursor
    """
    holds = Hold.objects.select_related("verdict")
    is_open = state == "open"
    holds = holds.filter(approved_at__isnull=is_open)
    if not is_open:
        holds = holds.filter(verdict__state=state)
    order = order or (OLDEST if is_open else NEWEST)
    return sorted_page(holds, order=order, cursor=cursor, size=size)


def hold_get(hold_id: UUID) -> Hold:
    """One hold with its verdict. One query.

    Raises:
        NoHold
    """
    hold = Hold.objects.select_related("verdict").filter(id=hold_id).first()
    if hold is None:
        raise NoHold
    return hold


def versions_named(verdict: Verdict) -> list[ListVersion]:
    """The lists' versions that a verdict was given by, by their sources' names. One query."""
    given = {(told["source"], told["number"]) for told in verdict.versions}
    versions = ListVersion.objects.filter(
        source_id__in=[source for source, _ in given], number__in=[number for _, number in given]
    )
    found = [one for one in versions if (one.source_id, one.number) in given]
    return sorted(found, key=lambda one: one.source_id)


def released_at(verdict: Verdict) -> datetime:
    """When people let go the money that a verdict held. One query."""
    hold = Hold.objects.get(verdict_id=verdict.id, approved_at__isnull=False)
    assert hold.approved_at is not None
    return hold.approved_at


def open_holds_of(shop_id: UUID) -> list[UUID]:
    """The open holds of a shop's money. One query."""
    holds = Hold.objects.filter(shop_id=shop_id, approved_at__isnull=True)
    return list(holds.values_list("id", flat=True))


def is_being_rescreened(shop_id: UUID) -> bool:
    """Whether a changed list may yet name a payer of what this shop was credited. Two queries.

    True from the moment a list is loaded until every deposit that its change touches is judged.
    """
    return (
        ListChange.objects.filter(finished_at__isnull=True).exists()
        or WaitingDeposit.objects.filter(shop_id=shop_id, again=True).exists()
    )

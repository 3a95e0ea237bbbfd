"""Questions about runs and differences."""

from uuid import UUID

from gateway.events.cursors import PAGE_SIZE, Page, newest_page
from gateway.settlement.reconciling.models import (
    Difference,
    DifferenceNote,
    ReconciliationLine,
    ReconciliationRun,
)


def latest_run() -> ReconciliationRun | None:
    """One query."""
    return ReconciliationRun.objects.order_by("-started_at").first()


def latest_lines() -> list[ReconciliationLine]:
    """The last line of every account and asset, whichever run it is of. One query."""
    rows = ReconciliationLine.objects.order_by("account", "asset", "-id")
    return list(rows.distinct("account", "asset"))


def history_page(
    *, account: str, asset: str, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[ReconciliationLine]:
    """What runs said of one account and asset, newest first. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    lines = ReconciliationLine.objects.filter(account=account, asset=asset)
    return newest_page(lines, cursor=cursor, size=size)


def open_differences() -> list[Difference]:
    """The oldest first. One query."""
    return list(Difference.objects.filter(status="open").order_by("opened_at", "id"))


def differences_page(*, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[Difference]:
    """All there were, newest first. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    return newest_page(Difference.objects.all(), cursor=cursor, size=size)


def difference_with_notes(
    difference_id: UUID,
) -> tuple[Difference, list[DifferenceNote]] | None:
    """One, with what people wrote, oldest first. Two queries."""
    found = Difference.objects.select_related("last_line").filter(id=difference_id).first()
    if found is None:
        return None
    return found, list(DifferenceNote.objects.filter(difference=found).order_by("id"))

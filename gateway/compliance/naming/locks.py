"""The rows of names that are locked: a list's change or a chunk of it, then the lists, then parties
by their ids."""

from uuid import UUID

from gateway.compliance.naming.models import GoodGuy, NameChange, NameChunk, ScreenedParty


def unplanned_change() -> NameChange | None:
    """The oldest change that stands in no chunks yet, FOR UPDATE; None also when somebody else is
    at it. One query."""
    return (
        NameChange.objects.select_for_update(skip_locked=True)
        .filter(planned_at__isnull=True, finished_at__isnull=True)
        .order_by("begun_at", "source", "number", "mode")
        .first()
    )


def planned_changes() -> list[NameChange]:
    """Those whose chunks are being screened and that nobody else is at, FOR UPDATE. One query."""
    found = NameChange.objects.select_for_update(skip_locked=True).filter(
        planned_at__isnull=False, finished_at__isnull=True
    )
    return list(found.order_by("source", "number", "mode"))


def open_chunk() -> NameChunk | None:
    """The oldest chunk that is not done and nobody else is at, FOR UPDATE. One query."""
    return (
        NameChunk.objects.select_for_update(skip_locked=True)
        .filter(done_at__isnull=True)
        .order_by("id")
        .first()
    )


def party(party_id: UUID) -> ScreenedParty:
    """FOR UPDATE. One query."""
    return ScreenedParty.objects.select_for_update(of=("self",)).get(id=party_id)


def good_guy(good_guy_id: UUID) -> GoodGuy | None:
    """An entry of the whitelist that holds, FOR UPDATE. One query."""
    return GoodGuy.objects.select_for_update().filter(id=good_guy_id, ended_at__isnull=True).first()

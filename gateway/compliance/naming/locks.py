"""The rows of names that are locked: a list's change, then the lists, then parties by their ids."""

from uuid import UUID

from gateway.compliance.naming.models import GoodGuy, NameChange, ScreenedParty


def open_change(*, source: str, mode: str) -> NameChange | None:
    """The oldest change of a list that has not reached all parties of a mode, FOR UPDATE; None also
    when somebody else is at it. One query."""
    return (
        NameChange.objects.select_for_update(skip_locked=True)
        .filter(source=source, mode=mode, finished_at__isnull=True)
        .order_by("number")
        .first()
    )


def party(party_id: UUID) -> ScreenedParty:
    """FOR UPDATE. One query."""
    return ScreenedParty.objects.select_for_update(of=("self",)).get(id=party_id)


def good_guy(good_guy_id: UUID) -> GoodGuy | None:
    """An entry of the whitelist that holds, FOR UPDATE. One query."""
    return GoodGuy.objects.select_for_update().filter(id=good_guy_id, ended_at__isnull=True).first()

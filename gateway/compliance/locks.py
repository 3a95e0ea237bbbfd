"""The rows this room locks. Lists before verdicts, sources in order of their names."""

from uuid import UUID

from gateway.compliance.models import Hold, ListChange, ListSource, Verdict


def sources_in_force() -> list[ListSource]:
    """The enabled lists, FOR SHARE: none of them changes before this transaction ends.

    The version in force is a column of the locked row itself: after waiting for a load to commit,
    PostgreSQL reads that row again, which it would not do for a joined one. One query.
    """
    # Django has no FOR SHARE of its own.
    return list(
        ListSource.objects.raw(
            "SELECT * FROM compliance_listsource WHERE enabled ORDER BY name FOR SHARE"
        )
    )


def source_for_load(name: str) -> ListSource:
    """The source, FOR UPDATE; made if it is new. Two queries."""
    ListSource.objects.bulk_create([ListSource(name=name)], ignore_conflicts=True)
    return ListSource.objects.select_for_update().get(name=name)


def current_verdict(deposit_id: UUID) -> Verdict | None:
    """The deposit's current verdict, FOR UPDATE. One query."""
    return Verdict.objects.select_for_update().filter(deposit_id=deposit_id, current=True).first()


def open_hold(deposit_id: UUID) -> Hold | None:
    """The deposit's undecided hold, FOR UPDATE. One query."""
    return (
        Hold.objects.select_for_update()
        .filter(deposit_id=deposit_id, approved_at__isnull=True)
        .first()
    )


def hold_of_verdict(verdict_id: UUID) -> Hold:
    """The hold that a verdict opened, decided or not, FOR UPDATE. One query."""
    return Hold.objects.select_for_update().get(verdict_id=verdict_id)


def unfinished_change(source: str) -> ListChange | None:
    """The source's oldest change that has not reached all deposits, FOR UPDATE; None also when
    somebody else is at it. One query."""
    return (
        ListChange.objects.select_for_update(skip_locked=True)
        .filter(source_id=source, finished_at__isnull=True)
        .order_by("version_id")
        .first()
    )

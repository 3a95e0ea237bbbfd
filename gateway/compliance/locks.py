"""The rows this room locks. Lists before verdicts, sources in order of their names."""

from uuid import UUID

from gateway.compliance.models import Hold, ListSource, Verdict


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

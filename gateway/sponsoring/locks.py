"""The rows and names this room locks."""

from uuid import UUID

from django.db import connection

from gateway.sponsoring.models import Authorization


def authorization_for_update(authorization_id: UUID) -> Authorization:
    """The row, locked. One query."""
    return Authorization.objects.select_for_update().get(id=authorization_id)


def counts_of(chain_id: int) -> None:
    """Let nobody else count a chain's authorizations until this transaction ends. One query.

    After the invoice, before any row.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('sponsoring.counts'), hashtext(%s))",
            [str(chain_id)],
        )

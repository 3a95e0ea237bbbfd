"""The rows this room locks: an act, before whatever its verb locks."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from gateway.custody.approvals.errors import ActUnknown
from gateway.custody.approvals.life import OPEN
from gateway.custody.approvals.models import Act


def act_for_update(act_id: UUID) -> Act:
    """Raises ActUnknown. One query."""
    act = Act.objects.select_for_update().filter(id=act_id).first()
    if act is None:
        raise ActUnknown
    return act


def open_act_for_update(*, kind: str, subject: str) -> Act | None:
    """The act of this kind about this subject that is not over. One query."""
    acts = Act.objects.select_for_update().filter(kind=kind, subject=subject, state__in=OPEN)
    return acts.first()


def database_moment() -> datetime:
    """The database's clock now, not when its transaction began. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    moment: datetime = row[0]
    return moment

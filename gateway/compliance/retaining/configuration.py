"""Which schedules there are: the setting RETAINING, behind the house's own."""

from typing import Final

from django.conf import settings

from gateway.compliance.retaining.errors import SchedulesUnreadable
from gateway.compliance.retaining.schedules import HOUSE_SCHEDULE, Schedule

KEYS: Final = frozenset({"schedules"})


def schedules_known() -> list[Schedule]:
    """Every version, in the order they were written down; the last one is in force.

    Raises:
        SchedulesUnreadable
    """
    told = settings.RETAINING
    if not isinstance(told, dict) or set(told) - KEYS:
        raise SchedulesUnreadable("RETAINING is an object with `schedules`, a list of versions.")
    known = [HOUSE_SCHEDULE]
    for one in told.get("schedules", ()):
        schedule = Schedule.from_plain(one, before=known[-1])
        if schedule.version in {version.version for version in known}:
            raise SchedulesUnreadable(f"RETAINING names the version {schedule.version!r} twice.")
        known.append(schedule)
    return known


def schedule_in_force() -> Schedule:
    """Raises SchedulesUnreadable."""
    return schedules_known()[-1]

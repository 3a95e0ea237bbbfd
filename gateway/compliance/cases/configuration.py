"""Which deadlines are in force, and what those were that old cases were opened under."""

from typing import Final

from django.conf import settings

from gateway.compliance.cases.deadlines import HOUSE_DEADLINES, Deadlines
from gateway.compliance.cases.errors import DeadlinesUnknown, DeadlinesUnreadable

KEYS: Final = frozenset({"deadlines"})


def deadlines_known() -> dict[str, Deadlines]:
    """Every version by its name, in the order they were written down; the last one is in force.

    Raises:
        DeadlinesUnreadable
    """
    told = settings.CASES
    if not isinstance(told, dict) or set(told) - KEYS:
        raise DeadlinesUnreadable("CASES is an object with `deadlines`, a list of versions.")
    known = {HOUSE_DEADLINES.version: HOUSE_DEADLINES}
    for one in told.get("deadlines", ()):
        rules = Deadlines.from_plain(one)
        if rules.version in known:
            raise DeadlinesUnreadable(f"CASES names the version {rules.version!r} twice.")
        known[rules.version] = rules
    return known


def deadlines_in_force() -> Deadlines:
    """What a case opened now is due by. Raises DeadlinesUnreadable."""
    return list(deadlines_known().values())[-1]


def deadlines_named(version: str) -> Deadlines:
    """Raises DeadlinesUnreadable, DeadlinesUnknown."""
    rules = deadlines_known().get(version)
    if rules is None:
        raise DeadlinesUnknown
    return rules

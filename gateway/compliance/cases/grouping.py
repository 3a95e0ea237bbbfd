"""Which case an alert belongs to. Pure.

Alerts about the same one are looked at together as long as they come close to one another; what
comes long after, or once the case is closed, is a case of its own that follows the one before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

WINDOW: Final = timedelta(days=30)
"""From a case's last alert. As long as a suspicious activity has for its report (31 CFR
1022.320(b)(3)): what is decided together is reported together."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """The case that gathers alerts about somebody, if there is one."""

    is_closed: bool
    last_alert_at: datetime


Way = Literal["open", "join", "follow"]
"""``follow``: a new case that names the one before."""


def way_of_alert(gathering: Gathering | None, *, at: datetime, window: timedelta = WINDOW) -> Way:
    """What becomes of an alert raised at ``at``."""
    if gathering is None:
        return "open"
    if gathering.is_closed or at - gathering.last_alert_at > window:
        return "follow"
    return "join"

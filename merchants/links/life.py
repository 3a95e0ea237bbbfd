"""What a payment link asks for, and whether it still does. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Kind = Literal["link", "donation"]
State = Literal["open", "paused", "ended", "sold_out", "closed"]

KINDS: Final = ("link", "donation")
STATUSES: Final = ("open", "paused", "closed")
"""What a person decided. Whether a link has ended or is sold out follows from its facts."""
STATES: Final = ("open", "paused", "ended", "sold_out", "closed")
MAX_TITLE: Final = 120
MAX_NOTE: Final = 500
MAX_SALES: Final = 1_000_000
CAP_DIVISOR: Final = 2
"""All links of a shop together may lock one part in so many of its cap of open locks."""
CHOICES: Final = 4
USUAL_LEAST_UNITS: Final = 500
"""Minor units: few people choose less than five euros, or five hundred yen, of a row of amounts."""


@dataclass(frozen=True, slots=True)
class Price:
    """Minor units of the shop's currency: a fixed amount, or bounds that the payer chooses between.

    Attributes:
        fixed: what is asked for; None where the payer chooses.
        minimum, maximum: the least and the most that they may choose; None of a fixed price.
    """

    fixed: int | None = None
    minimum: int | None = None
    maximum: int | None = None

    @property
    def is_sound(self) -> bool:
        """Whether it is one or the other, whole, and asks for something."""
        if self.fixed is not None:
            return self.fixed > 0 and self.minimum is None and self.maximum is None
        if self.minimum is None or self.maximum is None:
            return False
        return 0 < self.minimum <= self.maximum

    @property
    def least(self) -> int | None:
        return self.minimum if self.fixed is None else self.fixed

    @property
    def most(self) -> int | None:
        return self.maximum if self.fixed is None else self.fixed

    def units_for(self, chosen: int | None) -> int | None:
        """What somebody pays who chose ``chosen``; None if they may not. A fixed price is not
        chosen: whatever a form says, it stays."""
        if self.fixed is not None:
            return self.fixed
        if chosen is None or self.minimum is None or self.maximum is None:
            return None
        return chosen if self.minimum <= chosen <= self.maximum else None


def state_of(
    *,
    status: str,
    ends_at: datetime | None,
    sales_limit: int | None,
    sold: int,
    now: datetime,
) -> State:
    """What a link is for whoever opens it. A sale that a reorg takes back opens it again."""
    if status == "closed":
        return "closed"
    if sales_limit is not None and sold >= sales_limit:
        return "sold_out"
    if ends_at is not None and now >= ends_at:
        return "ended"
    return "paused" if status == "paused" else "open"


def quick_choices(*, minimum: int, maximum: int) -> tuple[int, ...]:
    """Up to four round amounts (1, 2, 5, 10, 20 …) that may be chosen, in order; none of them if
    no round amount lies within the bounds.

    They begin at a usual amount where the bounds reach it, else they are the largest there are.
    """
    powers = range(len(str(maximum)))
    round_units = (step * 10**power for power in powers for step in (1, 2, 5))
    found = [units for units in round_units if minimum <= units <= maximum]
    usual = [units for units in found if units >= USUAL_LEAST_UNITS]
    return tuple(usual[:CHOICES]) or tuple(found[-CHOICES:])

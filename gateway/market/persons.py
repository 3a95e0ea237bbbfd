"""What every act of a person on the desk needs: who, and why."""

from typing import Final

from gateway.market.errors import ReasonMissing

MAX_REASON: Final = 500


def check_person(because: str, by: str) -> None:
    """Refuse an act without a person and a reason.

    Raises:
        ReasonMissing
    """
    if not because.strip() or not by.strip() or len(because) > MAX_REASON:
        raise ReasonMissing

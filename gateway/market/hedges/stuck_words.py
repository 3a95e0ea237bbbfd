"""When an exchange's own word on what it was asked for leaves room for a person's. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from gateway.market.hedges.stuck_errors import ExchangeTells, NotAskedLately, TooEarly

ASKED_LATELY: Final = timedelta(minutes=5)
UNKNOWN_FOR: Final = timedelta(minutes=10)
SILENT_FOR: Final = timedelta(hours=1)
UNKNOWN, SILENT = "unknown", "silent"
"""What is kept as the exchange's word when it has none."""


def check_word(
    told: str,
    *,
    told_at: datetime | None,
    asked_at: datetime,
    now: datetime,
    also: Collection[str] = (),
) -> None:
    """Whether a person may say what became of something that an exchange was asked for.

    Args:
        told: the exchange's last word; ``SILENT`` if it did not answer.
        also: words of it that leave room too, after as long as ``UNKNOWN`` does.

    Raises:
        NotAskedLately: nobody has asked it in the last minutes.
        ExchangeTells: it has a word of its own on it.
        TooEarly: it may still show by itself.
    """
    if told_at is None or now - told_at > ASKED_LATELY:
        raise NotAskedLately
    if told not in {UNKNOWN, SILENT, *also}:
        raise ExchangeTells
    if now - asked_at < (SILENT_FOR if told == SILENT else UNKNOWN_FOR):
        raise TooEarly

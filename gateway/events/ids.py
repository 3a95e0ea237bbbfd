"""UUIDv7: ordered by time, mergeable, and nothing for a rival to count (RFC 9562, section 5.7)."""

import os
import threading
import time
from datetime import datetime
from uuid import UUID

_lock = threading.Lock()
_last_ticks = 0

# 12 bits of each millisecond (RFC 9562, section 6.2, method 3): about a quarter of a microsecond
TICKS_PER_MILLISECOND = 4096


def uuid7() -> UUID:
    """A new id: 48 bits of Unix milliseconds, 12 bits of their fraction, 62 random bits.

    Within one process each id is greater than the one before.
    """
    global _last_ticks  # noqa: PLW0603 (the order within this process is the process's state)
    now = time.time_ns() * TICKS_PER_MILLISECOND // 1_000_000
    with _lock:
        now = max(now, _last_ticks + 1)
        _last_ticks = now
    milliseconds, fraction = divmod(now, TICKS_PER_MILLISECOND)
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= fraction << 64
    value |= 0b10 << 62
    value |= int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=value)


def least_id_of(moment: datetime) -> UUID:
    """No id made at this moment or later is smaller."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=(milliseconds & 0xFFFF_FFFF_FFFF) << 80)

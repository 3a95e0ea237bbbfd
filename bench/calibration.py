"""A fixed loop whose time says how fast this machine is just now."""

import time

ROUNDS = 5
TURNS = 400_000


def calibration_ms() -> float:
    """The median milliseconds of a fixed integer loop: divide absolute times by it."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        value = 1
        for turn in range(TURNS):
            value = (value * 6_364_136_223_846_793_005 + turn) & 0xFFFF_FFFF_FFFF_FFFF
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)[ROUNDS // 2]

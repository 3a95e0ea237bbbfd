"""PINs: which are ones, and how long to wait after wrong ones. Pure."""

from datetime import timedelta
from typing import Final

LEAST_DIGITS: Final = 4
MOST_DIGITS: Final = 8
FREE_TRIES: Final = 5
"""Wrong ones in a row before anybody has to wait."""
FIRST_WAIT_SECONDS: Final = 30
LONGEST_WAIT_SECONDS: Final = 3_600
_RUNS: Final = "01234567890", "09876543210"


def is_pin(text: str) -> bool:
    """Whether it is four to eight digits of the keypad."""
    return LEAST_DIGITS <= len(text) <= MOST_DIGITS and text.isascii() and text.isdigit()


def is_guessed_first(pin: str) -> bool:
    """Whether whoever finds the till would try it first: one digit over and over, or a run."""
    return len(set(pin)) == 1 or any(pin in run for run in _RUNS)


def wait_after(failed: int) -> timedelta:
    """How long nobody may try again after so many wrong ones in a row: nothing up to the fourth,
    half a minute after the fifth, then twice as long each time, an hour at most."""
    if failed < FREE_TRIES:
        return timedelta(0)
    doublings = min(failed - FREE_TRIES, 16)
    return timedelta(seconds=min(FIRST_WAIT_SECONDS << doublings, LONGEST_WAIT_SECONDS))

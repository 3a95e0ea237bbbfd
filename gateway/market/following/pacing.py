"""Doing a thing at most once in so many seconds."""

import time


class Every:
    """A thing to do at most once in so many seconds; due at first."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due = 0.0

    def is_due(self) -> bool:
        now = time.monotonic()
        if now < self._due:
            return False
        self._due = now + self._seconds
        return True

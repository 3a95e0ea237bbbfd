"""Whether money may leave: what knows better than the journal is asked in one shape.

Whoever compares books and world registers its question when the house starts; each verb that takes
money out asks them all, on whatever floor it is.
"""

from typing import Protocol


class StopQuestion(Protocol):
    """Whether so many base units of an asset must stay, in houses' money of that mode."""

    def __call__(self, *, mode: str, asset: str, units: int) -> bool: ...


_asked: dict[str, StopQuestion] = {}


def stop_register(reason: str, question: StopQuestion) -> None:
    """Have it asked from now on; again under the same reason replaces it.

    Args:
        reason: a stable code; it is what waits shows.
    """
    _asked[reason] = question


def stop_forget(reason: str) -> None:
    """No longer."""
    _asked.pop(reason, None)


def stopped_for(*, mode: str, asset: str, units: int) -> str:
    """Why so many base units may not leave now; "" if they may. At most a query a question."""
    for reason in sorted(_asked):
        if _asked[reason](mode=mode, asset=asset, units=units):
            return reason
    return ""

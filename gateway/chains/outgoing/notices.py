"""What stays true from round to round is logged when it begins, not at every round."""

from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Notices:
    """Conditions of one chain's sender that hold now, each said once."""

    def __init__(self, *, chain_id: int) -> None:
        self._chain_id = chain_id
        self._said: set[str] = set()

    def say(self, key: str, event: str, **details: Any) -> None:
        """Log ``event``, unless the condition ``key`` held already."""
        if key not in self._said:
            self._said.add(key)
            log.error(event, chain_id=self._chain_id, **details)

    def over(self, key: str) -> None:
        """The condition holds no more; it is said again when it comes back."""
        self._said.discard(key)

"""What two people decided about a transfer, where a reorg took it out and it was mined again.

It is a new deposit then, and the same transaction: what was decided about it stands, so that a
shopper whose money was let go isn't stopped again because a chain changed its mind.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gateway.compliance.models import Hold

OUTCOMES: Final = {"release": "released", "return": "returned", "block": "blocked"}
"""A decision, and the state of the verdict that it leaves."""

Match = dict[str, str]


def decided_before(*, remined_from: UUID | None, matches: Sequence[Match]) -> Hold | None:
    """The decided hold of the deposit that this one is again, if whoever decided looked at all
    that is found about its payers now. No query if it was mined once, else one."""
    if remined_from is None:
        return None
    holds = Hold.objects.filter(
        deposit_id=remined_from, approved_at__isnull=False, verdict__current=True
    )
    hold = holds.select_related("verdict").first()
    return hold if hold is not None and known(matches, hold.verdict.matches) else None


def known(matches: Sequence[Match], before: Sequence[Match]) -> bool:
    """Whether two people already looked at all of these matches when they decided: an address that
    a list names for something else by now is another match."""
    seen = {_what(match) for match in before}
    return all(_what(match) in seen for match in matches)


def _what(match: Match) -> tuple[str, str, str]:
    # Not by the name: of a trace that is its id, and each is another one.
    return match["address"], match["source"], match["program"]

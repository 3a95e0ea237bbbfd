"""Deposits grow old: confirmed by what their address holds, then final."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from gateway.chains.cursor import Header
from gateway.chains.watching.deposit_rows import Row
from gateway.chains.watching.means import WatchMeans

log = structlog.get_logger(__name__)

DUE_PER_STEP = 500
DOUBT_MAX_BLOCKS = 64


class Ageing:
    """Confirms and finalises what the processed head allows."""

    def __init__(self, means: WatchMeans) -> None:
        self._means = means
        self._done_at: int | None = None
        self._doubted: dict[UUID, tuple[int, int]] = {}

    def look_again(self) -> None:
        """There may be something due at a head that was looked at already."""
        self._done_at = None

    def grow_old(self, head: Header) -> None:
        """One query if there is nothing.

        Raises:
            NodeFault: balances can't be known.
            LeaseLost: another watcher took over.
        """
        if self._done_at == head.number:
            return
        while self._some_grew_old(head):
            pass
        self._done_at = head.number

    def _some_grew_old(self, head: Header) -> bool:
        means = self._means
        due = means.pen.due(head=head, limit=DUE_PER_STEP)
        confirmed = [row for row in due if row.state == "confirmed"]
        seen = [row for row in due if row.state == "seen" and not self._is_doubted(row, head)]
        if confirmed:
            final = means.pen.finalise(confirmed, now=means.clock())
            means.metrics.deposits("final", len(final))
        if seen:
            self._confirm(seen, head)
        return bool(confirmed or seen)

    def _confirm(self, rows: Sequence[Row], head: Header) -> None:
        means = self._means
        contracts = {token.code: address for address, token in means.ear.facts.tokens.items()}
        pairs = list({(row.address, row.asset) for row in rows})
        balances = means.ear.token_balances(
            [(address, contracts.get(asset)) for address, asset in pairs], at=head
        )
        confirmed = means.pen.confirm(
            rows, balances=dict(zip(pairs, balances, strict=True)), now=means.clock()
        )
        means.metrics.deposits("confirmed", len(confirmed))
        settled = {row.id for row in confirmed}
        for row in rows:
            if row.id in settled:
                self._doubted.pop(row.id, None)
            else:
                self._doubt(row, head)

    def _is_doubted(self, row: Row, head: Header) -> bool:
        until, _ = self._doubted.get(row.id, (0, 0))
        return head.number < until

    def _doubt(self, row: Row, head: Header) -> None:
        """Ask again later, less and less often, for money that a log told of and isn't there."""
        _, wait = self._doubted.get(row.id, (0, 0))
        wait = min(DOUBT_MAX_BLOCKS, max(1, wait * 2))
        self._doubted[row.id] = (head.number + wait, wait)
        self._means.metrics.doubted()
        log.warning(
            "chains.balance_differs",
            chain_id=row.chain_id,
            deposit_id=str(row.id),
            asset=row.asset,
            claimed=str(row.claimed_units),
        )

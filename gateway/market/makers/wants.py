"""What orders are wanted for, and what a maker's terms let it be asked. Pure."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from gateway.market.firm.choosing import ladder_sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Something to be traded, before anybody is asked.

    Attributes:
        reference: names the need in rows.
        side, pair: ``sell`` or ``buy`` of the first of ``WETH/USDC``.
        token_in, token_out, taker: addresses, 20 bytes; the taker gives ``token_in``.
        amount_in: base units of ``token_in``.
        fair: base units of ``token_out`` that one of ``token_in`` is worth.
        cents: US cents that one base unit of ``token_in`` is worth.
    """

    reference: str
    chain_id: int
    side: str
    pair: str
    taker: bytes
    token_in: bytes
    token_out: bytes
    amount_in: int
    fair: Fraction
    cents: Fraction

    def sizes(self, *, least_cents: int, most_cents: int) -> tuple[int, ...]:
        """Base units that a maker with these terms is asked for, largest first."""
        return ladder_sizes(
            self.amount_in,
            least=ceil(least_cents / self.cents),
            most=floor(most_cents / self.cents),
        )

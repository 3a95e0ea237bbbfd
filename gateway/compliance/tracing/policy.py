"""How far a trace goes and what its answer leads to: one frozen, versioned set of numbers. Pure.

docs/reference/tracing.md says of each number where it comes from.
"""

from dataclasses import dataclass
from typing import Final

from gateway.compliance.tracing.transfers import MICROS

BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class TracePolicy:
    """
    Attributes:
        version: names these numbers in every verdict.
        max_hops: transfers between a labelled address and the one asked about; beyond: unknown.
        max_addresses: whose transfers are looked up for one trace.
        max_transfers: of one address; what is older is not looked at.
        max_lots: pieces that the FIFO trail follows before it is cut.
        window_seconds: how far back transfers are looked up.
        deadline_seconds: for all look-ups of one trace.
        fan_out_recipients: distinct ones, paid more than dust, that make an address like an
            exchange: money is not followed through it.
        dust_micros: what one address gave another of one asset in all, in micro-dollars, below
            which it is not looked at.
        dust_share_bps: the same for an asset without a price: of all that the recipient was given
            of it.
        look_alike_digits: hexadecimal digits at the beginning and at the end that an address of a
            poisoner shares with the one it imitates.
        indirect_high_bps, indirect_high_micros: share and amount of listed origin, beyond one hop,
            from which on the verdict is ``high``; both must be reached.
        indirect_review_bps, indirect_review_micros: from which on it is ``review``.
        risky_bps, risky_micros: of mixers, theft, darknet and scam, for ``review``.
        unknown_bps: the largest unknown share of a ``clear`` verdict.
        unknown_alert_micros: a payment of an unknown wallet from this amount on alerts.
    """

    version: str
    max_hops: int = 4
    max_addresses: int = 30
    max_transfers: int = 2_000
    max_lots: int = 5_000
    window_seconds: int = 7 * 86_400
    deadline_seconds: int = 45
    fan_out_recipients: int = 100
    dust_micros: int = 1 * MICROS
    dust_share_bps: int = 10
    look_alike_digits: int = 4
    indirect_high_bps: int = 2_500
    indirect_high_micros: int = 1_000 * MICROS
    indirect_review_bps: int = 500
    indirect_review_micros: int = 100 * MICROS
    risky_bps: int = 2_500
    risky_micros: int = 1_000 * MICROS
    unknown_bps: int = 2_500
    unknown_alert_micros: int = 3_000 * MICROS


POLICY: Final = TracePolicy(version="2026-11-1")
"""The numbers in force."""

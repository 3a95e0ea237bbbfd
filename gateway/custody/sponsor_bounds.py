"""What gas the house gives to shoppers' signed transfers, and only to those that pay us. Pure.

The money that moves is the payer's, by the payer's signature; what the house can lose is gas. A
transfer is paid for only if it lands in a deposit address of ours. The authorization's own nonce
proves that: it is the salt from which the address follows, so nothing beside the transaction is
believed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from eth_utils.crypto import keccak

from gateway.custody.addresses import address_text
from gateway.custody.errors import PolicyRefused
from gateway.custody.sponsor_calls import AuthorizedTransfer

ADDRESS_BYTES = 20
SPONSOR_PREFIX = "sponsor:"
"""Marks the daily sum of the maximum fees of signed transfers, in wei, per native coin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorBounds:
    """Gas in gas units, fees in wei.

    Attributes:
        deposit_codes: by factory, the hash of the init code of its deposit addresses.
    """

    deposit_codes: Mapping[bytes, bytes]
    max_gas_limit: int
    fees_per_day: int


def check_sponsored(
    bounds: SponsorBounds | None, call: AuthorizedTransfer, *, gas_limit: int
) -> SponsorBounds:
    """The bounds, if the call pays a deposit address of ours and burns no more than they let it.

    Raises:
        PolicyRefused
    """
    if bounds is None:
        raise PolicyRefused("sponsor_not_bounded", "This chain's policy pays for nobody's gas.")
    if gas_limit > bounds.max_gas_limit:
        raise PolicyRefused("gas_over_cap", "The gas limit is above a signed transfer's cap.")
    if call.units <= 0 or not any(
        _create2(factory, code, salt=call.nonce) == call.to
        for factory, code in bounds.deposit_codes.items()
    ):
        raise PolicyRefused(
            "destination_not_allowed",
            f"{address_text(call.to)} is not the deposit address that its nonce names.",
        )
    return bounds


def _create2(factory: bytes, code_hash: bytes, *, salt: bytes) -> bytes:
    """EIP-1014."""
    return bytes(keccak(b"\xff" + factory + salt + code_hash))[-ADDRESS_BYTES:]

"""A brake on wrong pairing codes, by the network they come from."""

from typing import Final

from merchants.accounts.throttling import seconds_to_wait, try_succeeded
from merchants.tills.errors import PairingThrottled

_WHAT: Final = "pairing"


def code_try_begin(address: str) -> None:
    """Count a code as wrong before it is tried.

    Raises:
        PairingThrottled
    """
    seconds = seconds_to_wait(address, what=_WHAT)
    if seconds:
        raise PairingThrottled(retry_after_seconds=seconds)


def code_try_succeeded(address: str) -> None:
    """Give back this try's own token."""
    try_succeeded(address, what=_WHAT)

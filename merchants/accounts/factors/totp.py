"""Codes of an authenticator app: time-based one-time passwords (RFC 6238, over RFC 4226). Pure.

SHA-1, six digits and thirty seconds: what every app knows, whatever else it may be told.
"""

import base64
import hmac
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

SECRET_BYTES: Final = 20
"""The length of SHA-1's output, as RFC 4226 recommends (section 4, R6)."""
STEP_SECONDS: Final = 30
DIGITS: Final = 6
DRIFT_STEPS: Final = 1
"""How far a phone's clock may be off, either way (RFC 6238, section 5.2)."""


def code_at(secret: bytes, step: int, *, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """The code of one step (RFC 4226, section 5.3: HOTP with dynamic truncation)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), algorithm)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_at(moment: datetime) -> int:
    """The number of the step that a moment is in."""
    return int(moment.timestamp()) // STEP_SECONDS


def step_of(secret: bytes, typed: str, *, now: datetime, after: int) -> int | None:
    """The step whose code was typed; None if it is none that counts now.

    Every candidate is compared, so that how long it takes tells nothing.

    Args:
        after: the last step whose code was taken: that code and those before are worth nothing
            any more (RFC 6238, section 5.2).
    """
    digits = code_typed(typed)
    present, found = step_at(now), None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(code_at(secret, step), digits) and step > after:
            found = step
    return found


def code_typed(typed: str) -> str:
    """What was typed without the spaces that people write between the digits; ASCII only."""
    return "".join(typed.split()).encode("ascii", "ignore").decode()[: DIGITS + 1]


def secret_shown(secret: bytes) -> str:
    """The secret as apps take it by hand: base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def uri_of(secret: bytes, *, account: str, issuer: str) -> str:
    """What the code for an app's camera says (Google Authenticator's key URI format)."""
    fields = {"secret": base64.b32encode(secret).decode().rstrip("="), "issuer": issuer}
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode(fields, quote_via=quote)}"

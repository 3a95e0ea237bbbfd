"""A message that one browser alone can read, as a push service carries it: RFC 8291. Pure."""

from base64 import urlsafe_b64decode
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

import http_ece
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)

MOST_PLAIN_BYTES: Final = 3_993
"""RFC 8291 §4: 4 096 bytes with header, tag and delimiter, which every service takes."""
PUBLIC_BYTES: Final = 65
SECRET_BYTES: Final = 16
SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Receiver:
    """What a browser gave us to encrypt with.

    Attributes:
        public: its P-256 point, uncompressed.
        secret: what it shares with us alone, ``auth`` in the Push API.
    """

    public: bytes
    secret: bytes


def receiver_of(*, p256dh: str, auth: str) -> Receiver:
    """A receiver out of the two values of a ``PushSubscription``, each base64url.

    Raises:
        ValueError: they are no key and no secret.
    """
    public, secret = _decoded(p256dh), _decoded(auth)
    if len(public) != PUBLIC_BYTES or len(secret) != SECRET_BYTES:
        raise ValueError("a key or a secret of the wrong length")
    EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public)  # a point on the curve
    return Receiver(public=public, secret=secret)


def is_secret_of(receiver: Receiver, auth: str) -> bool:
    """Whether ``auth``, base64url, is the secret that the browser shares with us."""
    try:
        return compare_digest(_decoded(auth), receiver.secret)
    except ValueError:
        return False


def encrypted(plain: bytes, *, to: Receiver, sender: EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body of a push request, ``Content-Encoding: aes128gcm``.

    Args:
        sender: made for this one message.
        salt: ``SALT_BYTES`` at random.

    Raises:
        ValueError: nothing (of which the library makes no record), or more than
            ``MOST_PLAIN_BYTES``.
    """
    if not 0 < len(plain) <= MOST_PLAIN_BYTES:
        raise ValueError(f"{len(plain)} bytes are nothing, or more than a push service has to take")
    body: bytes = http_ece.encrypt(
        plain,
        salt=salt,
        private_key=sender,
        dh=to.public,
        auth_secret=to.secret,
        version="aes128gcm",
    )
    return body


def _decoded(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))

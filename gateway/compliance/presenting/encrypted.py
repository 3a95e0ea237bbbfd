"""Answers that only we can read, whatever lies between: ``direct_post.jwt``, as the HAIP profile
wants it. Pure.

Each request has a key of its own, made of a secret of ours and its id, so that it lies nowhere.
"""

from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto.common import JWException
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from gateway.compliance.presenting.encoding import encoded, object_of
from gateway.compliance.presenting.errors import AnswerRefused, CredentialRefused
from gateway.compliance.presenting.trust import CURVE

AGREEMENT: Final = "ECDH-ES"
CIPHERS: Final = ("A128GCM", "A256GCM")
KEY_ID: Final = "answer"
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (SEC 2, 2.4.2)."""


def answer_key(secret: bytes) -> JWK:
    """The key of one request, of 48 bytes: as many more than the curve's that none is likelier."""
    if len(secret) != 48:
        raise ValueError("a request's key is made of 48 bytes")
    scalar = int.from_bytes(secret, "big") % (_ORDER - 1) + 1
    return JWK.from_pyca(ec.derive_private_key(scalar, ec.SECP256R1()))


def answer_key_told(key: JWK) -> dict[str, str]:
    """Its public half, as a request names it."""
    told = key.export_public(as_dict=True)
    return {
        "kty": "EC",
        "crv": CURVE,
        "x": told["x"],
        "y": told["y"],
        "use": "enc",
        "alg": AGREEMENT,
        "kid": KEY_ID,
    }


def answer_opened(text: str, *, key: JWK) -> dict[str, Any]:
    """What a wallet encrypted to a request's key.

    Raises:
        AnswerRefused: encrypted another way, or to another key.
    """
    parts = text.split(".")
    try:
        header = object_of(parts[0])
        if header.get("alg") != AGREEMENT or header.get("enc") not in CIPHERS:
            raise AnswerRefused("The answer is encrypted another way than was asked for.")
        if len(parts) != 5 or {"zip", "crit"} & set(header):
            raise AnswerRefused("The answer is packed, or no JWE.")
        opening = JWE(algs=[AGREEMENT, *CIPHERS])
        opening.deserialize(text, key)
        return object_of(encoded(opening.payload))
    except (JWException, CredentialRefused, ValueError) as error:
        raise AnswerRefused("The answer can't be opened.") from error

"""What a wallet is asked, as OpenID for Verifiable Presentations 1.0 writes it. Pure.

By reference: the QR holds who asks and where the request lies; there it is signed, under a
certificate whose hash is our name (``x509_hash``, which the HAIP profile wants): nobody between us
and the wallet can ask for more, or have the answer sent elsewhere.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from gateway.compliance.presenting.credentials import CLAIMS, CREDENTIAL_TYPE
from gateway.compliance.presenting.encoding import encoded
from gateway.compliance.presenting.encrypted import CIPHERS, answer_key_told
from gateway.compliance.presenting.trust import ALGORITHM

REQUEST_TYPE: Final = "oauth-authz-req+jwt"
REQUEST_MEDIA: Final = "application/oauth-authz-req+jwt"
QUERY: Final = "identity"
"""The one credential that is asked for, by the name that the answer uses."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Whom wallets see asking.

    Attributes:
        chain: its certificate first, then those above it.
    """

    key: JWK = field(repr=False)
    chain: tuple[Certificate, ...]

    @property
    def client_id(self) -> str:
        """``x509_hash:`` and the SHA-256 of the certificate (OpenID4VP 1.0, 5.9.3)."""
        der = self.chain[0].public_bytes(Encoding.DER)
        return f"x509_hash:{encoded(sha256(der).digest())}"

    @property
    def x5c(self) -> list[str]:
        """The chain as headers name it (RFC 7515, 4.1.6), without the root above it: who trusts it
        has it, and wallets of the HAIP profile refuse a chain that brings its own."""
        own, above = self.chain[:1], self.chain[1:]
        return [_base64(one) for one in (*own, *(up for up in above if up.issuer != up.subject))]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as its row keeps it.

    Attributes:
        answer_key: to which the answer is to be encrypted; None: it is asked for plain.
    """

    client_id: str
    nonce: str
    state: str
    answer_uri: str
    answer_key: JWK | None = field(repr=False)
    vcts: Sequence[str]
    asked_at: datetime
    expires_at: datetime


def query(vcts: Iterable[str]) -> dict[str, Any]:
    """In the Digital Credentials Query Language: three claims, of any kind that we trust."""
    return {
        "credentials": [
            {
                "id": QUERY,
                "format": CREDENTIAL_TYPE,
                "meta": {"vct_values": sorted(vcts)},
                "claims": [{"path": [name]} for name in CLAIMS],
            }
        ]
    }


def request_signed(asked: Asked, *, signer: Signer, name: str) -> str:
    """The request object, a JWT.

    Args:
        name: of the house, for the wallet to show beside what the certificate says.
    """
    payload = {
        "iss": asked.client_id,
        "aud": "https://self-issued.me/v2",
        "response_type": "vp_token",
        "response_mode": "direct_post.jwt" if asked.answer_key else "direct_post",
        "client_id": asked.client_id,
        "response_uri": asked.answer_uri,
        "nonce": asked.nonce,
        "state": asked.state,
        "dcql_query": query(asked.vcts),
        "client_metadata": {
            "client_name": name,
            "vp_formats_supported": {
                CREDENTIAL_TYPE: {
                    "sd-jwt_alg_values": [ALGORITHM],
                    "kb-jwt_alg_values": [ALGORITHM],
                }
            },
            **(_encryption(asked.answer_key) if asked.answer_key else {}),
        },
        "iat": int(asked.asked_at.timestamp()),
        "exp": int(asked.expires_at.timestamp()),
    }
    return signed(
        payload,
        key=signer.key,
        header={
            "typ": REQUEST_TYPE,
            "x5c": signer.x5c,
        },
    )


def _encryption(key: JWK) -> dict[str, Any]:
    return {
        "jwks": {"keys": [answer_key_told(key)]},
        "encrypted_response_enc_values_supported": list(CIPHERS),
    }


def signed(payload: dict[str, Any], *, key: JWK, header: dict[str, Any]) -> str:
    """A JWT in its compact form, by ES256."""
    token = JWS(json.dumps(payload).encode())
    token.add_signature(key, protected=json.dumps({"alg": ALGORITHM, **header}))
    return str(token.serialize(compact=True))


def wallet_link(*, client_id: str, request_uri: str) -> str:
    """What the QR holds, and the link on a device that has a wallet itself. As short as may be: a
    query needs no escapes for colons and slashes (RFC 3986, 3.4), and each makes the QR finer."""
    return (
        f"openid4vp://?client_id={quote(client_id, safe=':')}"
        f"&request_uri={quote(request_uri, safe=':/')}"
    )


def _base64(certificate: Certificate) -> str:
    pem = certificate.public_bytes(Encoding.PEM).decode("ascii")
    return "".join(pem.splitlines()[1:-1])

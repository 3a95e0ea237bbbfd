"""That a wallet holds the key that a credential shall be bound to (OpenID4VCI 1.0, F.1). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from gateway.compliance.issuing.errors import WalletRefused
from gateway.compliance.issuing.life import NONCE_FOR
from gateway.compliance.presenting.encoding import object_of
from gateway.compliance.presenting.errors import CredentialRefused
from gateway.compliance.presenting.life import LEEWAY
from gateway.compliance.presenting.trust import ALGORITHM, public_key

PROOF_TYPE: Final = "openid4vci-proof+jwt"
MAX_CHARACTERS: Final = 4_000
_OTHER_KEYS: Final = frozenset({"kid", "x5c", "trust_chain"})
"""A key by its value alone: one by name or certificate would have to be believed."""
_ELSE: Final = frozenset({"crit", "b64"})
"""By which the signature would mean something else. What is left is nobody's to refuse (RFC 7515,
4): a wallet may add an attestation of its key, which we don't ask for."""


@dataclass(frozen=True, slots=True)
class HolderProof:
    """Attributes: nonce: of ours, says the wallet; whether it is, is yet to be checked."""

    key: JWK = field(repr=False)
    nonce: str


def proof_read(text: str, *, issuer: str, now: datetime) -> HolderProof:
    """What a wallet signed with the key that it wants bound.

    Args:
        issuer: for whom it must be made: us.

    Raises:
        WalletRefused: ``invalid_proof``.
    """
    parts = text.split(".")
    if len(text) > MAX_CHARACTERS or len(parts) != 3:
        raise WalletRefused("invalid_proof", "The proof is no JWT.")
    try:
        header, payload = object_of(parts[0]), object_of(parts[1])
        if header.get("typ") != PROOF_TYPE or header.get("alg") != ALGORITHM:
            raise WalletRefused("invalid_proof", f"A proof is {PROOF_TYPE} by {ALGORITHM}.")
        if "jwk" not in header or _OTHER_KEYS & set(header):
            raise WalletRefused("invalid_proof", "A proof names its key as jwk, and only so.")
        if _ELSE & set(header):
            raise WalletRefused("invalid_proof", "A proof is signed as RFC 7515 says, no more.")
        key = public_key(header["jwk"])
        signed = JWS()
        signed.allowed_algs = [ALGORITHM]
        signed.deserialize(text, key)
    except (CredentialRefused, JWException, ValueError) as error:
        raise WalletRefused("invalid_proof", "The proof's key or signature is none.") from error
    nonce = payload.get("nonce")
    if payload.get("aud") not in (issuer, [issuer]) or not _is_now(payload, now=now):
        raise WalletRefused("invalid_proof", "The proof is for somebody else, or of another time.")
    if not isinstance(nonce, str):
        raise WalletRefused("invalid_nonce", "The proof has no nonce.")
    return HolderProof(key=key, nonce=nonce)


def _is_now(payload: Mapping[str, Any], *, now: datetime) -> bool:
    told = payload.get("iat")
    if isinstance(told, bool) or not isinstance(told, int | float):
        return False
    return (now - NONCE_FOR - LEEWAY).timestamp() <= told <= (now + LEEWAY).timestamp()

"""What wallets and verifiers read of us at well-known places. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from gateway.compliance.issuing.content import VCT, claims_told
from gateway.compliance.presenting.credentials import CREDENTIAL_TYPE
from gateway.compliance.presenting.trust import ALGORITHM

GRANT: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
CONFIGURATION: Final = "verified_person"
"""The one kind of credential that there is, by its name in metadata."""
CODE_DIGITS: Final = 6


def issuer_metadata(issuer: str, *, name: str) -> dict[str, Any]:
    """Credential Issuer Metadata (OpenID4VCI 1.0, 12.2)."""
    return {
        "credential_issuer": issuer,
        "credential_endpoint": f"{issuer}/credentials/issue",
        "nonce_endpoint": f"{issuer}/credentials/nonce",
        "display": [{"name": name}],
        "credential_configurations_supported": {
            CONFIGURATION: {
                "format": CREDENTIAL_TYPE,
                "vct": VCT,
                "cryptographic_binding_methods_supported": ["jwk"],
                "credential_signing_alg_values_supported": [ALGORITHM],
                "proof_types_supported": {
                    "jwt": {"proof_signing_alg_values_supported": [ALGORITHM]}
                },
                "credential_metadata": {
                    "display": [
                        {"name": f"{name}: verified person", "locale": "en"},
                        {"name": f"{name}:已核实身份", "locale": "zh-Hans"},
                    ],
                    "claims": claims_told(),
                },
            }
        },
    }


def server_metadata(issuer: str) -> dict[str, Any]:
    """OAuth 2.0 Authorization Server Metadata (RFC 8414)."""
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/credentials/token",
        "token_endpoint_auth_methods_supported": ["none"],
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def keys_metadata(issuer: str, keys: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """JWT VC Issuer Metadata (draft-ietf-oauth-sd-jwt-vc, 5): by which keys ours are signed."""
    return {"issuer": issuer, "jwks": {"keys": [dict(key) for key in keys]}}


def offer_told(issuer: str, *, code: str) -> dict[str, Any]:
    """A Credential Offer (OpenID4VCI 1.0, 4.1.1)."""
    return {
        "credential_issuer": issuer,
        "credential_configuration_ids": [CONFIGURATION],
        "grants": {
            GRANT: {
                "pre-authorized_code": code,
                "tx_code": {
                    "input_mode": "numeric",
                    "length": CODE_DIGITS,
                    "description": "The code that an officer gave you",
                },
            }
        },
    }

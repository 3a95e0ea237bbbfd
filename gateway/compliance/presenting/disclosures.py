"""What a presentation opens of a credential, checked where the library doesn't (RFC 9901, 7.1).

``sd-jwt`` takes disclosures that nothing refers to, names like ``_sd``, and a text of three letters
for a list of three: all are refused here before it sees them. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from gateway.compliance.presenting.encoding import encoded, json_of
from gateway.compliance.presenting.errors import CredentialRefused

DIGESTS: Final = "_sd"
ELEMENT: Final = "..."
HASH: Final = "_sd_alg"
NEVER_HIDDEN: Final = frozenset(
    {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", DIGESTS, ELEMENT, HASH}
)
"""What a credential says to everybody: a holder who could leave it out would (SD-JWT VC, 2.2.2)."""
MAX_DISCLOSURES: Final = 64


def check_disclosures(payload: Mapping[str, Any], disclosures: Sequence[str]) -> None:
    """Refuse disclosures that are not the credential's, each exactly once.

    Raises:
        CredentialRefused: ``tampered`` for what the issuer never signed; ``unreadable``.
    """
    if len(disclosures) > MAX_DISCLOSURES:
        raise CredentialRefused("unreadable", "too many disclosures")
    if payload.get(HASH, "sha-256") != "sha-256":
        raise CredentialRefused("unreadable", "another hash than SHA-256")
    opened = [_value(one) for one in disclosures]
    digests = [found for value in (payload, *opened) for found in _digests(value)]
    if len(set(digests)) != len(digests):
        raise CredentialRefused("tampered", "a digest stands twice")
    hashes = [encoded(sha256(one.encode("ascii")).digest()) for one in disclosures]
    if len(set(hashes)) != len(hashes) or not set(hashes) <= set(digests):
        raise CredentialRefused("tampered", "a disclosure that the issuer didn't sign")


def _value(disclosure: str) -> Any:
    told = json_of(disclosure)
    if not isinstance(told, list) or len(told) not in (2, 3) or not isinstance(told[0], str):
        raise CredentialRefused("unreadable", "no disclosure")
    if len(told) == 3 and (not isinstance(told[1], str) or told[1] in NEVER_HIDDEN):
        raise CredentialRefused("tampered", "a claim that must not be hidden")
    return told[-1]


def _digests(value: Any) -> Iterator[str]:
    """Every digest in it, of what may be opened and of decoys."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == DIGESTS:
                if not isinstance(inner, list):
                    raise CredentialRefused("unreadable", "_sd is no list")
                yield from map(_digest, inner)
            elif name == ELEMENT:
                if len(value) != 1:
                    raise CredentialRefused("unreadable", "a claim called ...")
                yield _digest(inner)
            else:
                yield from _digests(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _digests(inner)


def _digest(told: Any) -> str:
    if not isinstance(told, str):
        raise CredentialRefused("unreadable", "no digest")
    return told

"""An issuer, its holders and their wallets, for this room's tests: by the Python library, and by
JavaScript's."""

import json
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.utils import timezone
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer

from gateway.compliance.presenting.encoding import encoded
from gateway.compliance.presenting.requests import signed
from gateway.compliance.presenting.trust import Issuer

NOW = timezone.now().replace(microsecond=0)
VCT = "urn:eudi:pid:1"
CLIENT = "x509_hash:Y2VydGlmaWNhdGU"
NONCE = "n-0S6_WzA2Mj"
ISS = "https://pid.example"
LIST = "https://pid.example/status/1"
PERSON = {"given_name": "Ann Maria", "family_name": "Arbor", "birthdate": "1980-02-29"}
OTHERS = {"nationalities": ["DE"], "personal_administrative_number": "1980229-AA"}


def key(kid: str = "") -> JWK:
    return JWK.generate(kty="EC", crv="P-256", **({"kid": kid} if kid else {}))


def public(of: JWK) -> dict[str, str]:
    found: dict[str, str] = of.export_public(as_dict=True)
    return found


def private(of: JWK) -> dict[str, str]:
    found: dict[str, str] = of.export_private(as_dict=True)
    return found


@dataclass
class House:
    """Somebody who gives credentials out, and keeps a list of those it takes back."""

    iss: str = ISS
    key: JWK = field(default_factory=lambda: key("k1"))
    uri: str = LIST
    taken_back: dict[int, int] = field(default_factory=dict)
    x5c: list[str] = field(default_factory=list)

    def trusted(self, **changes: Any) -> Issuer:
        told: dict[str, Any] = {
            "issuer": self.iss,
            "version": 1,
            "vcts": frozenset({VCT}),
            "keys": (public(self.key),),
            "country": "DE",
        }
        return Issuer(**{**told, **changes})

    def claims(self, **changes: Any) -> dict[str, Any]:
        """What it writes for everybody to read; None leaves something out."""
        told = {
            "iss": self.iss,
            "vct": VCT,
            "iat": _seconds(NOW) - 60,
            "exp": _seconds(NOW + timedelta(days=14)),
            "status": {"status_list": {"idx": 7, "uri": self.uri}},
        }
        return {name: value for name, value in (told | changes).items() if value is not None}

    def header(self, **changes: Any) -> dict[str, Any]:
        told = {"typ": "dc+sd-jwt", "x5c": self.x5c} if self.x5c else {"typ": "dc+sd-jwt"}
        return {**told, **({} if self.x5c else {"kid": self.key["kid"]}), **changes}

    def issued(
        self,
        holder: JWK,
        *,
        person: Mapping[str, Any] = PERSON,
        by: JWK | None = None,
        header: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        hidden = {SDObj(name): value for name, value in {**person, **OTHERS}.items()}
        told = SDJWTIssuer(
            {**self.claims(**changes), **hidden},
            by or self.key,
            holder_key=holder,
            extra_header_parameters=dict(header or self.header()),
        )
        return str(told.sd_jwt_issuance)

    def list_token(self, *, bits: int = 1, size: int = 64, **changes: Any) -> str:
        """Its list as it serves it."""
        packed = bytearray(size * bits // 8)
        for index, value in self.taken_back.items():
            packed[index * bits // 8] |= value << (index * bits % 8)
        payload = {
            "iss": self.iss,
            "sub": self.uri,
            "iat": _seconds(NOW) - 60,
            "exp": _seconds(NOW + timedelta(days=1)),
            "ttl": 600,
            "status_list": {"bits": bits, "lst": encoded(zlib.compress(bytes(packed), 9))},
        }
        payload = {name: value for name, value in (payload | changes).items() if value is not None}
        header = self.header(typ="statuslist+jwt")
        return signed(payload, key=self.key, header=header)


def presented(
    credential: str,
    holder: JWK,
    *,
    nonce: str = NONCE,
    aud: str = CLIENT,
    shown: Sequence[str] = tuple(PERSON),
    at: datetime = NOW,
) -> str:
    """As the Python library presents it, by the test's clock."""
    wallet = SDJWTHolder(credential)
    with patch("sd_jwt.holder.time", at.timestamp):
        wallet.create_presentation(dict.fromkeys(shown, True), nonce, aud, holder)
    return str(wallet.sd_jwt_presentation)


def bound(
    presentation: str,
    holder: JWK,
    *,
    header: Mapping[str, Any] | None = None,
    **changes: Any,
) -> str:
    """What stands before the key binding of a presentation, bound anew by hand."""
    opened = presentation[: presentation.rindex("~") + 1]
    payload = {
        "iat": _seconds(NOW),
        "aud": CLIENT,
        "nonce": NONCE,
        "sd_hash": encoded(sha256(opened.encode()).digest()),
    } | changes
    payload = {name: value for name, value in payload.items() if value is not None}
    return opened + signed(payload, key=holder, header={"typ": "kb+jwt", **(header or {})})


def javascript(command: str, **told: Any) -> dict[str, Any]:
    """What JavaScript's library answers: ``answer``, or ``error``."""
    place = Path(__file__)
    done = subprocess.run(
        ["node", str(place.with_name("wallet.mjs"))],
        input=json.dumps({"command": command, **told}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=place.parents[3],
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())

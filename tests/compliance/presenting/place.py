"""A shop whose people have wallets, and an issuer on loopback, for this room's tests."""

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.x509 import load_der_x509_certificate
from django.test import Client
from django.utils import timezone
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from gateway.compliance.knowing.models import BusinessFile, IdentityProof, Subject
from gateway.compliance.presenting.asking import link_of, presentation_ask
from gateway.compliance.presenting.encoding import encoded, object_of
from gateway.compliance.presenting.judging import presentations_judge
from gateway.compliance.presenting.models import Presentation, TrustedIssuer
from gateway.compliance.presenting.trusting import issuer_trust
from tests.compliance.knowing.place import named, opened
from tests.compliance.presenting.kit import PERSON, VCT, House, key, presented, public
from tests.compliance.publishers import Publisher, publishing

SESSION = "a browser's session"
PATH = "/status/1"


@dataclass
class Place:
    """Attributes: file, ann: a shop's file and who is behind it, as she told of herself."""

    publisher: Publisher
    file: BusinessFile
    ann: Subject
    house: House
    holder: JWK = field(default_factory=key)
    now: datetime = field(default_factory=timezone.now)

    def serve(self, **changes: Any) -> None:
        """The issuer's list as it is now."""
        self.publisher.files[PATH] = self.house.list_token(**changes).encode()

    def trust(self, **changes: Any) -> TrustedIssuer:
        told: dict[str, Any] = {
            "issuer": self.house.iss,
            "vcts": [VCT],
            "keys": [public(self.house.key)],
            "country": "DE",
            "by": "ada",
            "reason": "notified under eIDAS",
            "now": self.now,
        }
        return issuer_trust(**{**told, **changes})

    def asked(self, **changes: Any) -> Presentation:
        told: dict[str, Any] = {
            "shop_id": self.file.shop_id,
            "subject_id": self.ann.id,
            "session": SESSION,
            "by": "user:owner",
            "now": self.now,
        }
        return presentation_ask(**{**told, **changes})

    def wallet(self, row: Presentation) -> "Wallet":
        return Wallet(self, row)

    def judge(self) -> Presentation:
        presentations_judge(now=self.now)
        return Presentation.objects.order_by("-id")[0]

    def proof(self) -> tuple[str, str]:
        found = IdentityProof.objects.get(how="credential")
        return found.state, found.problem


class Wallet:
    """A wallet that goes the whole way over HTTP: link, request, presentation, answer."""

    def __init__(self, place: Place, row: Presentation) -> None:
        self.place = place
        self.client = Client()
        self.link = link_of(row)
        self.told = {name: found[0] for name, found in parse_qs(urlsplit(self.link).query).items()}

    def fetched(self) -> Any:
        return self.client.get(urlsplit(self.told["request_uri"]).path)

    def request(self) -> dict[str, Any]:
        """What the request asks, its signature checked against the certificate in it."""
        answer = self.fetched()
        assert answer.status_code == 200, answer.content
        text = answer.content.decode()
        header = object_of(text.split(".")[0])
        der = b64decode(header["x5c"][0])
        assert asked_as(der) == self.told["client_id"]
        certificate = load_der_x509_certificate(der)
        token = JWS()
        token.deserialize(text, JWK.from_pyca(certificate.public_key()))
        return object_of(text.split(".")[1])

    def presentation(self, *, person: Any = PERSON, **changes: Any) -> str:
        asked = self.request()
        credential = self.place.house.issued(self.place.holder, person=person, **changes)
        return presented(
            credential,
            self.place.holder,
            nonce=asked["nonce"],
            aud=asked["client_id"],
            at=self.place.now,
        )

    def post(self, **fields: str) -> Any:
        path = urlsplit(self.request()["response_uri"]).path
        return self.post_to(path, **fields)

    def post_to(self, path: str, **fields: str) -> Any:
        return self.client.post(
            path, urlencode(fields), content_type="application/x-www-form-urlencoded"
        )

    def answer(self, presentation: str | None = None) -> Any:
        """As the request asks for it, encrypted or plain."""
        asked = self.request()
        text = presentation or self.presentation()
        told = {"state": asked["state"], "vp_token": {"identity": [text]}}
        path = urlsplit(asked["response_uri"]).path
        if asked["response_mode"] == "direct_post.jwt":
            return self.post_to(path, response=encrypted(told, asked))
        return self.post_to(path, state=told["state"], vp_token=json.dumps(told["vp_token"]))


def encrypted(told: dict[str, Any], asked: dict[str, Any], **header: Any) -> str:
    """As a wallet encrypts its answer to the key in the request."""
    [key] = asked["client_metadata"]["jwks"]["keys"]
    written = {"alg": key["alg"], "enc": "A256GCM", "kid": key["kid"], **header}
    box = JWE(json.dumps(told).encode(), json.dumps(written))
    box.allowed_algs = [*box.allowed_algs, "ECDH-ES"]
    box.add_recipient(JWK(**{name: key[name] for name in ("kty", "crv", "x", "y")}))
    return str(box.serialize(compact=True))


def asked_as(certificate: bytes) -> str:
    return f"x509_hash:{encoded(sha256(certificate).digest())}"


@contextmanager
def placed() -> Iterator[Place]:
    with publishing() as issuer:
        file = opened()
        ann = named(file.shop_id)
        house = House(iss=issuer.url, uri=f"{issuer.url}{PATH}")
        place = Place(issuer, file, ann, house)
        place.serve()
        place.trust()
        yield place

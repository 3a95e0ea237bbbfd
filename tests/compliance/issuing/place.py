"""A shop that was approved, somebody behind it, and their wallet, for this room's tests."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.test import Client
from django.utils import timezone
from jwcrypto.jwk import JWK

from gateway.compliance.issuing.metadata import CONFIGURATION, GRANT
from gateway.compliance.issuing.models import CredentialOffer
from gateway.compliance.issuing.offer_secrets import offer_link, transaction_code_of
from gateway.compliance.issuing.offering import offer_make
from gateway.compliance.knowing.models import BusinessFile, Subject
from gateway.compliance.presenting.encoding import json_of, object_of
from gateway.compliance.presenting.requests import signed
from tests.compliance.knowing.place import again, approved, submitted
from tests.compliance.presenting.kit import key, public

LAST = 1
"""Ann Maria | Arbor: how her name is split."""


@dataclass
class Approved:
    """Attributes: file, ann: a shop's approved file, and the person behind it, who showed who she
    is."""

    file: BusinessFile
    ann: Subject

    def offer(self, family_words: int | None = None, **changes: Any) -> CredentialOffer:
        told: dict[str, Any] = {
            "shop_id": self.file.shop_id,
            "subject_id": self.ann.id,
            "family_words": family_words,
            "by": "user:owner",
            "now": timezone.now(),
        }
        return offer_make(**{**told, **changes})


@dataclass
class Holder:
    """A wallet that goes the whole way over HTTP: link, offer, metadata, token, nonce, proof."""

    key: JWK = field(default_factory=key)
    client: Client = field(default_factory=Client)

    def offered(self, row: CredentialOffer) -> dict[str, Any]:
        """The offer that the QR leads to."""
        [uri] = parse_qs(urlsplit(offer_link(row.id)).query)["credential_offer_uri"]
        answer = self.client.get(urlsplit(uri).path)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def metadata(self, name: str, issuer: str) -> dict[str, Any]:
        answer = self.client.get(f"/.well-known/{name}")
        assert answer.status_code == 200 and issuer == settings.PUBLIC_URL
        return dict(answer.json())

    def token(self, code: str, transaction_code: str) -> Any:
        server = self.metadata("oauth-authorization-server", settings.PUBLIC_URL)
        form = {"grant_type": GRANT, "pre-authorized_code": code, "tx_code": transaction_code}
        return self.form(urlsplit(server["token_endpoint"]).path, **form)

    def form(self, path: str, **fields: str) -> Any:
        kind = "application/x-www-form-urlencoded"
        return self.client.post(path, urlencode(fields), content_type=kind)

    def nonce(self) -> str:
        return str(self.client.post("/credentials/nonce").json()["c_nonce"])

    def proof(
        self, *, by: JWK | None = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        payload = {
            "aud": settings.PUBLIC_URL,
            "iat": int(timezone.now().timestamp()),
            "nonce": self.nonce() if "nonce" not in changes else None,
        } | changes
        told = {"typ": "openid4vci-proof+jwt", "jwk": public(self.key)} | (header or {})
        payload = {name: value for name, value in payload.items() if value is not None}
        told = {name: value for name, value in told.items() if value is not None}
        return signed(payload, key=by or self.key, header=told)

    def ask(self, token: str, *proofs: str, **changes: Any) -> Any:
        body = {
            "credential_configuration_id": CONFIGURATION,
            "proofs": {"jwt": list(proofs or [self.proof()])},
        } | changes
        return self.client.post(
            "/credentials/issue",
            json.dumps(body),
            content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )

    def taken(self, row: CredentialOffer) -> str:
        """A token for the offer, by both codes."""
        code = self.offered(row)["grants"][GRANT]["pre-authorized_code"]
        return str(self.token(code, transaction_code_of(row.id)).json()["access_token"])

    def fetched(self, row: CredentialOffer) -> str:
        """The credential of an offer."""
        answer = self.ask(self.taken(row))
        assert answer.status_code == 200, answer.content
        [found] = answer.json()["credentials"]
        return str(found["credential"])


def house_approved(**columns: Any) -> Approved:
    file = submitted(**columns)
    approved(file)
    [part] = {one.subject_id for one in file.parts.filter(ended_at__isnull=True)}
    return Approved(again(file), Subject.objects.get(id=part))


def opened(credential: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a credential says to everybody, and what each disclosure opens."""
    jwt, *disclosures = credential.rstrip("~").split("~")
    hidden = {told[1]: told[2] for told in map(json_of, disclosures)}
    return object_of(jwt.split(".")[1]), hidden


def status_list() -> str:
    """Our list, as it is served now."""
    answer = Client().get("/credentials/statuses/1")
    assert answer.status_code == 200 and answer["content-type"] == "application/statuslist+jwt"
    return str(answer.content.decode())


def our_keys() -> list[dict[str, str]]:
    return list(Client().get("/.well-known/jwt-vc-issuer").json()["jwks"]["keys"])

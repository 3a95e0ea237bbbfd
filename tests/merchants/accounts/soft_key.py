"""An authenticator made of software: what a phone answers, without the phone."""

import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

ORIGIN = "http://localhost:8000"
FLAG = AuthenticatorData.FLAG


class SoftKey:
    def __init__(self, *, origin: str = ORIGIN, verifies: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.origin = origin
        self.flags = FLAG.UP | (FLAG.UV if verifies else FLAG(0))
        self.count = 0
        self.holder = ""

    def made(self, options: dict[str, Any]) -> str:
        """The answer to being asked to make a credential."""
        asked = options["publicKey"]
        self.holder = asked["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = AuthenticatorData.create(
            _hash(asked["rp"]["id"]), self.flags | FLAG.AT, self.count, credential
        )
        client = self._client("webauthn.create", asked)
        return self._said(
            clientDataJSON=client, attestationObject=AttestationObject.create("none", data, {})
        )

    def signed(self, options: dict[str, Any], *, count: int | None = None) -> str:
        """The answer to being asked to sign."""
        asked = options["publicKey"]
        self.count = self.count + 1 if count is None else count
        data = AuthenticatorData.create(_hash(asked["rpId"]), self.flags, self.count)
        client = self._client("webauthn.get", asked)
        signature = self.key.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._said(
            clientDataJSON=client,
            authenticatorData=data,
            signature=signature,
            userHandle=self.holder,
        )

    def _client(self, kind: str, asked: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(
            type=kind, challenge=asked["challenge"], origin=self.origin
        )

    def _said(self, **response: Any) -> str:
        told = {
            name: one if isinstance(one, str) else websafe_encode(bytes(one))
            for name, one in response.items()
        }
        own = websafe_encode(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": told})


def _hash(rp_id: str) -> bytes:
    return hashlib.sha256(rp_id.encode()).digest()

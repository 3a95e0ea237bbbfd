"""A push service that keeps what it is handed, and the browsers that read it there.

Written from the RFCs alone: 8188 and 8291 for the encryption, 8292 for who sent it, 8030 for the
request. Nothing of the house's own code is used to check what the house sends.
"""

import hashlib
import hmac
import json
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import urandom
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def decrypted(body: bytes, *, private: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """RFC 8291 §3.4, then RFC 8188 §2: one record."""
    salt, record_size, id_length = body[:16], int.from_bytes(body[16:20]), body[20]
    assert id_length == 65 and len(body) - 86 <= record_size
    sender, sealed = body[21:86], body[86:]
    shared = private.exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
    )
    info = b"WebPush: info\0" + point(private) + sender
    ikm = _mac(_mac(secret, shared), info + b"\1")
    prk = _mac(salt, ikm)
    key = _mac(prk, b"Content-Encoding: aes128gcm\0\1")[:16]
    nonce = _mac(prk, b"Content-Encoding: nonce\0\1")[:12]
    padded = AESGCM(key).decrypt(nonce, sealed, None)
    plain, delimiter = padded.rstrip(b"\0")[:-1], padded.rstrip(b"\0")[-1]
    assert delimiter == 2, "the last record's delimiter"
    return plain


def claims_of(authorization: str, *, server_key: str) -> dict[str, Any]:
    """What a VAPID header says, once its signature holds under the key that it names, and that key
    is the one which the subscription was made with (RFC 8292 §3, §4)."""
    scheme, _, parameters = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in parameters.split(","))
    assert scheme == "vapid" and parts["k"] == server_key
    signed, _, signature = parts["t"].rpartition(".")
    header, claims = (json.loads(unb64(part)) for part in signed.split("."))
    assert header["alg"] == "ES256"
    raw = unb64(signature)
    assert len(raw) == 64
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"])).verify(
        encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:])),
        signed.encode(),
        ec.ECDSA(SHA256()),
    )
    return dict(claims)


@dataclass
class Browser:
    """One subscription: where its messages go and what opens them."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = field(default_factory=lambda: urandom(16))

    @property
    def form(self) -> dict[str, str]:
        """As the page hands it in."""
        return {
            "endpoint": self.endpoint,
            "p256dh": b64(point(self.private)),
            "auth": b64(self.secret),
        }


@dataclass
class Request:
    """One push request that came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """Attributes:
    answers: by path: status and headers, instead of 201.
    """

    url: str = ""
    came: list[Request] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)

    def browser(self, name: str = "one") -> Browser:
        if name not in self.browsers:
            self.browsers[name] = Browser(endpoint=f"{self.url}/send/{name}")
        return self.browsers[name]

    def read(self, name: str = "one") -> list[dict[str, Any]]:
        """What that browser was told, oldest first."""
        browser = self.browser(name)
        return [
            json.loads(decrypted(one.body, private=browser.private, secret=browser.secret))
            for one in self.came
            if one.path == f"/send/{name}"
        ]


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService()

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.came.append(Request(path=self.path, headers=headers, body=body))
            status, more = service.answers.get(self.path, (201, {}))
            self.send_response(status)
            for name, value in {"content-length": "0", **more}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()

"""Whom wallets see asking: the setting WALLET_SIGNER."""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from jwcrypto.jwk import JWK

from gateway.compliance.presenting.errors import WalletSignerUnreadable, WalletsNotOffered
from gateway.compliance.presenting.requests import Signer

LOCAL_FOR: Final = timedelta(days=3650)
LOCAL_FILE: Final = "wallets.pem"


def wallet_signer() -> Signer:
    """The key and the certificate that requests are signed with.

    Raises:
        WalletsNotOffered: none is named, in a house that takes real money.
        WalletSignerUnreadable
    """
    if settings.WALLET_SIGNER:
        return signer_read(settings.WALLET_SIGNER)
    if settings.LIVE_MODE:
        raise WalletsNotOffered
    return signer_read(str(local_signer(LOCAL_FILE)))


@lru_cache(maxsize=4)
def signer_read(path: str) -> Signer:
    """A P-256 key, its certificate, those above it. Raises WalletSignerUnreadable."""
    try:
        pem = Path(path).read_bytes()
        key = load_pem_private_key(pem, password=None)
        chain = tuple(x509.load_pem_x509_certificates(pem))
    except (OSError, ValueError, TypeError) as error:
        raise WalletSignerUnreadable(f"{path}: {type(error).__name__}.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise WalletSignerUnreadable("Its key is not of the curve P-256.")
    if key.public_key() != chain[0].public_key():
        raise WalletSignerUnreadable("Its first certificate is another key's.")
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Signer(key=JWK.from_pem(secret), chain=chain)


def local_signer(file: str) -> Path:
    """A key and a certificate of this checkout's own, made once; no wallet knows them."""
    path: Path = settings.STATE_DIR / file
    if path.exists():
        return path
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tillway, local")])
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LOCAL_FOR)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with tempfile.NamedTemporaryFile(dir=path.parent) as made:  # only its user may read it
        made.write(pem + certificate.public_bytes(Encoding.PEM))
        made.flush()
        try:
            os.link(made.name, path)  # whole or not at all; another process may have been quicker
        except FileExistsError:
            return path
    return path

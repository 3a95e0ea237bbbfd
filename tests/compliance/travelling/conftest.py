"""A house that says who it is, a provider that it exchanges with, and a shop with a file."""

import hashlib
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from gateway.chains.addresses import checksum
from gateway.compliance.travelling.asking import exchange_ask
from gateway.compliance.travelling.counterparties import counterparty_put
from gateway.compliance.travelling.models import Exchange
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.outside import http, trust
from tests.compliance.knowing.place import NOW, opened
from tests.compliance.travelling.provider import Provider, certificate, serving
from tests.settlement.conftest import world as world  # noqa: PLC0414 (a fixture)

USDC = Asset("USDC@31337", 6)
DTI = "4H95J0R2X"
WALLET = bytes.fromhex("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
HEADER = "X-Client-Cert-Sha256"
LEI = "529900T8BM49AURSDO55"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    folder = tmp_path_factory.mktemp("certificates")
    return {name: certificate(folder, name) for name in ("tillway", "acme")}


@pytest.fixture
def house(settings: Any, certificates: dict[str, tuple[Path, Path]]) -> Any:
    ours = certificates["tillway"]
    settings.PUBLIC_URL = "https://pay.example"
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    settings.TRAVEL_RULE = {
        "establishments": ["EU"],
        "name": "Tillway GmbH",
        "lei": LEI,
        "country": "DE",
        "dti": {"USDC@31337": DTI},
        "test_shops": True,
        "certificate_header": HEADER,
        "certificate": str(ours[0]),
        "certificate_key": str(ours[1]),
    }
    return settings


@pytest.fixture
def provider(
    house: Any,
    certificates: dict[str, tuple[Path, Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Provider]:
    """Acme, whose own certificate is believed here for the test's time."""

    def trusted_as(ours: str, key: str) -> ssl.SSLContext:
        context = trust.trusted_as.__wrapped__(ours, key)
        context.load_verify_locations(certificates["acme"][0])
        return context

    monkeypatch.setattr(http, "trusted_as", trusted_as)
    with serving(theirs=certificates["acme"], ours=certificates["tillway"][0]) as acme:
        yield acme


def fingerprint(path: Path) -> bytes:
    found = load_pem_x509_certificate(path.read_bytes())
    return hashlib.sha256(found.public_bytes(Encoding.DER)).digest()


@pytest.fixture
def agreed(provider: Provider, certificates: dict[str, tuple[Path, Path]], db: None) -> Provider:
    """We exchange with Acme."""
    counterparty_put(
        name="acme",
        legal_name="Acme Exchange AG",
        country="CH",
        hosts=[provider.host],
        certificate=fingerprint(certificates["acme"][0]),
        by="test",
        now=NOW,
    )
    return provider


@pytest.fixture
def shop_id(db: None) -> UUID:
    return opened().shop_id


def asked(shop_id: UUID, provider: Provider, *, about: str = "") -> Exchange:
    return exchange_ask(
        about=about or f"payout:{uuid4()}",
        shop_id=shop_id,
        mode="test",
        amount=Amount(1_500_000_001, USDC),
        address=WALLET,
        counterparty="acme",
        travel_address=provider.travel_address,
        now=NOW,
    )


def as_acme(certificates: dict[str, tuple[Path, Path]], request_identifier: str) -> dict[str, str]:
    """The headers with which Acme's messages reach the web."""
    return {
        HEADER: fingerprint(certificates["acme"][0]).hex(),
        "api-version": "3.2.1",
        "request-identifier": request_identifier,
    }


SHOWN = checksum(WALLET)

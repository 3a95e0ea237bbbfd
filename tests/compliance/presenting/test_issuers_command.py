"""`manage.py credential_issuers`, and the key that wallets are asked with."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from jwcrypto.jwk import JWK

from gateway.compliance.presenting.checks import check_wallet_signer
from gateway.compliance.presenting.configuration import wallet_signer
from gateway.compliance.presenting.errors import (
    IssuerRefused,
    WalletSignerUnreadable,
    WalletsNotOffered,
)
from gateway.compliance.presenting.models import TrustedIssuer
from gateway.compliance.presenting.trusting import issuer_trust, issuers_trusted
from tests.compliance.presenting.kit import NOW, VCT, key, private, public

pytestmark = pytest.mark.django_db
ISSUER = "https://pid.example"
WHY = ("--by", "ada", "--reason", "notified under eIDAS")


def file_with(folder: Path, *keys: dict[str, str]) -> Path:
    path = folder / "keys.json"
    path.write_text(json.dumps({"keys": list(keys)}))
    return path


def test_an_issuer_is_trusted_by_version_and_its_end_is_written_down(
    tmp_path: Path, capsys: Any
) -> None:
    for kid in ("k1", "k2"):
        path = file_with(tmp_path, public(key(kid)))
        call_command(
            "credential_issuers", "trust", ISSUER, "--vct", VCT, "--jwks", path,
            "--country", "de", *WHY,
        )  # fmt: skip
    rows = list(TrustedIssuer.objects.order_by("version"))
    assert [(row.version, row.keys[0]["kid"]) for row in rows] == [(1, "k1"), (2, "k2")]
    assert rows[0].ended_by == "ada" and rows[1].ended_at is None and rows[1].country == "DE"
    call_command("credential_issuers", "list")
    assert f"{ISSUER}  version 2, by 1 keys: {VCT}" in capsys.readouterr().out
    call_command("credential_issuers", "end", ISSUER, "--by", "bea")
    assert issuers_trusted() == []
    with pytest.raises(CommandError, match="Nobody"):
        call_command("credential_issuers", "end", ISSUER, "--by", "bea")


def test_what_can_not_be_trusted_is_refused_by_name(tmp_path: Path) -> None:
    told: dict[str, Any] = {
        "issuer": ISSUER,
        "vcts": [VCT],
        "keys": [public(key("k1"))],
        "by": "ada",
        "reason": "why",
        "now": NOW,
    }
    rsa = JWK.generate(kty="RSA", size=2048).export_public(as_dict=True)
    for field, odd in (
        ("issuer", {"issuer": " "}),
        ("by", {"by": ""}),
        ("reason", {"reason": ""}),
        ("vcts", {"vcts": []}),
        ("country", {"country": "ZZ"}),
        ("keys", {"keys": []}),
        ("keys", {"roots": "-----BEGIN"}),
        ("keys", {"keys": [rsa]}),
        ("keys", {"keys": [private(key())]}),
        ("keys", {"keys": [public(key("k")), public(key("k"))]}),
        ("keys", {"keys": [public(key())] * 21}),
        ("roots", {"keys": [], "roots": "no certificate"}),
    ):
        with pytest.raises(IssuerRefused) as refused:
            issuer_trust(**(told | odd))
        assert refused.value.field == field, odd
    assert not TrustedIssuer.objects.exists()
    with pytest.raises(CommandError, match="can't be read"):
        call_command(
            "credential_issuers", "trust", ISSUER, "--vct", VCT, "--jwks",
            tmp_path / "none.json", *WHY,
        )  # fmt: skip


def test_a_checkout_asks_by_a_key_of_its_own_that_stays(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path
    first = wallet_signer()
    assert first.client_id.startswith("x509_hash:") and wallet_signer() is first
    path = tmp_path / "wallets.pem"
    assert path.stat().st_mode & 0o077 == 0
    assert "PRIVATE" not in repr(first) and list(tmp_path.iterdir()) == [path]
    settings.LIVE_MODE = True
    with pytest.raises(WalletsNotOffered):
        wallet_signer()
    assert check_wallet_signer() == []
    settings.WALLET_SIGNER = str(path)
    assert wallet_signer().client_id == first.client_id


def test_a_key_that_can_not_sign_is_named_by_the_check(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "signer.pem"
    settings.STATE_DIR = tmp_path
    wallet_signer()
    certificate = (tmp_path / "wallets.pem").read_text().partition("-----BEGIN CERT")[2]
    other = key().export_to_pem(private_key=True, password=None).decode()
    for odd in ("", "nothing", other, f"{other}-----BEGIN CERT{certificate}"):
        path.write_text(odd)
        settings.WALLET_SIGNER = str(path)
        with pytest.raises(WalletSignerUnreadable):
            wallet_signer()
        [found] = check_wallet_signer()
        assert found.id == "tillway.E067"

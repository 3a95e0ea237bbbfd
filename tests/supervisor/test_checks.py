"""`check --deploy` refuses what live mode would lose money by."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gateway.custody.keystore import add_key, key_from_secret
from gateway.supervisor.checks import live_mode_is_safe

LIVE_CHAIN = {
    "chain_id": 8453,
    "key": "base",
    "name": "Base",
    "mode": "live",
    "rpc_urls": ["https://node.example.com"],
    "block_seconds": 2,
    "confirmations": [[5000, 1], [None, 20]],
    "finality_blocks": 64,
    "grace_seconds": 30,
    "factory": {"address": "0x", "version": 1, "code_hash": "0x", "init_code_hash": "0x"},
    "treasury": "0x",
    "native": {"symbol": "ETH", "decimals": 18},
    "tokens": [],
}


def chain(**changes: Any) -> str:
    return json.dumps([{**LIVE_CHAIN, **changes}])


@pytest.fixture
def live(settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None):
    """A configuration that live mode accepts; tests break one thing each."""
    monkeypatch.setenv("SECRET_KEY", secrets.token_hex(32))
    monkeypatch.setenv("FIELD_KEY", secrets.token_hex(32))
    settings.SECRET_KEY = secrets.token_hex(32)
    settings.FIELD_KEY = secrets.token_hex(32)
    monkeypatch.setenv("SUBJECT_KEYS", f"one:{secrets.token_hex(32)}")
    settings.SUBJECT_KEYS = f"one:{secrets.token_hex(32)}"
    settings.LIVE_MODE = True
    settings.DEBUG = False
    settings.WEBHOOKS_ALLOW_LOOPBACK = False
    settings.FAULT_PLAN = ""
    settings.EMBEDDED_POSTGRES = False
    settings.EMBEDDED_VALKEY = False
    settings.EMBEDDED_CHAIN = False
    settings.CHAINS = chain()
    settings.PUBLIC_URL = "https://pay.example.com"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.BEHIND_PROXY = True
    settings.LIVE_URL = ""
    settings.ALLOWED_HOSTS = ["pay.example.com"]
    settings.MARKET_FEEDS = [{"name": "exchange", "url": "https://api.example.com/prices"}]
    settings.KEYSTORE_FILE = str(tmp_path / "keystore.json")
    settings.EXCHANGES = []
    settings.LISTS = [{"name": "house", "url": "/etc/tillway/house.csv"}]
    return settings


def found() -> set[str]:
    return {str(message.id) for message in live_mode_is_safe(None)}


def test_a_safe_configuration_passes(live) -> None:
    assert found() == set()


def test_test_mode_may_use_the_local_defaults(settings) -> None:
    settings.LIVE_MODE = False
    assert found() == set()


def maker(url: str, *, live: bool = True) -> dict[str, object]:
    return {"name": "x", "address": "0x" + "a1" * 20, "url": url, "live": live}


def test_a_maker_at_a_public_address_passes_and_so_does_one_of_test_chains(live) -> None:
    live.MAKERS = [maker("https://maker.example/")]
    assert found() == set()
    live.MAKERS = [maker("http://127.0.0.1:8600/", live=False)]
    assert found() == set()


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEY", "SUBJECT_KEYS"])
def test_a_default_secret_is_refused(live, monkeypatch, name: str) -> None:
    monkeypatch.delenv(name)
    assert found() == {"tillway.E001"}


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("DEBUG", True, "E002"),
        ("WEBHOOKS_ALLOW_LOOPBACK", True, "E003"),
        ("FAULT_PLAN", "/var/tmp/plan", "E033"),
        ("EMBEDDED_POSTGRES", True, "E004"),
        ("EMBEDDED_CHAIN", True, "E004"),
        ("PUBLIC_URL", "http://pay.example.com", "E005"),
        ("PUBLIC_URL", "https://192.168.1.5", "E006"),
        ("LIVE_URL", "http://live.example.com", "E005"),
        ("ALLOWED_HOSTS", ["*"], "E007"),
        ("MARKET_FEEDS", [{"name": "local", "url": "http://127.0.0.1:9/prices"}], "E008"),
        ("EXCHANGES", [{"name": "x", "kind": "other"}], "E027"),
        (
            "EXCHANGES",
            [{"name": "x", "kind": "ccxt", "exchange": "binance", "sandbox": True}],
            "E021",
        ),
        ("EXCHANGES", [{"name": "x", "kind": "ccxt", "exchange": "binance"}], "E028"),
        ("CHAINS", "not json", "E009"),
        ("FIELD_KEY", "change-me", "E015"),
        ("FIELD_KEY", "ab" * 31, "E015"),
        ("SUBJECT_KEYS", "change-me", "E040"),
        ("SECRET_KEY", "change-me", "E016"),
        ("CHAINS", '[{"chain_id": 8453, "mode": "live"}]', "E009"),
        ("CHAINS", chain(mode="test"), "E010"),
        ("SCREENING_REQUIRED", False, "E017"),
        ("LISTS", [], "W003"),
        ("LISTS", [{"name": "eu"}], "E036"),
        ("LISTS_WARN_HOURS", 24, "E037"),
        ("MARKET_FEEDS", [], "E018"),
        ("SESSION_COOKIE_SECURE", False, "E019"),
        ("CSRF_COOKIE_SECURE", False, "E019"),
        ("BEHIND_PROXY", False, "E020"),
        ("EXCHANGES", [{"name": "x", "kind": "recorded", "file": "/tmp/x.json"}], "E021"),
        ("MAKERS", [{"name": "x"}], "E029"),
        ("MAKERS", [maker("https://10.0.0.1/")], "E030"),
        ("MAKERS", [maker("http://maker.example/")], "E030"),
        ("MAKERS", [maker("http://127.0.0.1:8600/")], "E030"),
        ("HEDGING", {"lvie": True}, "E022"),
        ("FLOATS", {"full_ppm": 1}, "E022"),
        ("MARKET_POLICY", {"min_source": 3}, "E022"),
        ("MARKET_POLICY", {"min_sources": 1}, "E023"),
        ("CHAINS", chain(chain_id=31337), "E024"),
        ("CHAINS", chain(confirmations=[[None, 0]]), "E025"),
        ("CHAINS", chain(confirmations=[]), "E025"),
        ("CHAINS", chain(finality_blocks=19), "E026"),
    ],
)
def test_one_unsafe_setting_is_named(live, name: str, value: object, check: str) -> None:
    setattr(live, name, value)
    assert found() == {f"tillway.{check}"}


def test_a_demo_key_is_refused(live) -> None:
    keystore = Path(live.KEYSTORE_FILE)
    key = key_from_secret(secrets.token_bytes(32), label="hot", demo=True)
    add_key(keystore, key, master_key=secrets.token_bytes(32))
    assert found() == {"tillway.E012"}


def test_a_key_of_the_houses_own_passes(live) -> None:
    key = key_from_secret(secrets.token_bytes(32), label="hot", demo=False)
    add_key(Path(live.KEYSTORE_FILE), key, master_key=secrets.token_bytes(32))
    assert found() == set()


def test_a_keystore_that_only_the_signers_user_can_read_is_as_it_should_be(
    live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert found() == set()


def test_an_old_database_is_refused(live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.supervisor.checks.MIN_POSTGRES", 990_000)
    assert found() == {"tillway.E014"}


def test_a_web_that_works_as_the_owner_is_refused(live) -> None:
    live.WEB_DATABASE = live.OWNER_DATABASE
    assert found() == {"tillway.E031"}


@pytest.mark.parametrize("user", ["postgres", "nobody_there"])
def test_a_web_above_the_policies_or_without_its_role_is_refused(live, user: str) -> None:
    live.OWNER_DATABASE = live.OWNER_DATABASE | {"USER": "somebody_else"}
    live.WEB_DATABASE = live.WEB_DATABASE | {"USER": user}
    assert found() == {"tillway.E032"}


def test_the_house_does_not_open_in_an_unsafe_live_mode(live) -> None:
    live.WEBHOOKS_ALLOW_LOOPBACK = True
    live.PUBLIC_URL = "http://pay.example.com"
    with pytest.raises(CommandError) as refusal:
        call_command("up")
    assert "tillway.E003" in str(refusal.value)
    assert "tillway.E005" in str(refusal.value)

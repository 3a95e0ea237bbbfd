"""`manage.py check --deploy`: what must not be so when real money is at stake."""

import ipaddress
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import OperationalError, connection

from gateway.custody.configuration import signer_files
from gateway.custody.errors import KeystoreFormatUnknown
from gateway.custody.keystore import parse_file
from gateway.events.errors import TillwayError
from gateway.market.exchanges.configured import credentials_of, exchange_settings
from gateway.supervisor.health import MIN_POSTGRES, MIN_POSTGRES_NAME

TAG = "tillway"
MIN_SECRET_CHARACTERS = 32


@register(TAG, deploy=True)
def live_mode_is_safe(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Live mode refuses demo keys, default secrets, private targets, old databases, plain HTTP."""
    if not settings.LIVE_MODE:
        return []
    return [
        *_secrets(),
        *_services(),
        *_addresses(),
        *_exchanges(),
        *_chains(),
        *_keys(),
        *_database(),
    ]


def _secrets() -> Iterator[CheckMessage]:
    for name in ("SECRET_KEY", "FIELD_KEY"):
        if not (os.environ.get(name) or os.environ.get(f"{name}_FILE")):
            yield Error(
                f"{name} is this checkout's local default.",
                hint=f"Set {name}, or {name}_FILE to a file only this user can read.",
                id="tillway.E001",
            )
    if not re.fullmatch(r"[0-9a-fA-F]{64}", settings.FIELD_KEY):
        yield Error(
            "FIELD_KEY is not 32 bytes as hex.",
            hint="Make one: openssl rand -hex 32.",
            id="tillway.E015",
        )
    if len(settings.SECRET_KEY) < MIN_SECRET_CHARACTERS:
        yield Error(
            "SECRET_KEY is short enough to be guessed.",
            hint="Make one: openssl rand -hex 32.",
            id="tillway.E016",
        )
    if settings.DEBUG:
        yield Error("DEBUG is on.", hint="Unset DEBUG.", id="tillway.E002")
    if settings.WEBHOOKS_ALLOW_LOOPBACK:
        yield Error(
            "Webhooks may call this machine's own services.",
            hint="Unset WEBHOOKS_ALLOW_LOOPBACK.",
            id="tillway.E003",
        )


def _services() -> Iterator[CheckMessage]:
    for embedded, name in (
        (settings.EMBEDDED_POSTGRES, "DATABASE_URL"),
        (settings.EMBEDDED_VALKEY, "VALKEY_URL"),
        (settings.EMBEDDED_CHAIN, "CHAINS"),
    ):
        if embedded:
            yield Error(
                f"{name} is unset: the embedded part is for demos and tests.",
                hint=f"Set {name} (docs/how-to/production.md).",
                id="tillway.E004",
            )


def _addresses() -> Iterator[CheckMessage]:
    for name, url in (("PUBLIC_URL", settings.PUBLIC_URL), ("LIVE_URL", settings.LIVE_URL)):
        if not url and name == "LIVE_URL":
            continue
        parts = urlsplit(url)
        if parts.scheme != "https":
            yield Error(
                f"{name} is {url!r}: plain HTTP.",
                hint="Terminate TLS in front of Tillway and name its https address.",
                id="tillway.E005",
            )
        if _is_private_name(parts.hostname or ""):
            yield Error(
                f"{name} names an address that shoppers can't reach.",
                hint="Name the public host.",
                id="tillway.E006",
            )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS lets any host name in.",
            hint="Name the public host.",
            id="tillway.E007",
        )
    for feed in settings.MARKET_FEEDS:
        parts = urlsplit(str(feed.get("url", "")))
        if parts.scheme != "https" or _is_private_name(parts.hostname or ""):
            yield Error(
                f"The price feed {feed.get('name')!r} is no public https address.",
                hint="A live price comes from a named public source.",
                id="tillway.E008",
            )


def _exchanges() -> Iterator[CheckMessage]:
    try:
        entries = exchange_settings()
    except TillwayError as error:
        yield Error(str(error), hint=error.hint, id="tillway.E017")
        return
    for entry in entries:
        if entry.simulated:
            yield Error(
                f"The exchange {entry.name} is made up, or a sandbox.",
                hint="Live money has nothing to do there: take it out of EXCHANGES.",
                id="tillway.E018",
            )
        elif not (credentials_of(entry.name).key and credentials_of(entry.name).secret):
            yield Error(
                f"The exchange {entry.name} has no key.",
                hint="Set its key and secret, or their files (docs/reference/settings.md).",
                id="tillway.E019",
            )


def _chains() -> Iterator[CheckMessage]:
    if settings.EMBEDDED_CHAIN:
        return
    text = settings.CHAINS.strip()
    try:
        chains = json.loads(text if text.startswith("[") else Path(text).read_text())
    except (OSError, ValueError) as error:
        yield Error(
            f"CHAINS can't be read: {error}",
            hint="It is JSON, or the path of a JSON file.",
            id="tillway.E009",
        )
        return
    if not any(chain.get("mode") == "live" for chain in chains):
        yield Error("CHAINS names no live chain.", hint="Add one.", id="tillway.E010")


def _keys() -> Iterator[CheckMessage]:
    keystore = signer_files(os.environ).keystore
    try:
        content = parse_file(keystore.read_bytes())
    except (FileNotFoundError, PermissionError):
        return  # the keystore is the signer's alone, on its own host or under its own user
    except (OSError, KeystoreFormatUnknown) as error:
        yield Error(f"The keystore can't be read: {error}", hint="Restore it.", id="tillway.E011")
        return
    if any(key.demo for key in content.keys):
        yield Error(
            "The keystore holds a demo key.",
            hint="Make new keys: manage.py keystore_create --label hot.",
            id="tillway.E012",
        )


def _database() -> Iterator[CheckMessage]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int")
            version = int(cursor.fetchone()[0])
    except OperationalError as error:
        yield Error(
            "The database does not answer.", hint=str(error).splitlines()[0], id="tillway.E013"
        )
        return
    if version < MIN_POSTGRES:
        yield Error(
            f"PostgreSQL {version // 10_000} is too old.",
            hint=f"PostgreSQL {MIN_POSTGRES_NAME} or newer is needed.",
            id="tillway.E014",
        )


def _is_private_name(host: str) -> bool:
    if host in {"", "localhost"} or host.endswith((".local", ".internal", ".localhost")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False

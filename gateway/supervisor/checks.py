"""`manage.py check --deploy`: what must not be so when real money is at stake."""

import ipaddress
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import DatabaseError, OperationalError, connection

from gateway.chains.configuration import ChainSettings, configured_chains
from gateway.chains.confirmations import parse_tiers
from gateway.chains.errors import BadChainSettings
from gateway.compliance.listed.feeds import BadListSettings
from gateway.compliance.refreshing import configured_feeds
from gateway.compliance.sealed.errors import KeysUnreadable
from gateway.compliance.sealed.keyring import keyring
from gateway.custody.configuration import signer_files
from gateway.custody.errors import KeystoreFormatUnknown
from gateway.custody.keystore import parse_file
from gateway.events.errors import TillwayError
from gateway.ledger.fiat_mode import fiat_mode_held
from gateway.market.exchanges.configured import credentials_of, exchange_settings
from gateway.market.following.leading import policy_of_settings
from gateway.market.hedges.configuration import hedging_settings
from gateway.market.hedges.errors import HedgingSettingsUnreadable
from gateway.market.makers.configuration import configured_makers
from gateway.outside.errors import OutsideRefused
from gateway.outside.targets import check_url
from gateway.supervisor.health import MIN_POSTGRES, MIN_POSTGRES_NAME
from gateway.tenancy.roles import web_role
from gateway.tenancy.standing import sight_problem, walls_problem
from gateway.treasury.floats.configuration import float_settings
from gateway.treasury.floats.errors import FloatSettingsUnreadable

TAG = "tillway"
MIN_SECRET_CHARACTERS = 32
MIN_SOURCES = 2
"""Independent sources that a token's price needs."""
DEVELOPMENT_CHAINS = frozenset({1337, 31337})
"""The ids that ganache, hardhat and anvil give the chains they make up."""


@register(TAG, deploy=True)
def live_mode_is_safe(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Live mode refuses demo keys, default secrets, private targets, old databases, plain HTTP,
    and whatever would take money unscreened, unconfirmed or at a made-up price."""
    if not settings.LIVE_MODE:
        return []
    parts = (
        *(_secrets, _services, _addresses, _screening, _prices),
        *(_exchanges, _makers, _chains, _keys, _database, _walls, _books),
    )
    return [message for part in parts for message in part()]


def _secrets() -> Iterator[CheckMessage]:
    for name in ("SECRET_KEY", "FIELD_KEY", "SUBJECT_KEYS"):
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
    try:
        keyring(settings.SUBJECT_KEYS)
    except KeysUnreadable as error:
        yield Error(error.message, hint=error.hint, id="tillway.E040")
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
    if settings.FAULT_PLAN:
        yield Error(
            "Processes would kill themselves where FAULT_PLAN says.",
            hint="Unset FAULT_PLAN: it is for tests of crashes.",
            id="tillway.E033",
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
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield Error(
            "Cookies of a session would go over plain HTTP too.",
            hint="PUBLIC_URL begins with https://, in small letters.",
            id="tillway.E019",
        )
    if not settings.BEHIND_PROXY:
        yield Error(
            "BEHIND_PROXY is off: everybody would seem to come from the proxy's own address.",
            hint="Set BEHIND_PROXY=1; the proxy sets X-Forwarded-Proto and X-Forwarded-For.",
            id="tillway.E020",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS lets any host name in.",
            hint="Name the public host.",
            id="tillway.E007",
        )


def _screening() -> Iterator[CheckMessage]:
    if not settings.SCREENING_REQUIRED:
        yield Error(
            "SCREENING_REQUIRED is off: money would be asked for while no list is in force.",
            hint="Unset SCREENING_REQUIRED.",
            id="tillway.E017",
        )
    try:
        feeds = configured_feeds()
    except BadListSettings as error:
        yield Error(f"LISTS can't be read: {error.message}", hint=error.hint, id="tillway.E036")
        return
    if not feeds:
        yield Warning(
            "LISTS names no list: those loaded by hand are stale after a day.",
            hint="Name the publishers' files (docs/reference/lists.md).",
            id="tillway.W003",
        )
    if not 1 <= settings.LISTS_WARN_HOURS <= 23:
        yield Error(
            "LISTS_WARN_HOURS is no number of hours from 1 to 23.",
            hint="People are told so long after the last good look; after 24 hours it is stale.",
            id="tillway.E037",
        )


def _prices() -> Iterator[CheckMessage]:
    if not settings.MARKET_FEEDS:
        yield Error(
            "MARKET_FEEDS names no price from outside: pools alone can be pushed.",
            hint="Name a public source (docs/reference/market.md).",
            id="tillway.E018",
        )
    for feed in settings.MARKET_FEEDS:
        parts = urlsplit(str(feed.get("url", "")))
        if parts.scheme != "https" or _is_private_name(parts.hostname or ""):
            yield Error(
                f"The price feed {feed.get('name')!r} is no public https address.",
                hint="A live price comes from a named public source.",
                id="tillway.E008",
            )
    yield from _policies()


def _policies() -> Iterator[CheckMessage]:
    try:
        hedging_settings()
        float_settings()
        policy = policy_of_settings()
    except (
        HedgingSettingsUnreadable,
        FloatSettingsUnreadable,
        msgspec.ValidationError,
    ) as error:
        yield Error(
            f"The desk can't read what it may do: {error}",
            hint="See HEDGING, FLOATS in docs/reference/settings.md; MARKET_POLICY in market.md.",
            id="tillway.E022",
        )
        return
    if policy.min_sources < MIN_SOURCES:
        yield Error(
            "MARKET_POLICY prices tokens by a single source: whoever moves it names the price.",
            hint=f"Set min_sources to {MIN_SOURCES} or more.",
            id="tillway.E023",
        )


def _exchanges() -> Iterator[CheckMessage]:
    try:
        entries = exchange_settings()
    except TillwayError as error:
        yield Error(str(error), hint=error.hint, id="tillway.E027")
        return
    for entry in entries:
        if entry.simulated:
            yield Error(
                f"The exchange {entry.name} is made up, or a sandbox.",
                hint="Live money has nothing to do there: take it out of EXCHANGES.",
                id="tillway.E021",
            )
        elif not (credentials_of(entry.name).key and credentials_of(entry.name).secret):
            yield Error(
                f"The exchange {entry.name} has no key.",
                hint="Set its key and secret, or their files (docs/reference/settings.md).",
                id="tillway.E028",
            )


def _makers() -> Iterator[CheckMessage]:
    try:
        makers = configured_makers()
    except TillwayError as error:
        yield Error(str(error), hint=error.hint, id="tillway.E029")
        return
    for maker in makers:
        try:
            check_url(maker.url, allow_loopback=not maker.live)
        except OutsideRefused as refused:
            yield Error(
                f"The maker {maker.name} can't be asked at {maker.url}: {refused.message}",
                hint="Makers of live chains are asked over https, at a public address.",
                id="tillway.E030",
            )


def _chains() -> Iterator[CheckMessage]:
    if settings.EMBEDDED_CHAIN:
        return
    try:
        if not settings.CHAINS.lstrip().startswith(("[", "{")):
            Path(settings.CHAINS).read_bytes()
        chains = configured_chains()
    except (OSError, BadChainSettings) as error:
        yield Error(
            f"CHAINS can't be read: {error}",
            hint="It is JSON, or the path of a JSON file (docs/reference/chains.md).",
            id="tillway.E009",
        )
        return
    live = [chain for chain in chains if chain.mode == "live"]
    if not live:
        yield Error("CHAINS names no live chain.", hint="Add one.", id="tillway.E010")
    for chain in live:
        yield from _live_chain(chain)


def _live_chain(chain: ChainSettings) -> Iterator[CheckMessage]:
    if chain.chain_id in DEVELOPMENT_CHAINS:
        yield Error(
            f"The live chain {chain.key!r} has the id of development chains, {chain.chain_id}.",
            hint="Its mode is test.",
            id="tillway.E024",
        )
    try:
        most = max(tier.blocks for tier in parse_tiers(chain.confirmations))
    except ValueError as error:
        yield Error(
            f"Confirmations of the live chain {chain.key!r}: {error}.",
            hint="Say how many blocks a deposit of each value needs (docs/reference/chains.md).",
            id="tillway.E025",
        )
        return
    if chain.finality_blocks < most:
        yield Error(
            f"The live chain {chain.key!r} calls a deposit final after {chain.finality_blocks}"
            f" blocks and confirms it after {most}.",
            hint="finality_blocks is what no reorganisation reaches.",
            id="tillway.E026",
        )


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


def _walls() -> Iterator[CheckMessage]:
    if not web_role():
        yield Error(
            "The web works as the owner of the tables: nothing would keep shops apart under it.",
            hint="Give it a role of its own: WEB_DATABASE_URL (docs/how-to/production.md).",
            id="tillway.E031",
        )
        return
    web = connection.copy()
    web.settings_dict |= {
        name: settings.WEB_DATABASE.get(name, "") for name in ("USER", "PASSWORD", "HOST", "PORT")
    }
    try:
        problem = walls_problem(web)
    except DatabaseError as error:
        problem = f"the web's role can't connect: {str(error).splitlines()[0]}"
    finally:
        web.close()
    if problem:
        yield Error(
            f"Shops are not kept apart: {problem}.",
            hint="manage.py migrate; then see docs/reference/keeping-shops-apart.md.",
            id="tillway.E032",
        )


def _books() -> Iterator[CheckMessage]:
    role = web_role()
    try:
        unseen = sight_problem(role) if role else ""
        held = fiat_mode_held()
    except DatabaseError:
        return  # said of the database already, or the migrations are missing: said of the walls
    if unseen:
        yield Error(
            f"Nobody could tell when a day of the books is complete: {unseen}.",
            hint="GRANT pg_read_all_stats to the owner (docs/how-to/production.md, step 3).",
            id="tillway.E034",
        )
    if held == "test":
        yield Error(
            "The books have fiat money of test mode, which nothing would keep apart from live.",
            hint="Go live with a database of its own (docs/reference/books.md).",
            id="tillway.E035",
        )


def _is_private_name(host: str) -> bool:
    if host in {"", "localhost"} or host.endswith((".local", ".internal", ".localhost")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False

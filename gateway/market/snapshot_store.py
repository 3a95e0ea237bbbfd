"""The latest snapshot, from Valkey, kept by each process: a quote costs no network.

A process asks for the version at most every ``CHECK_SECONDS`` and reads the snapshot only when it
changed. There is no lock: two threads that ask at once read the same thing twice. When Valkey is
gone the last snapshot stays, and its prices age until each is refused; it is asked for again every
``TROUBLE_SECONDS``, by one thread that may wait for the timeout while the others quote.
"""

import time
import zlib
from dataclasses import dataclass

import msgspec
import redis
import structlog
from django.conf import settings

from gateway.events.errors import LeaseLost
from gateway.market.errors import MarketUnavailable, SnapshotUnreadable
from gateway.market.snapshots import MarketSnapshot, decode_snapshot, encode_snapshot

log = structlog.get_logger(__name__)

VERSION_KEY = "market:version"
SNAPSHOT_KEY = "market:snapshot"
EPOCH_KEY = "market:epoch"
# One step: nobody reads a version without its snapshot, and a holder that lost its lease without
# noticing can't replace what its successor published. What isn't a number there is nobody's.
PUBLISH_LUA = """
if (tonumber(redis.call("GET", KEYS[3]) or "0") or 0) > tonumber(ARGV[4]) then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "EX", ARGV[3])
redis.call("SET", KEYS[2], ARGV[2], "EX", ARGV[3])
redis.call("SET", KEYS[3], ARGV[4])
redis.call("SET", KEYS[4], ARGV[5], "EX", ARGV[6])
return 1
"""
RECENT_KEY = "market:recent:%d"
RECENT_SECONDS = 900
CHECK_SECONDS = 0.2
TROUBLE_SECONDS = 1.0
TIMEOUT_SECONDS = 0.25
# A snapshot that nobody renews is of no use to a process that starts later.
KEEP_SECONDS = 3_600


@dataclass(slots=True)
class _Held:
    """What this process knows; fields are replaced, never changed in place."""

    client: "redis.Redis | None" = None
    url: str = ""
    snapshot: MarketSnapshot | None = None
    check_at: float = 0.0
    trouble: str = ""


_held = _Held()


def _client() -> "redis.Redis":
    if _held.client is None or _held.url != settings.VALKEY_URL:
        _held.client = redis.Redis.from_url(
            settings.VALKEY_URL,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
        )
        _held.url = settings.VALKEY_URL
    return _held.client


def publish_snapshot(snapshot: MarketSnapshot, *, epoch: int = 0) -> None:
    """Make ``snapshot`` the latest for every process; its version must be new.

    Args:
        epoch: of the publisher's lease.

    Raises:
        LeaseLost: a later holder of the lease has published already.
        redis.RedisError: Valkey does not answer; publish again with the next one.
    """
    content = encode_snapshot(snapshot)
    done = _client().eval(
        PUBLISH_LUA,
        4,
        SNAPSHOT_KEY,
        VERSION_KEY,
        EPOCH_KEY,
        RECENT_KEY % snapshot.version,
        content,
        str(snapshot.version),
        str(KEEP_SECONDS),
        str(epoch),
        zlib.compress(content, 1),
        str(RECENT_SECONDS),
    )
    if not done:
        raise LeaseLost("market")


def recent_snapshot(version: int) -> bytes | None:
    """zlib of a snapshot that was published in the last ``RECENT_SECONDS``; None for another.

    Raises:
        redis.RedisError: Valkey does not answer.
    """
    content = _client().get(RECENT_KEY % version)
    return content if isinstance(content, bytes) else None


def current_snapshot() -> MarketSnapshot:
    """The latest snapshot. It may be old: each price in it carries its own time.

    Raises:
        MarketUnavailable: none was ever published, or none could be read since we started.
    """
    now = time.monotonic()
    # A process that has just started has nothing to answer with meanwhile: all its threads ask.
    if now >= _held.check_at or _held.snapshot is None:
        _held.check_at = now + CHECK_SECONDS
        _refresh()
    snapshot = _held.snapshot
    if snapshot is None:
        raise MarketUnavailable
    return snapshot


def _refresh() -> None:
    held = _held.snapshot
    try:
        client = _client()
        version = client.get(VERSION_KEY)
        known = version is None or (held is not None and int(version) == held.version)
        content = None if known else client.get(SNAPSHOT_KEY)
        if isinstance(content, bytes):
            _held.snapshot = decode_snapshot(content)
    except redis.RedisError as error:
        _held.check_at = time.monotonic() + TROUBLE_SECONDS
        _say_trouble("market.valkey_away", error)
    except (SnapshotUnreadable, msgspec.MsgspecError, ValueError) as error:
        _say_trouble("market.snapshot_unreadable", error)
    else:
        if _held.trouble:
            log.info("market.snapshot_back", after=_held.trouble)
            _held.trouble = ""


def _say_trouble(what: str, error: Exception) -> None:
    """Once for as long as it lasts: it is asked for several times a second."""
    if _held.trouble != what:
        _held.trouble = what
        log.error(what, detail=str(error)[:300])


def forget_snapshot() -> None:
    """Drop what this process holds, so that the next question reads Valkey."""
    _held.snapshot = None
    _held.check_at = 0.0


def forget_connections() -> None:
    """Meet Valkey anew at the next question: what answers at its address may be another one.

    A connection to a primary that was replaced stays open, and refuses every write.
    """
    _client().connection_pool.disconnect()


def published_version() -> int:
    """The version that stands in Valkey; 0 for none. Raises redis.RedisError."""
    return _number(VERSION_KEY)


def published_epoch() -> int:
    """The epoch of the lease that last published; 0 for none. Raises redis.RedisError."""
    return _number(EPOCH_KEY)


def _number(key: str) -> int:
    told = _client().get(key)
    # What we didn't write is no reason never to publish again.
    return int(told) if isinstance(told, bytes) and told.isdigit() else 0

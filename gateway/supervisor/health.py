"""Is it alive, is it ready, what does it count?"""

from collections.abc import Callable
from datetime import timedelta

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from gateway.chains.models import Chain, ProcessedHead
from gateway.chains.selectors import stalled_chains
from gateway.market.errors import MarketUnavailable
from gateway.market.snapshot_store import current_snapshot
from gateway.tenancy import standing

MIN_POSTGRES = 180_000
MIN_POSTGRES_NAME = "18"
MAX_HEAD_AGE = timedelta(seconds=60)

MAX_SNAPSHOT_SECONDS = 30.0

Probe = Callable[[], str]

log = structlog.get_logger(__name__)
_told: dict[str, frozenset[str]] = {"missing": frozenset()}
"""What this process has said is missing."""


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Nothing else is asked: a dead database must not restart the web."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether payments can be taken, and if not, what is missing."""
    answers = {name: probe() for name, probe in PROBES.items()}
    missing = {name: answer for name, answer in answers.items() if answer}
    response = JsonResponse(
        {"ready": not missing, "missing": missing}, status=503 if missing else 200
    )
    _tell_changes(missing)
    response._has_been_logged = True  # type: ignore[attr-defined] # Django would, at every probe
    return response


def _tell_changes(missing: dict[str, str]) -> None:
    """Log what is missing once, when it begins to be and when it is back: probes ask for ever."""
    names = frozenset(missing)
    if names == _told["missing"]:
        return
    _told["missing"] = names
    if names:
        log.error("not_ready", **missing)
    else:
        log.info("ready_again")


def database_problem() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int")
            version = int(cursor.fetchone()[0])
    except DatabaseError as error:
        return f"PostgreSQL does not answer: {type(error).__name__}"
    if version < MIN_POSTGRES:
        return f"PostgreSQL {MIN_POSTGRES_NAME} or newer is needed; this is {version // 10_000}"
    return ""


def walls_problem() -> str:
    """Row-level security holds this process: it can see a shop's rows in that shop's scope only."""
    try:
        return standing.walls_problem()
    except DatabaseError as error:
        return f"unknown: {type(error).__name__}"


def valkey_problem() -> str:
    try:
        redis.Redis.from_url(settings.VALKEY_URL, socket_timeout=2).ping()
    except redis.RedisError as error:
        return f"Valkey does not answer: {type(error).__name__}"
    return ""


def chains_problem() -> str:
    """Each enabled chain has a watcher that follows its head, and none says it can't."""
    try:
        chains = list(Chain.objects.filter(enabled=True).values_list("id", flat=True))
        heads = dict(ProcessedHead.objects.values_list("chain_id", "updated_at"))
        stalled = stalled_chains()
    except DatabaseError as error:
        return f"unknown: {type(error).__name__}"
    if not chains:
        return "no chain is configured"
    now = timezone.now()
    late = [str(i) for i in chains if i not in heads or now - heads[i] > MAX_HEAD_AGE]
    if late:
        return f"not followed: {', '.join(late)}"
    return "; ".join(f"{i} stalled: {stalled[i]}" for i in chains if i in stalled)


def market_problem() -> str:
    try:
        snapshot = current_snapshot()
    except MarketUnavailable as error:
        return error.message
    age = timezone.now().timestamp() - snapshot.at_ms / 1000
    if age > MAX_SNAPSHOT_SECONDS:
        return f"the market's last snapshot is {age:.0f} s old"
    return ""


PROBES: dict[str, Probe] = {
    "database": database_problem,
    "shops_apart": walls_problem,
    "valkey": valkey_problem,
    "chains": chains_problem,
    "market": market_problem,
}

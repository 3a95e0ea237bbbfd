"""The processes of the house, as a table: what each runs and how many there are."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PYTHON = sys.executable
WEB_WORKERS = 2
WEB_THREADS = 2
"""Of each worker. One waits for the database while the other works; with four, that wait for each
other's lock on the interpreter, a sale takes a tenth more of the processor and no less time."""
RELAY_WORKERS = 2
"""One that works on something long leaves another for the rest."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process of the house.

    Attributes:
        name: stands before each line of its log.
        command: what is run.
        environment: variables it gets besides the supervisor's own.
        stop_seconds: how long it may take to stop before it is killed.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    stop_seconds: float = 10.0


def manage(*arguments: str) -> tuple[str, ...]:
    return (PYTHON, "manage.py", *arguments)


def house_processes(
    *,
    chain_ids: Sequence[int],
    web_port: int,
    live_port: int,
    web_workers: int,
    web_threads: int,
    host: str = "127.0.0.1",
    with_signer: bool = True,
    signer_secrets: Mapping[str, str] | None = None,
) -> tuple[ProcessSpec, ...]:
    """Every process that serves shops, in the order in which they start.

    Args:
        with_signer: False where the signer runs elsewhere, under a user of its own.
        signer_secrets: variables that only the signer gets.
    """
    signer = ProcessSpec("signer", manage("signer"), environment=dict(signer_secrets or {}))
    per_chain = [
        spec
        for chain_id in chain_ids
        for spec in (
            ProcessSpec(f"watcher-{chain_id}", manage("watcher", "--chain", str(chain_id))),
            ProcessSpec(f"sender-{chain_id}", manage("sender", "--chain", str(chain_id))),
        )
    ]
    return (
        *([signer] if with_signer else []),
        *per_chain,
        ProcessSpec("market", manage("market")),
        ProcessSpec("relay", manage("relay", "--workers", str(RELAY_WORKERS))),
        ProcessSpec("webhooks", manage("webhooks")),
        ProcessSpec(
            "worker",
            (
                PYTHON,
                *("-m", "celery", "-q", "-A", "gateway", "worker"),
                *("--loglevel", "warning", "--concurrency", "1", "--pool", "threads"),
            ),
        ),
        ProcessSpec(
            "beat",
            (
                PYTHON,
                *("-m", "celery", "-q", "-A", "gateway", "beat", "--loglevel", "warning"),
                *("--schedule", "{state}/beat-schedule", "--pidfile", ""),
            ),
        ),
        ProcessSpec(
            "web",
            (
                PYTHON,
                *("-m", "granian", "--interface", "wsgi", "--host", host),
                *("--port", str(web_port), "--workers", str(web_workers)),
                *("--blocking-threads", str(web_threads), "--respawn-failed-workers"),
                *("--log-level", "warning", "--backlog", "1024", "gateway.wsgi:application"),
            ),
        ),
        ProcessSpec(
            "live",
            (
                PYTHON,
                *("-m", "uvicorn", "--host", host, "--port", str(live_port)),
                *("--log-level", "warning", "--timeout-graceful-shutdown", "2"),
                "gateway.asgi:application",
            ),
        ),
    )

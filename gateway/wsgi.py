"""The pages and the API: granian serves this with threads.

Programs send the most requests and need the least around them: no session, no language, no CSRF
token, no page policy. The API's paths therefore go through a chain of their own
(``API_MIDDLEWARE``), which spares each request about a tenth of its processor time.
"""

import gc
import os
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")

from django.conf import settings

if not settings.configured:
    # Whatever it is started by, it takes the role that sees shops in their scopes only.
    os.environ.setdefault("DATABASE_ROLE", "web")

from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

API_PREFIXES = ("/v1/", "/api/v1/")
YOUNG_OBJECTS = 20_000
"""After how many new objects a process looks for garbage in cycles. An answer is thousands of them
and leaves none: Python's own 700 had every request looked through a dozen times."""
API_PAGES = frozenset({"/v1/docs"})
"""Paths below a prefix that are pages for people."""


class ApiHandler(WSGIHandler):
    """Django's handler with the API's middleware instead of the pages'."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        handler = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
        for path in reversed(settings.API_MIDDLEWARE):
            try:
                handler = convert_exception_to_response(import_string(path)(handler))
            except MiddlewareNotUsed:
                continue  # it has said that this configuration doesn't need it
        self._middleware_chain = handler


pages = get_wsgi_application()
api = ApiHandler()

# Every view is imported now, so that no worker's first customer waits for it; and all this code
# stays as long as the process does, so that whoever looks for garbage needn't walk through it.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
gc.set_threshold(YOUNG_OBJECTS)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    path = environ.get("PATH_INFO", "")
    if path.startswith(API_PREFIXES) and path not in API_PAGES:
        return api(environ, start_response)
    return pages(environ, start_response)

"""What every request gets before anything looks at it: an id, and who really sent it."""

from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

import structlog
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from gateway.events.ids import uuid7


class ClientAddressMiddleware:
    """Behind a proxy the client is the last hop of ``X-Forwarded-For``: the one the proxy wrote.

    Whatever stands before it the client may have written itself. Without it every wrong password
    would come from the proxy's address, and one stranger could lock everybody out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.BEHIND_PROXY:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        last_hop = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        with suppress(ValueError):  # what did not come through the proxy keeps its own address
            request.META["REMOTE_ADDR"] = str(ip_address(last_hop))
        return self.get_response(request)


class RequestIdMiddleware:
    """An id that stands in the request's logs, in its answer and on the page of an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid7())
        request.id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response

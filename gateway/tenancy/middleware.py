"""Every request begins with nobody's scope, whatever the last one on its thread left."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from gateway.tenancy import scope


class ScopeMiddleware:
    """Begins a request with nobody's scope. It isn't ended with one: an answer that is streamed
    reads on after this has returned."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scope.leave()
        return self.get_response(request)

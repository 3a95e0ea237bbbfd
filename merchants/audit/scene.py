"""From where the request on this thread comes, for what it writes down.

A context variable, as the request's id in the logs is: the verbs that write into the audit log
stand far below the page, and none of them would do anything else with it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse

from gateway.compliance.behaviour.networks import network_of


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an act was asked for.

    Attributes:
        network: the prefix of the address it came from; empty where nobody outside asked.
        request_id: of the request, as the logs have it.
    """

    network: str = ""
    request_id: str = ""


INSIDE: Final = Scene()
"""A task, a command: the house's own work."""
_here: ContextVar[Scene] = ContextVar("tillway_scene", default=INSIDE)


def scene() -> Scene:
    return _here.get()


@contextmanager
def at_scene(here: Scene) -> Iterator[None]:
    """Within, acts are written down as asked for from there."""
    token = _here.set(here)
    try:
        yield
    finally:
        _here.reset(token)


class SceneMiddleware:
    """Behind the ones that find a client's address and give a request its id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        network = network_of(str(request.META.get("REMOTE_ADDR", ""))) or ""
        with at_scene(Scene(network=network, request_id=str(getattr(request, "id", "")))):
            return self.get_response(request)

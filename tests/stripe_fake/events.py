"""Events, as a program may ask for them when a webhook was lost."""

from tests.stripe_fake.answers import no_such
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State, listed


def retrieve(state: State, request: Request, id: str) -> Json:
    for event in state.events:
        if event["id"] == id and event.get("account", "") == request.account:
            return event
    raise no_such("event", id)


def all_of(state: State, request: Request) -> Json:
    rows = [event for event in state.events if event.get("account", "") == request.account]
    return listed(request, rows[::-1], filters=("type",))


ROUTES = (
    ("GET", r"/v1/events", all_of),
    ("GET", r"/v1/events/(evt_\w+)", retrieve),
)

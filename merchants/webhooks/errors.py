"""What a shop is told about its webhook endpoints."""

from gateway.events.errors import TillwayError


class EndpointUnknown(TillwayError):
    code = "webhook_endpoint_unknown"
    message = "This shop has no such webhook endpoint."
    hint = "GET /v1/webhook_endpoints lists those there are."
    status = 404


class DeliveryUnknown(TillwayError):
    code = "delivery_unknown"
    message = "Nothing with this event id was ever for this endpoint."
    hint = "The endpoint's deliveries list what was."
    status = 404


class FilterUnknown(TillwayError):
    code = "event_unknown"
    hint = 'Name event types such as "invoice.paid", or groups: "invoice.*", "*".'

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no event {name[:80]!r}.", field="events")


class TooManyEndpoints(TillwayError):
    code = "too_many_webhook_endpoints"
    message = "This shop has as many webhook endpoints as it may have."
    hint = "Delete one that is no longer needed."
    status = 409


class EndpointDisabled(TillwayError):
    code = "webhook_endpoint_disabled"
    message = "This endpoint is switched off."
    hint = "Switch it on first."
    status = 409


class ReplayUnknown(TillwayError):
    code = "replay_unknown"
    message = "This endpoint has no such replay."
    hint = "The endpoint's replays list those there are."
    status = 404


class ReplayRange(TillwayError):
    code = "replay_range_invalid"
    message = "A replay goes from one moment to a later one, neither of them to come."
    hint = "Leave out until for everything until now."
    field = "since"
    status = 422


class ReplayTooOld(TillwayError):
    code = "replay_too_old"
    message = "What happened so long ago can't be sent again."
    hint = "GET /v1/events has what happened."
    field = "since"
    status = 422


class ReplayTooLarge(TillwayError):
    code = "replay_too_large"
    field = "since"
    status = 422

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"More than {limit} events happened in this time.",
            hint="Ask for a part of it, then for the next.",
        )


class ReplayRunning(TillwayError):
    code = "replay_running"
    message = "Another replay of this endpoint is still under way."
    hint = "Wait until it is done; deliveries show how far it is."
    status = 409


class ReplayKeyConflict(TillwayError):
    code = "replay_key_conflict"
    message = "This key asked for a replay of something else before."
    hint = "Use a new key for another range, or for other events."
    status = 409


class SecretChanged(TillwayError):
    code = "webhook_secret_changed"
    message = "The secret was changed meanwhile, so it was left as it is."
    hint = "Change it again if the new one was not kept."
    status = 409

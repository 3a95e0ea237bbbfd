"""What endpoints, deliveries and events look like in answers."""

from rest_framework import serializers as s

from merchants.api.answers import Cursored, Shape


class Endpoint(Shape):
    id = s.UUIDField()
    url = s.CharField()
    style = s.ChoiceField(["standard", "btcpay"])  # type: ignore[assignment]
    description = s.CharField()
    events = s.ListField(child=s.CharField())
    enabled = s.BooleanField()
    disabled_reason = s.ChoiceField(["asked", "gone", "failing"], allow_null=True)
    failing_since = s.DateTimeField(allow_null=True)
    off_since = s.DateTimeField(
        allow_null=True, help_text="What happened since was not queued: see its replay."
    )
    created_at = s.DateTimeField()


class EndpointWithSecret(Endpoint):
    secret = s.CharField(help_text="whsec_…, for the libraries of Standard Webhooks.")


class EndpointList(Cursored):
    data = Endpoint(many=True)  # type: ignore[assignment]


class EventQueued(Shape):
    event_id = s.UUIDField()
    type = s.CharField()


class Attempt(Shape):
    number = s.IntegerField()
    started_at = s.DateTimeField()
    milliseconds = s.IntegerField(allow_null=True)
    status = s.IntegerField(allow_null=True)
    error = s.CharField()
    excerpt = s.CharField()


class Delivery(Shape):
    event_id = s.UUIDField(help_text="Also the webhook-id.")
    webhook_endpoint_id = s.UUIDField()
    type = s.CharField()
    subject = s.CharField()
    sequence = s.IntegerField()
    state = s.ChoiceField(["pending", "succeeded", "failed", "cancelled"])
    attempts = s.IntegerField()
    replay_id = s.UUIDField(allow_null=True, help_text="The last replay that sent it.")
    next_attempt_at = s.DateTimeField(allow_null=True)
    created_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)


class DeliveryWithAttempts(Delivery):
    log = Attempt(many=True)


class DeliveryList(Cursored):
    data = Delivery(many=True)  # type: ignore[assignment]


class Replay(Shape):
    id = s.UUIDField()
    webhook_endpoint_id = s.UUIDField()
    since = s.DateTimeField()
    until = s.DateTimeField()
    events = s.ListField(child=s.CharField(), help_text="Empty: all that the endpoint hears.")
    state = s.ChoiceField(
        ["open", "done", "failed"],
        help_text="done: every delivery is queued. failed: given up; begin another for the rest.",
    )
    deliveries = s.IntegerField(help_text="How many it is, counted when it was asked for.")
    queued = s.IntegerField(help_text="How many of them are queued so far.")
    created_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)


class Event(Shape):
    id = s.UUIDField()
    type = s.CharField()
    timestamp = s.DateTimeField()
    mode = s.ChoiceField(["test", "live"])
    subject = s.CharField()
    sequence = s.IntegerField(help_text="1, 2, 3 … per subject.")
    data = s.DictField()  # type: ignore[assignment]


class EventsLive(Shape):
    url = s.CharField(help_text="Carries its ticket: keep it out of logs.")
    ends_at = s.DateTimeField()


class EventList(Cursored):
    data = Event(many=True)  # type: ignore[assignment]

from django.apps import AppConfig


class RampsConfig(AppConfig):
    name = "gateway.ramps"
    label = "ramps"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.ramps import checks, handlers  # noqa: F401 (checks registers itself)

        subscribe(
            pattern="ramp.event_received", handler=handlers.on_event_received, name="ramps.event"
        )

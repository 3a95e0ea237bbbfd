from django.apps import AppConfig


class TravellingConfig(AppConfig):
    name = "gateway.compliance.travelling"
    label = "compliance_travelling"

    def ready(self) -> None:
        from django.core.checks import register

        from gateway.compliance.travelling import handlers
        from gateway.compliance.travelling.checks import check_travel_rule
        from gateway.events.subscriptions import subscribe

        register(check_travel_rule)
        for pattern in handlers.ENDS:
            subscribe(
                pattern=pattern,
                handler=handlers.on_transfer_ended,
                name=f"travelling.{pattern.replace('.', '_')}",
            )

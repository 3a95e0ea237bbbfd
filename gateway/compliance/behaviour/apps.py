from django.apps import AppConfig


class BehaviourConfig(AppConfig):
    name = "gateway.compliance.behaviour"
    label = "compliance_behaviour"

    def ready(self) -> None:
        from gateway.compliance.behaviour import (
            checks,  # noqa: F401 (registers itself)
            handlers,
        )
        from gateway.events.subscriptions import subscribe

        for pattern, handler, name in (
            ("key.network_seen", handlers.on_key_network_seen, "key_network_seen"),
            ("sign_in.network_seen", handlers.on_sign_in_network_seen, "sign_in_network_seen"),
            ("access.refused", handlers.on_access_refused, "access_refused"),
            ("destination.asked", handlers.on_destination_asked, "destination_asked"),
            ("till.used", handlers.on_till_used, "till_used"),
            ("sale.voided", handlers.on_sale_voided, "sale_voided"),
            ("refund.requested", handlers.on_refund_requested, "refund_requested"),
        ):
            subscribe(pattern=pattern, handler=handler, name=f"behaviour.{name}")
        subscribe(
            pattern=tuple(handlers.STREAM_KINDS),
            handler=handlers.on_stream_event,
            name="behaviour.stream",
        )

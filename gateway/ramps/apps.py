from django.apps import AppConfig


class RampsConfig(AppConfig):
    name = "gateway.ramps"
    label = "ramps"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.ledger.outside_balances import sources_register
        from gateway.ramps import checks, handlers  # noqa: F401 (checks registers itself)
        from gateway.ramps.balances import ramp_sources
        from gateway.ramps.identity import look_at_identity
        from gateway.ramps.identity_wishes import on_subject_gone
        from gateway.ramps.inbox import act_on

        sources_register("ramps", ramp_sources)
        subscribe(
            pattern="ramp.event_received", handler=handlers.on_event_received, name="ramps.event"
        )
        act_on(
            {
                f"identity.verification_session.{word}": look_at_identity
                for word in ("processing", "requires_input", "verified", "canceled", "redacted")
            }
        )
        subscribe(
            pattern=("subject.ended", "subject.erased"),
            handler=on_subject_gone,
            name="ramps.subject_gone",
        )

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    name = "gateway.compliance.scenarios"
    label = "compliance_scenarios"

    def ready(self) -> None:
        from gateway.compliance.scenarios import going_live, handlers
        from gateway.custody.approvals.kinds import register
        from gateway.events.subscriptions import subscribe

        register(going_live.ACT_LIVE)
        register(going_live.ACT_RETIRE)
        for pattern, handler in handlers.HANDLERS.items():
            subscribe(
                pattern=pattern,
                handler=handler,
                name=f"scenarios.{pattern.replace('.', '_')}",
            )

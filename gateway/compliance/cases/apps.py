from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "gateway.compliance.cases"
    label = "compliance_cases"

    def ready(self) -> None:
        from gateway.compliance.cases import (
            checks,  # noqa: F401 (registers itself)
            closing,
            endings,
            gathering,
            handlers,
            replayers,
        )
        from gateway.compliance.scenarios import endings as asked_endings
        from gateway.custody.approvals.kinds import register
        from gateway.events.subscriptions import subscribe

        register(closing.ACT)
        gathering.register_ours()
        replayers.register_ours()
        asked_endings.register(endings.endings_told)
        subscribe(
            pattern="alert.raised",
            handler=handlers.on_alert_raised,
            name="compliance_cases.alert_raised",
        )
        subscribe(
            pattern="hold.opened",
            handler=handlers.on_hold_opened,
            name="compliance_cases.hold_opened",
        )
        subscribe(
            pattern=("hold.released", "hold.returned", "hold.blocked"),
            handler=handlers.on_hold_decided,
            name="compliance_cases.hold_decided",
        )
        subscribe(
            pattern="list.refused",
            handler=handlers.on_list_refused,
            name="compliance_cases.list_refused",
        )

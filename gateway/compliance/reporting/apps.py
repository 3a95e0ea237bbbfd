from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "gateway.compliance.reporting"
    label = "compliance_reporting"

    def ready(self) -> None:
        from gateway.compliance.reporting import checks, handlers  # noqa: F401 (checks registers)
        from gateway.events.subscriptions import subscribe

        subscribe(
            pattern="case.closed",
            handler=handlers.on_case_closed,
            name="compliance_reporting.case_closed",
        )

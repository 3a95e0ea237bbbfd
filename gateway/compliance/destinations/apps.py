from django.apps import AppConfig


class DestinationsConfig(AppConfig):
    name = "gateway.compliance.destinations"
    label = "compliance_destinations"

    def ready(self) -> None:
        from django.core.checks import register

        from gateway.compliance.destinations import releasing
        from gateway.compliance.destinations.checks import check_destinations
        from gateway.custody.approvals.kinds import register as register_act

        register(check_destinations)
        register_act(releasing.ACT)

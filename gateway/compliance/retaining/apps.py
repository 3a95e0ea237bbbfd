from django.apps import AppConfig


class RetainingConfig(AppConfig):
    name = "gateway.compliance.retaining"
    label = "compliance_retaining"

    def ready(self) -> None:
        from gateway.compliance.retaining import (
            checks,  # noqa: F401 (registers itself)
            held_beside,
            held_by_us,
        )

        held_by_us.register_ours()
        held_beside.register_ours()

from django.apps import AppConfig


class ReconcilingConfig(AppConfig):
    name = "gateway.settlement.reconciling"
    label = "reconciling"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.settlement.reconciling import handlers

        subscribe(
            pattern=("reconciliation.explained", "reconciliation.corrected"),
            handler=handlers.on_closed,
            name="reconciling.closed",
        )

from django.apps import AppConfig


class RetracingConfig(AppConfig):
    name = "gateway.compliance.retracing"
    label = "compliance_retracing"

    def ready(self) -> None:
        from gateway.compliance.retracing import handlers
        from gateway.events.subscriptions import subscribe

        subscribe(
            pattern="list.updated",
            handler=handlers.on_list_updated,
            name="compliance_retracing.list_updated",
        )
        subscribe(
            pattern="labels.updated",
            handler=handlers.on_labels_updated,
            name="compliance_retracing.labels_updated",
        )

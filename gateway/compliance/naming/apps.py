from django.apps import AppConfig


class NamingConfig(AppConfig):
    name = "gateway.compliance.naming"
    label = "compliance_naming"

    def ready(self) -> None:
        from gateway.compliance.naming import handlers
        from gateway.events.subscriptions import subscribe

        subscribe(
            pattern=("list.updated", "list.naming"),
            handler=handlers.on_list_updated,
            name="compliance_naming.list_updated",
        )

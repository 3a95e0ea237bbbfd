from django.apps import AppConfig


class NamingConfig(AppConfig):
    name = "gateway.compliance.naming"
    label = "compliance_naming"

    def ready(self) -> None:
        from gateway.compliance.naming import handlers, whitelisting
        from gateway.custody.approvals.kinds import register
        from gateway.events.subscriptions import subscribe

        register(whitelisting.ACT)
        subscribe(
            pattern="list.updated",
            handler=handlers.on_list_updated,
            name="compliance_naming.list_updated",
        )

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "gateway.treasury.providers"
    label = "providers"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.treasury.providers import handlers

        subscribe(
            pattern=(
                "transaction.mined",
                "transaction.orphaned",
                "transaction.final",
                "transaction.failed",
                "transaction.cancelled",
            ),
            handler=handlers.on_transaction,
            name="providers.transaction",
            purposes=("withdrawal",),
        )

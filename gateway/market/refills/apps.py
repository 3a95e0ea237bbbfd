from django.apps import AppConfig


class RefillsConfig(AppConfig):
    name = "gateway.market.refills"
    label = "refills"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.market.refills import handlers

        subscribe(
            pattern=("transaction.final", "transaction.failed", "transaction.cancelled"),
            handler=handlers.on_transaction,
            name="refills.transaction",
            purposes=("fill", "treasury"),
        )

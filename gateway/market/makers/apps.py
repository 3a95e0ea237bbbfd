from django.apps import AppConfig


class MakersConfig(AppConfig):
    name = "gateway.market.makers"
    label = "makers"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.market.makers import handlers

        subscribe(
            pattern=("transaction.final", "transaction.failed", "transaction.cancelled"),
            handler=handlers.on_transaction,
            name="makers.transaction",
            purposes=("fill",),
        )

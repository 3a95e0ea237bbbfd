from django.apps import AppConfig


class HedgesConfig(AppConfig):
    name = "gateway.market.hedges"
    label = "hedges"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.market.hedges import handlers

        subscribe(
            pattern=(
                "transaction.mined",
                "transaction.orphaned",
                "transaction.final",
                "transaction.failed",
                "transaction.cancelled",
            ),
            handler=handlers.on_transaction,
            name="hedges.transaction",
            purposes=("approve", "fill", "treasury"),
        )

from django.apps import AppConfig


class RangesConfig(AppConfig):
    name = "gateway.market.ranges"
    label = "ranges"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.market.ranges import handlers

        subscribe(
            pattern=(
                "transaction.mined",
                "transaction.orphaned",
                "transaction.final",
                "transaction.failed",
                "transaction.cancelled",
            ),
            handler=handlers.on_transaction,
            name="ranges.transaction",
            purposes=("approve", "range"),
        )

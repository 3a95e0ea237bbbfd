from django.apps import AppConfig


class ExecutionConfig(AppConfig):
    name = "gateway.market.execution"
    label = "execution"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.market.execution import handlers

        subscribe(
            pattern=("transaction.final", "transaction.failed", "transaction.cancelled"),
            handler=handlers.on_transaction,
            name="execution.transaction",
            purposes=("sweep", "fill"),
        )
        subscribe(
            pattern="deposit.orphaned",
            handler=handlers.on_deposit_orphaned,
            name="execution.deposit",
        )

from django.apps import AppConfig


class ReconcilingConfig(AppConfig):
    name = "gateway.settlement.reconciling"
    label = "reconciling"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.ledger.leaving import stop_register
        from gateway.ledger.outside_balances import sources_register
        from gateway.settlement.reconciling import handlers
        from gateway.settlement.reconciling.exchanges import exchange_sources
        from gateway.settlement.reconciling.pausing import books_differ

        subscribe(
            pattern=("reconciliation.explained", "reconciliation.corrected"),
            handler=handlers.on_closed,
            name="reconciling.closed",
        )
        sources_register("exchanges", exchange_sources)
        stop_register("books_differ", books_differ)

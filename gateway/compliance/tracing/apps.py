from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "gateway.compliance.tracing"
    label = "compliance_tracing"

    def ready(self) -> None:
        from django.core.checks import register

        from gateway.compliance.tracing import handlers, projecting
        from gateway.compliance.tracing.checks import check_provider
        from gateway.events.subscriptions import subscribe

        register(check_provider)
        subscribe(
            pattern="deposit.seen",
            handler=handlers.on_deposit_seen,
            name="tracing.deposit_seen",
        )
        subscribe(
            pattern="deposit.orphaned",
            handler=handlers.on_deposit_orphaned,
            name="tracing.deposit_orphaned",
        )
        subscribe(
            pattern="transaction.final",
            handler=handlers.on_transaction_final,
            name="tracing.transaction_final",
            purposes=projecting.PURPOSES,
        )

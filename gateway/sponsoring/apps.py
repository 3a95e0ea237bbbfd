from django.apps import AppConfig


class SponsoringConfig(AppConfig):
    name = "gateway.sponsoring"
    label = "sponsoring"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.sponsoring import handlers

        subscribe(
            pattern=(
                "transaction.mined",
                "transaction.orphaned",
                "transaction.final",
                "transaction.failed",
                "transaction.cancelled",
            ),
            handler=handlers.on_transaction,
            name="sponsoring.transaction",
            purposes=("sponsor",),
        )
        subscribe(
            pattern=("invoice.processing", "invoice.paid", "invoice.cancelled"),
            handler=handlers.on_invoice_over,
            name="sponsoring.invoice",
        )

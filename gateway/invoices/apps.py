from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "gateway.invoices"
    label = "invoices"

    def ready(self) -> None:
        from gateway.compliance.cases.evidence import register
        from gateway.events.subscriptions import subscribe, subscribe_together
        from gateway.invoices import (
            checks,  # noqa: F401 (registers itself)
            handlers,
            telling,
        )
        from gateway.invoices.evidence import invoice_facts
        from gateway.invoices.orders import PAYMENT_GONE

        register("invoice", invoice_facts)
        telling.register_ours()

        subscribe_together(
            pattern=(
                "deposit.*",
                "verdict.given",
                "hold.released",
                "hold.returned",
                "hold.blocked",
            ),
            handler=handlers.on_deposits,
            name="invoices.deposit",
        )
        subscribe(
            pattern="invoice.payer_told",
            handler=handlers.on_payer_told,
            name="invoices.payer_told",
        )
        subscribe(
            pattern=PAYMENT_GONE,
            handler=handlers.on_order_payment_gone,
            name="invoices.order_payment_gone",
        )

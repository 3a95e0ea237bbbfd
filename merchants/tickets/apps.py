from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "merchants.tickets"
    label = "tickets"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe_together
        from merchants.tickets import handlers, telling

        telling.register_ours()
        subscribe_together(
            pattern=(
                "invoice.partial",
                "invoice.processing",
                "invoice.payment_confirmed",
                "invoice.paid",
                "invoice.paid_late",
                "invoice.marked",
                "invoice.expired",
                "invoice.cancelled",
                "invoice.invalidated",
                "invoice.reverted",
            ),
            handler=handlers.on_invoices,
            name="tickets.invoice",
        )

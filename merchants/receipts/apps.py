from django.apps import AppConfig


class ReceiptsConfig(AppConfig):
    name = "merchants.receipts"
    label = "receipts"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe, subscribe_together
        from gateway.invoices.life import AGAIN
        from merchants.receipts import (
            checks,  # noqa: F401 (registers itself)
            handlers,
            telling,
        )

        subscribe(
            pattern=("refund.completed",), handler=handlers.on_refunded, name="receipts.refund"
        )
        subscribe(
            pattern=("card.refunded",),
            handler=handlers.on_card_refunded,
            name="receipts.card_refund",
        )
        subscribe_together(
            pattern=(
                "invoice.reverted",
                "invoice.invalidated",
                "invoice.expired",
                "invoice.cancelled",
                "invoice.returned",
                "invoice.paid",
                "invoice.paid_late",
                "invoice.marked",
            ),
            handler=handlers.on_invoices,
            name="receipts.invoice",
            # of what is paid for the first time, or ends unpaid, there is no paper yet
            purposes=(AGAIN,),
        )
        subscribe(
            pattern=("ticket.paid", "ticket.unpaid"),
            handler=handlers.on_ticket,
            name="receipts.ticket",
        )
        telling.register_ours()

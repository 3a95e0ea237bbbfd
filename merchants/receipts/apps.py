from django.apps import AppConfig


class ReceiptsConfig(AppConfig):
    name = "merchants.receipts"
    label = "receipts"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
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
        telling.register_ours()

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "gateway.invoices"
    label = "invoices"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe_together
        from gateway.invoices import handlers

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

from django.apps import AppConfig


class AllocatingConfig(AppConfig):
    name = "gateway.settlement.allocating"
    label = "allocating"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.settlement.allocating import handlers

        subscribe(
            pattern=("payment.credited", "payment.reversed"),
            handler=handlers.on_credit,
            name="allocating.credit",
        )

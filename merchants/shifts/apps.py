from django.apps import AppConfig


class ShiftsConfig(AppConfig):
    name = "merchants.shifts"
    label = "shifts"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from merchants.shifts import (
            checks,  # noqa: F401 (registers itself)
            handlers,
            telling,
        )

        subscribe(pattern=tuple(handlers.TAKINGS), handler=handlers.take_down, name="shifts")
        telling.register_ours()

from django.apps import AppConfig


class TillsConfig(AppConfig):
    name = "merchants.tills"
    label = "tills"

    def ready(self) -> None:
        from gateway.checkout import holders
        from merchants.tills import (
            checks,  # noqa: F401 (registers itself)
            selectors,
            telling,
        )

        holders.register(selectors.HOLDER, selectors.devices_ended)
        telling.register_ours()

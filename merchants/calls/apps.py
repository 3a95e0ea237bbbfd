from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "merchants.calls"
    label = "calls"

    def ready(self) -> None:
        from merchants.calls import telling

        telling.register_ours()

from django.apps import AppConfig


class MovingConfig(AppConfig):
    name = "merchants.moving"
    label = "moving"

    def ready(self) -> None:
        from merchants.moving import telling

        telling.register_ours()

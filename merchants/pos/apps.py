from django.apps import AppConfig


class PosConfig(AppConfig):
    name = "merchants.pos"
    label = "pos"

    def ready(self) -> None:
        from merchants.pos.away import telling

        telling.register_ours()

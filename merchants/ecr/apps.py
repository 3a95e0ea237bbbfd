from django.apps import AppConfig


class EcrConfig(AppConfig):
    name = "merchants.ecr"
    label = "ecr"

    def ready(self) -> None:
        from merchants.ecr import telling

        telling.register_ours()

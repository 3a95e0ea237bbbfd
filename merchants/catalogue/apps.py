from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "merchants.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from merchants.catalogue import telling

        telling.register_ours()

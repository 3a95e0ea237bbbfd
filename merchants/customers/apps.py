from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "merchants.customers"
    label = "customers"

    def ready(self) -> None:
        from merchants.customers import telling

        telling.register_ours()

from django.apps import AppConfig


class FactorsConfig(AppConfig):
    name = "merchants.accounts.factors"
    label = "factors"

    def ready(self) -> None:
        from merchants.accounts.factors import checks  # noqa: F401 (registers itself)

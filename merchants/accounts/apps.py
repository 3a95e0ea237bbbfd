from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "merchants.accounts"
    label = "accounts"

    def ready(self) -> None:
        from merchants.accounts import checks  # noqa: F401 (registers them)

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "merchants.accounts"
    label = "accounts"

    def ready(self) -> None:
        from merchants.accounts import checks, telling  # noqa: F401 (checks registers itself)

        telling.register_ours()

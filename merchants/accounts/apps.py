from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "merchants.accounts"
    label = "accounts"

    def ready(self) -> None:
        from gateway.custody.approvals.kinds import register
        from merchants.accounts import (
            checks,  # noqa: F401 (registers itself)
            house_roles,
            telling,
        )

        register(house_roles.ACT)
        telling.register_ours()

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "merchants.accounts"
    label = "accounts"

    def ready(self) -> None:
        from gateway.checkout import holders
        from gateway.custody.approvals.kinds import register
        from merchants.accounts import (
            checks,  # noqa: F401 (registers itself)
            house_roles,
            selectors,
            telling,
        )

        register(house_roles.ACT)
        holders.register(selectors.KEY_HOLDER, selectors.api_keys_ended)
        telling.register_ours()

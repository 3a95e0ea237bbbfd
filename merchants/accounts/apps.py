from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "merchants.accounts"
    label = "accounts"

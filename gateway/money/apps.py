from django.apps import AppConfig


class MoneyConfig(AppConfig):
    name = "gateway.money"
    label = "money"

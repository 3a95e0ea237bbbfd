from django.apps import AppConfig


class BuyingConfig(AppConfig):
    name = "gateway.treasury.buying"
    label = "buying"

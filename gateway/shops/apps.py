from django.apps import AppConfig


class ShopsConfig(AppConfig):
    name = "gateway.shops"
    label = "shops"

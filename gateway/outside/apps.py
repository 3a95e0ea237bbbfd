from django.apps import AppConfig


class OutsideConfig(AppConfig):
    name = "gateway.outside"
    label = "outside"

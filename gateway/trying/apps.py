from django.apps import AppConfig


class TryingConfig(AppConfig):
    name = "gateway.trying"
    label = "trying"

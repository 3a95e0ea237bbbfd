from django.apps import AppConfig


class FloatsConfig(AppConfig):
    name = "gateway.treasury.floats"
    label = "floats"

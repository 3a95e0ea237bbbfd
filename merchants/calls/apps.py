from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "merchants.calls"
    label = "calls"

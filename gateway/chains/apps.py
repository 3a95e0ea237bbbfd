from django.apps import AppConfig


class ChainsConfig(AppConfig):
    name = "gateway.chains"
    label = "chains"

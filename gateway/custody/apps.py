from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "gateway.custody"
    label = "custody"

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "gateway.settlement"
    label = "settlement"

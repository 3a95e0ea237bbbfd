from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "gateway.market"
    label = "market"

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "gateway.market.measures"
    label = "measures"

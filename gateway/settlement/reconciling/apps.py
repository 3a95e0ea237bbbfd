from django.apps import AppConfig


class ReconcilingConfig(AppConfig):
    name = "gateway.settlement.reconciling"
    label = "reconciling"

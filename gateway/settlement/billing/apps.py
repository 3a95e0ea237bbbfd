from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "gateway.settlement.billing"
    label = "billing"

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "gateway.tenancy"
    label = "tenancy"

from django.apps import AppConfig


class ListedConfig(AppConfig):
    name = "gateway.compliance.listed"
    label = "compliance_listed"

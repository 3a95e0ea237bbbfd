from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "gateway.compliance"
    label = "compliance"

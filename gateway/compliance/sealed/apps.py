from django.apps import AppConfig


class SealedConfig(AppConfig):
    name = "gateway.compliance.sealed"
    label = "compliance_sealed"

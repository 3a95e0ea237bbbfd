from django.apps import AppConfig


class KnowingConfig(AppConfig):
    name = "gateway.compliance.knowing"
    label = "compliance_knowing"

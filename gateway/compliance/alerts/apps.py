from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "gateway.compliance.alerts"
    label = "compliance_alerts"

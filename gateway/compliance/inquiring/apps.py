from django.apps import AppConfig


class InquiringConfig(AppConfig):
    name = "gateway.compliance.inquiring"
    label = "compliance_inquiring"

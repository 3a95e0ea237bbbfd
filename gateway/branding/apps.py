from django.apps import AppConfig


class BrandingConfig(AppConfig):
    name = "gateway.branding"
    label = "branding"

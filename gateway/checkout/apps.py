from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    name = "gateway.checkout"
    label = "checkout"

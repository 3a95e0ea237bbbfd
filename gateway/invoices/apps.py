from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "gateway.invoices"
    label = "invoices"

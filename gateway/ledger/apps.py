from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "gateway.ledger"
    label = "ledger"

from django.apps import AppConfig


class BankFilesConfig(AppConfig):
    name = "gateway.ramps.iso20022"
    label = "bank_files"

    def ready(self) -> None:
        from gateway.ledger.outside_balances import sources_register
        from gateway.ramps.iso20022.balances import statement_sources

        sources_register("bank_statements", statement_sources)

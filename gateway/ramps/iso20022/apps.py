from django.apps import AppConfig


class BankFilesConfig(AppConfig):
    name = "gateway.ramps.iso20022"
    label = "bank_files"

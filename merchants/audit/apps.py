from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "merchants.audit"
    label = "audit"

    def ready(self) -> None:
        from merchants.audit import telling

        telling.register_ours()

from django.apps import AppConfig


class PresentingConfig(AppConfig):
    name = "gateway.compliance.presenting"
    label = "compliance_presenting"

    def ready(self) -> None:
        from django.core.checks import register

        from gateway.compliance.presenting import handlers
        from gateway.compliance.presenting.checks import check_wallet_signer
        from gateway.events.subscriptions import subscribe

        register(check_wallet_signer)
        subscribe(
            pattern=("subject.ended", "subject.erased"),
            handler=handlers.on_subject_gone,
            name="presenting.subject_gone",
        )

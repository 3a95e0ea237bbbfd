from django.apps import AppConfig


class IssuingConfig(AppConfig):
    name = "gateway.compliance.issuing"
    label = "compliance_issuing"

    def ready(self) -> None:
        from django.core.checks import register

        from gateway.compliance.issuing import handlers
        from gateway.compliance.issuing.checks import check_credential_signer
        from gateway.events.subscriptions import subscribe

        register(check_credential_signer)
        subscribe(
            pattern="shop.requirements_changed",
            handler=handlers.on_file_changed,
            name="issuing.file_changed",
        )
        subscribe(
            pattern=("subject.ended", "subject.erased"),
            handler=handlers.on_subject_gone,
            name="issuing.subject_gone",
        )

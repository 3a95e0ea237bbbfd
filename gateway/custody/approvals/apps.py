from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "gateway.custody.approvals"
    label = "approvals"

    def ready(self) -> None:
        from gateway.custody.approvals import checks  # noqa: F401 (registers itself)

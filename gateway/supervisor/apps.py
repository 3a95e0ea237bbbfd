from django.apps import AppConfig


class SupervisorConfig(AppConfig):
    name = "gateway.supervisor"
    label = "supervisor"

    def ready(self) -> None:
        from gateway.supervisor import checks  # noqa: F401 (registers the deploy checks)

import gc

from django.apps import AppConfig


class SupervisorConfig(AppConfig):
    name = "gateway.supervisor"
    label = "supervisor"

    def ready(self) -> None:
        from gateway.supervisor import checks  # noqa: F401 (registers the deploy checks)

        # The program itself is never garbage: nobody need walk through it as long as this process
        # lives. manage.py had the collector wait for this.
        gc.freeze()
        gc.enable()

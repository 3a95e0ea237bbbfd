from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class EventsConfig(AppConfig):
    name = "gateway.events"
    label = "events"

    def ready(self) -> None:
        from gateway.events.points import Plan, arm

        if settings.FAULT_PLAN and not settings.LIVE_MODE:
            arm(Plan(Path(settings.FAULT_PLAN)))

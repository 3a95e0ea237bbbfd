from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "merchants.notices"
    label = "notices"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from merchants.notices import checks  # noqa: F401 (registers them)
        from merchants.notices.handlers import take_notice
        from merchants.notices.rules import EVENTS

        subscribe(pattern=EVENTS, handler=take_notice, name="notices")

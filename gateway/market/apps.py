from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "gateway.market"
    label = "market"

    def ready(self) -> None:
        from gateway.custody.approvals.kinds import register
        from gateway.market import resuming

        register(resuming.ACT)

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "merchants.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from merchants.webhooks.catalogue import SHOP_EVENTS, TEST_EVENT
        from merchants.webhooks.handlers import deliver_to_endpoints

        subscribe(pattern=(*SHOP_EVENTS, TEST_EVENT), handler=deliver_to_endpoints, name="webhooks")

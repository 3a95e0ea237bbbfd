from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "merchants.links"
    label = "links"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from merchants.links import counting, telling

        telling.register_ours()
        subscribe(
            pattern=counting.DECIDES, handler=counting.on_invoices_decided, name="links.sold"
        )

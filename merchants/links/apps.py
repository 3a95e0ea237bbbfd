from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "merchants.links"
    label = "links"

    def ready(self) -> None:
        from gateway.checkout import renewing
        from gateway.events.subscriptions import subscribe
        from merchants.links import counting, drawing, telling

        telling.register_ours()
        renewing.register("link", drawing.link_renewed)
        subscribe(pattern=counting.DECIDES, handler=counting.on_invoices_decided, name="links.sold")

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "gateway.market.orders"
    label = "orders"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.market.orders import handlers

        subscribe(
            pattern=("desk.state_changed", "desk.halted"),
            handler=handlers.on_desk_state,
            name="orders.desk_state",
        )

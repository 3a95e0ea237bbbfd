from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "gateway.market.orders"
    label = "orders"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.market.execution.sellers import ask_before_swaps
        from gateway.market.orders import handlers
        from gateway.market.orders.selling import sell_in_book

        subscribe(
            pattern=("desk.state_changed", "desk.halted"),
            handler=handlers.on_desk_state,
            name="orders.desk_state",
        )
        ask_before_swaps(sell_in_book)

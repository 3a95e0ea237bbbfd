from django.apps import AppConfig


class CounterConfig(AppConfig):
    name = "merchants.counter"
    label = "counter"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from merchants.counter import arrivals, telling

        subscribe(
            pattern=arrivals.LETS_GOODS_GO,
            handler=arrivals.on_goods_may_go,
            name="counter.arrivals",
        )
        telling.register_ours()

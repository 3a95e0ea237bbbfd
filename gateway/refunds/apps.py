from django.apps import AppConfig


class RefundsConfig(AppConfig):
    name = "gateway.refunds"
    label = "refunds"

    def ready(self) -> None:
        from gateway.events.subscriptions import subscribe
        from gateway.refunds import handlers, telling

        telling.register_ours()
        subscribe(
            pattern=("refund.approved", "refund.claimed"),
            handler=handlers.on_approved,
            name="refunds.approved",
        )
        subscribe(
            pattern=("refund.rejected", "refund.expired"),
            handler=handlers.on_given_back,
            name="refunds.given_back",
        )
        subscribe(
            pattern=("deposit.final", "deposit.orphaned", "payment.reversed", "hold.released"),
            handler=handlers.on_deposit,
            name="refunds.deposit",
        )
        subscribe(
            pattern="list.screened",
            handler=handlers.on_list_screened,
            name="refunds.list_screened",
        )
        subscribe(
            pattern=("address.traced", "destination.released"),
            handler=handlers.on_destination,
            name="refunds.destination",
        )
        subscribe(
            pattern=("reconciliation.explained", "reconciliation.corrected"),
            handler=handlers.on_books_agree,
            name="refunds.books_agree",
        )
        subscribe(pattern="float.filled", handler=handlers.on_float_filled, name="refunds.float")
        subscribe(
            pattern=(
                "transaction.awaiting_limit",
                "transaction.limit_freed",
                "transaction.mined",
                "transaction.orphaned",
                "transaction.final",
                "transaction.failed",
                "transaction.cancelled",
            ),
            handler=handlers.on_transaction,
            name="refunds.transaction",
            purposes=("refund",),
        )

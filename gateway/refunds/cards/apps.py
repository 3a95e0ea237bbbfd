from django.apps import AppConfig


class CardRefundsConfig(AppConfig):
    name = "gateway.refunds.cards"
    label = "card_refunds"

    def ready(self) -> None:
        from gateway.ramps.balances import knowing_register
        from gateway.ramps.inbox import act_on
        from gateway.refunds.cards.balances import CardRefundsKnow
        from gateway.refunds.cards.handlers import look_at_refund, look_at_refunds_of_payment

        knowing_register("card_refunds", CardRefundsKnow())
        act_on(
            {
                "refund.created": look_at_refund,
                "refund.updated": look_at_refund,
                "refund.failed": look_at_refund,
                "charge.refund.updated": look_at_refund,
                "charge.refunded": look_at_refunds_of_payment,
            }
        )

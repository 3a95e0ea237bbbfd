from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "gateway.cards"
    label = "cards"

    def ready(self) -> None:
        from gateway.cards.balances import CardsKnow
        from gateway.cards.handlers import look_at_payment, look_at_reader, look_at_session
        from gateway.ramps.balances import knowing_register
        from gateway.ramps.inbox import act_on

        knowing_register("cards", CardsKnow())
        act_on(
            {
                "checkout.session.completed": look_at_session,
                "checkout.session.expired": look_at_session,
                "payment_intent.amount_capturable_updated": look_at_payment,
                "payment_intent.payment_failed": look_at_payment,
                "payment_intent.succeeded": look_at_payment,
                "payment_intent.canceled": look_at_payment,
                "terminal.reader.action_succeeded": look_at_reader,
                "terminal.reader.action_failed": look_at_reader,
                "terminal.reader.action_updated": look_at_reader,
                "charge.captured": look_at_payment,
                "charge.updated": look_at_payment,
                "charge.dispute.created": look_at_payment,
                "charge.dispute.updated": look_at_payment,
                "charge.dispute.closed": look_at_payment,
                "charge.dispute.funds_withdrawn": look_at_payment,
                "charge.dispute.funds_reinstated": look_at_payment,
            }
        )

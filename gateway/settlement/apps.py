from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "gateway.settlement"
    label = "settlement"

    def ready(self) -> None:
        from gateway.custody.approvals.kinds import register
        from gateway.events.subscriptions import subscribe, subscribe_together
        from gateway.ramps.balances import knowing_register
        from gateway.settlement import (
            approving,
            bank_destinations,
            batch_handlers,
            card_handlers,
            destinations,
            fee_schedule,
            fiat_handlers,
            handlers,
            limits,
            releasing,
            reserve_terms,
            standing,
            telling,
        )
        from gateway.settlement.fiat_balances import PayoutsKnow
        from gateway.treasury import closing_months, manual_entries

        for act in (
            *(approving.ACT, destinations.ACT, limits.ACT),
            *(fee_schedule.ACT, manual_entries.ACT, closing_months.ACT),
            *(standing.ACT, reserve_terms.ACT, releasing.ACT),
            bank_destinations.ACT,
        ):
            register(act)

        knowing_register("payouts", PayoutsKnow())
        telling.register_ours()
        subscribe(
            pattern=(
                "payment.credited",
                "payment.reversed",
                "deposit.final",
                "deposit.orphaned",
                "hold.opened",
                "hold.released",
            ),
            handler=handlers.on_credit,
            name="settlement.credit",
        )
        subscribe_together(pattern="settlement.due", handler=handlers.on_due, name="settlement.due")
        subscribe(
            pattern="payout.approved", handler=handlers.on_approved, name="settlement.approved"
        )
        subscribe(
            pattern=("payout.failed", "payout.cancelled"),
            handler=handlers.on_given_back,
            name="settlement.given_back",
        )
        subscribe(
            pattern="payout.cancelled",
            handler=handlers.on_withdrawn,
            name="settlement.withdrawn",
        )
        subscribe(
            pattern="list.screened",
            handler=handlers.on_list_screened,
            name="settlement.list_screened",
        )
        subscribe(
            pattern=("wallet.proved", "wallet.told", "travel.approved"),
            handler=handlers.on_travel,
            name="settlement.travel",
        )
        subscribe(
            pattern=("address.traced", "destination.released"),
            handler=handlers.on_destination,
            name="settlement.destination",
        )
        subscribe(pattern="shop.changed", handler=handlers.on_shop_changed, name="settlement.shop")
        subscribe(
            pattern=(
                *("ramp.sent", "ramp.done", "ramp.failed", "ramp.returned"),
                *("ramp.refused", "ramp.reversed", "ramp.unclear"),
            ),
            handler=fiat_handlers.on_instruction,
            name="settlement.ramp",
        )
        subscribe(
            pattern="shop.requirements_changed",
            handler=fiat_handlers.on_requirements_changed,
            name="settlement.ramp_account",
        )
        subscribe(
            pattern="card.disputed",
            handler=card_handlers.on_card_disputed,
            name="settlement.card_disputed",
        )
        subscribe(
            pattern=("card.paid", "card.dispute_won"),
            handler=card_handlers.on_card_credit,
            name="settlement.card_credit",
        )
        subscribe(pattern="float.filled", handler=handlers.on_float_filled, name="settlement.float")
        subscribe(
            pattern=(
                "transaction.awaiting_limit",
                "transaction.limit_freed",
                "transaction.mined",
                "transaction.final",
                "transaction.failed",
                "transaction.cancelled",
            ),
            handler=handlers.on_transaction,
            name="settlement.transaction",
            purposes=("payout",),
        )
        subscribe(
            pattern=("transaction.final", "transaction.failed", "transaction.cancelled"),
            handler=batch_handlers.on_leave,
            name="settlement.leave",
            purposes=("approve",),
        )

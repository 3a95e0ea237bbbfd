"""What beat starts by itself: sweeps for lost wake-ups, upkeep, and looks at the lists.

Everything here also happens at once by an event; beat is the net below.
"""

from typing import Any

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EVERY_SECONDS = {
    "gateway.events.tasks.sweep_outbox": 15.0,
    "gateway.invoices.tasks.expire_due_invoices": 5.0,
    "gateway.compliance.tasks.screen_waiting_deposits": MINUTE,
    "gateway.compliance.tracing.tasks.carry_traces": 5.0,
    "gateway.compliance.retracing.tasks.continue_retraces": 15.0,
    "gateway.market.execution.tasks.batch_fills": 5.0,
    "gateway.market.execution.tasks.reconsider_dust": HOUR,
    "gateway.market.hedges.tasks.hedge_desk": 15.0,
    "gateway.market.hedges.tasks.carry_inventory": 15.0,
    "gateway.market.measures.tasks.measure_desk": 5.0,
    "gateway.market.orders.tasks.work_order_books": 2.0,
    "gateway.market.hedges.tasks.trade_on_exchanges": 5.0,
    "gateway.market.hedges.tasks.compare_exchange_balances": MINUTE,
    "gateway.market.ranges.tasks.tend_ranges": 30.0,
    "gateway.market.refills.tasks.look_after_gas": 30.0,
    "gateway.market.makers.tasks.prune_quote_requests": HOUR,
    "gateway.invoices.tasks.keep_used_snapshots": MINUTE,
    "gateway.treasury.providers.tasks.serve_providers": MINUTE,
    "gateway.treasury.floats.tasks.look_after_floats": 30.0,
    "gateway.sponsoring.tasks.expire_authorizations": 15.0,
    "gateway.trying.tasks.act_on_provocations": 1.0,
    "gateway.custody.approvals.tasks.carry_out_acts": 5.0,
    "gateway.ramps.tasks.carry_instructions": 5.0,
    "gateway.ramps.tasks.refresh_accounts": 5.0,
    "gateway.cards.tasks.carry_cards": 1.0,
    "gateway.cards.tasks.carry_readers": 3.0,
    "gateway.ramps.tasks.refresh_identities": 30.0,
    "gateway.settlement.tasks.resume_payouts": MINUTE,
    "gateway.settlement.tasks.gather_payouts": 5.0,
    "gateway.settlement.tasks.tend_batch_ways": MINUTE,
    "gateway.settlement.tasks.fetch_from_ramps": 10 * MINUTE,
    "gateway.settlement.tasks.run_settlement_policies": 5 * MINUTE,
    "gateway.settlement.tasks.close_shops": HOUR,
    "gateway.settlement.tasks.forget_payout_quotes": DAY,
    "gateway.settlement.tasks.cover_shortfalls": HOUR,
    "gateway.settlement.reconciling.tasks.reconcile_books": 5 * MINUTE,
    "gateway.settlement.billing.tasks.issue_fee_invoices": HOUR,
    "gateway.refunds.tasks.resume_refunds": MINUTE,
    "gateway.refunds.cards.tasks.carry_card_refunds": 3.0,
    "gateway.refunds.tasks.expire_refunds": HOUR,
    "gateway.market.tasks.estimate_strategic_shares": HOUR,
    "gateway.compliance.tasks.refresh_lists": 10 * MINUTE,
    "gateway.compliance.tasks.watch_lists": 5 * MINUTE,
    "gateway.compliance.tasks.carry_list_orders": 5.0,
    "gateway.compliance.naming.tasks.keep_names_ready": MINUTE,
    "gateway.compliance.naming.tasks.continue_name_changes": 5.0,
    "gateway.compliance.naming.tasks.ask_again_about_names": MINUTE,
    "gateway.compliance.scenarios.tasks.watch_observations": 5.0,
    "gateway.compliance.scenarios.tasks.continue_backtests": 3.0,
    "gateway.compliance.cases.tasks.tell_overdue_cases": MINUTE,
    "gateway.compliance.cases.tasks.seal_case_days": HOUR,
    "gateway.compliance.behaviour.tasks.learn_streams": 30.0,
    "gateway.compliance.behaviour.tasks.forget_behaviour": DAY,
    "gateway.compliance.reporting.tasks.tell_due_reports": HOUR,
    "gateway.compliance.reporting.tasks.begin_yearly_report": DAY,
    "gateway.compliance.retaining.tasks.erase_what_was_kept_long_enough": DAY,
    "gateway.compliance.knowing.tasks.erase_due_subjects": HOUR,
    "gateway.compliance.knowing.tasks.forget_papers": HOUR,
    "gateway.compliance.knowing.tasks.screen_unasked_subjects": 10 * MINUTE,
    "gateway.compliance.travelling.tasks.deliver_exchanges": 5.0,
    "gateway.compliance.travelling.tasks.forget_challenges": DAY,
    "gateway.compliance.knowing.tasks.keep_shop_places": HOUR,
    "gateway.compliance.knowing.tasks.tell_reviews": HOUR,
    "gateway.compliance.knowing.tasks.forget_shopper_places": HOUR,
    "gateway.compliance.presenting.tasks.judge_presentations": 2.0,
    "gateway.compliance.presenting.tasks.expire_presentations": MINUTE,
    "gateway.compliance.issuing.tasks.expire_credential_offers": HOUR,
    "gateway.ledger.tasks.expire_pending_entries": MINUTE,
    "gateway.ledger.tasks.snapshot_house_accounts": HOUR,
    "gateway.ledger.tasks.mark_ledger_day": HOUR,
    "merchants.accounts.tasks.send_letters": 5.0,
    "merchants.accounts.tasks.reset_factors": 10 * MINUTE,
    "merchants.accounts.tasks.forget_what_is_over": DAY,
    "merchants.audit.tasks.forget_old_records": DAY,
    "merchants.api.tasks.forget_idempotency_keys": HOUR,
    "merchants.shifts.tasks.tell_shifts_left_open": 10 * MINUTE,
    "merchants.notices.tasks.tell_people": 10.0,
    "merchants.notices.tasks.send_mails": 10.0,
    "merchants.notices.tasks.send_pushes": 3.0,
    "merchants.notices.tasks.forget_old_notices": DAY,
    "gateway.events.tasks.make_event_partitions": DAY,
    "gateway.ledger.tasks.make_ledger_partitions": DAY,
    "gateway.ledger.tasks.check_ledger": DAY,
    "gateway.invoices.tasks.forget_old_exposure": DAY,
    "gateway.market.measures.tasks.forget_old_fills": DAY,
    "gateway.compliance.tracing.tasks.forget_look_ups": DAY,
    "merchants.tickets.tasks.forget_labels": DAY,
    "merchants.plugins.tasks.forget_buyers": DAY,
    "merchants.receipts.tasks.carry_prints": 2.0,
    "merchants.receipts.tasks.send_receipt_mails": 5.0,
    "merchants.receipts.tasks.forget_receipt_addresses": DAY,
    "merchants.counter.tasks.forget_scans": DAY,
    "merchants.calls.tasks.collect_calls": 3.0,
    "merchants.calls.tasks.keep_call_days": HOUR,
    "merchants.customers.tasks.forget_old_customers": DAY,
    "merchants.customers.tasks.throw_customer_keys_away": 10 * MINUTE,
    "merchants.webhooks.tasks.continue_replays": 1.0,
    "merchants.moving.tasks.carry_moves": 2.0,
    "merchants.moving.tasks.sweep_moves": MINUTE,
    "merchants.moving.tasks.forget_past_buyers": HOUR,
    "merchants.webhooks.tasks.make_delivery_partitions": DAY,
    "merchants.webhooks.tasks.drop_old_delivery_partitions": DAY,
}


DROPPED_AFTER_SECONDS = {
    # A round may take longer than the time between two: those that wait behind it are too many.
    "merchants.moving.tasks.carry_moves": 5.0,
}
"""Of tasks that don't wait as long as others."""


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Celery's CELERY_BEAT_SCHEDULE. A run that beat could not hand over in time is dropped."""
    return {
        task.rpartition(".")[2]: {
            "task": task,
            "schedule": seconds,
            "options": {"expires": DROPPED_AFTER_SECONDS.get(task, max(seconds * 2, 30.0))},
        }
        for task, seconds in EVERY_SECONDS.items()
    }

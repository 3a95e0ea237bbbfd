"""The tables of rooms that were built beside the policies: seen and written in their shop's scope."""

from django.db import migrations

from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    atomic = False  # each table's lock is let go before the next is asked for

    dependencies = [
        ("tenancy", "0002_shops_apart"),
        ("allocating", "0001_credits_and_uses"),
        ("approvals", "0001_acts"),
        ("ledger", "0004_periods"),
        ("ramps", "0001_accounts_instructions_events"),
        ("refunds", "0003_scopes"),
        ("settlement", "0008_float_promises"),
        ("shops", "0005_threshold_in_policy"),
    ]

    operations = [
        KeepShopsApart("allocating_shopcredit"),
        KeepShopsApart("allocating_credituse"),
        KeepShopsApart("allocating_credittotal"),
        KeepShopsApart("approvals_act"),
        KeepShopsApart("ledger_mark", column="account_id", through=("ledger_account", "id")),
        KeepShopsApart("ledger_pending"),
        KeepShopsApart(
            "ledger_pending_open", column="pending_id", through=("ledger_pending", "id")
        ),
        KeepShopsApart("ledger_resolution", column="pending_id", through=("ledger_pending", "id")),
        KeepShopsApart("ledger_set_aside"),
        KeepShopsApart("ramps_rampaccount"),
        KeepShopsApart("ramps_rampinstruction"),
        KeepShopsApart("refunds_refund"),
        KeepShopsApart(
            "settlement_fiatway", column="payout_id", through=("settlement_payout", "id")
        ),
        KeepShopsApart("settlement_payoutquote"),
        KeepShopsApart("settlement_reserveday"),
        KeepShopsApart("settlement_settlementrun"),
        KeepShopsApart("shops_policyversion"),
    ]

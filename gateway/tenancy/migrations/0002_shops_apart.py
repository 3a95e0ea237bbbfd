"""Every table of a shop's rows that stood before: seen and written in the shop's scope only."""

from django.db import migrations

from gateway.tenancy.operations import KeepShopsApart


class Migration(migrations.Migration):
    atomic = False  # each table's lock is let go before the next is asked for

    dependencies = [
        ("tenancy", "0001_scope"),
        ("accounts", "0003_scopes"),
        ("api", "0003_caller"),
        ("chains", "0007_signed_transfers"),
        ("compliance", "0003_list_changes"),
        ("events", "0004_wakeups"),
        ("execution", "0005_lost_in_sweeps"),
        ("invoices", "0004_scopes"),
        ("ledger", "0002_shop_slots"),
        ("market", "0005_lockroom"),
        ("measures", "0002_fills_in_the_own_book"),
        ("settlement", "0004_withheld"),
        ("shops", "0003_shop_time_zone"),
        ("sponsoring", "0001_authorization"),
        ("webhooks", "0002_partitions"),
    ]

    operations = [
        KeepShopsApart("shops_shop", column="id"),
        KeepShopsApart("accounts_apikey"),
        KeepShopsApart("accounts_membership"),
        KeepShopsApart("api_idempotency"),
        KeepShopsApart("chains_deposit"),
        KeepShopsApart("chains_depositaddress"),
        KeepShopsApart("chains_outgoingtransaction"),
        KeepShopsApart(
            "chains_outgoingattempt",
            column="transaction_id",
            through=("chains_outgoingtransaction", "id"),
        ),
        KeepShopsApart("compliance_hold"),
        KeepShopsApart("compliance_shopapproval"),
        KeepShopsApart("compliance_verdict"),
        KeepShopsApart("compliance_waitingdeposit"),
        KeepShopsApart("events_event"),
        KeepShopsApart("execution_fillrequest"),
        KeepShopsApart("invoices_claim"),
        KeepShopsApart("invoices_invoice"),
        KeepShopsApart(
            "invoices_latequote", column="invoice_id", through=("invoices_invoice", "id")
        ),
        KeepShopsApart("invoices_payment"),
        KeepShopsApart("invoices_shopexposure"),
        # An entry of a shop has lines on the house's accounts too.
        KeepShopsApart("ledger_account", shared=True),
        KeepShopsApart("ledger_entry"),
        KeepShopsApart("ledger_posting"),
        KeepShopsApart("ledger_snapshot", column="account_id", through=("ledger_account", "id")),
        KeepShopsApart("ledger_shop_balance"),
        KeepShopsApart("ledger_shop_slot"),
        KeepShopsApart("market_shopstrategy"),
        KeepShopsApart("measures_dayedge"),
        KeepShopsApart("measures_daymarkout"),
        KeepShopsApart("measures_deskfill"),
        KeepShopsApart("settlement_finalcredit"),
        KeepShopsApart("settlement_finaltotal"),
        KeepShopsApart("settlement_payout"),
        KeepShopsApart("settlement_shortfall"),
        KeepShopsApart("settlement_withheld"),
        KeepShopsApart("sponsoring_authorization"),
        KeepShopsApart("webhooks_endpoint"),
        KeepShopsApart("webhooks_delivery"),
        KeepShopsApart(
            "webhooks_attempt", column="endpoint_id", through=("webhooks_endpoint", "id")
        ),
    ]

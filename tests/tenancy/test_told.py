"""Who asks for all that is held about a shop is told each table of it, or it says here why not."""

from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from gateway.branding.models import ShopBrand
from gateway.compliance.retaining.collecting import Whom, collectors, file_collectors
from gateway.events.ids import uuid7
from gateway.shops.models import Shop
from merchants.accounts.models import ApiKey
from merchants.calls.models import Call
from merchants.customers.said import Said
from merchants.customers.services import customer_forget, customer_note
from merchants.plugins.buyers import seal_buyer
from merchants.plugins.models import AskedInvoice, Pairing
from merchants.receipts.models import Heading, Printer
from tests.tenancy.tables import tables_of_shops

pytestmark = pytest.mark.django_db

TOLD: dict[str, tuple[str, ...]] = {
    "api_keys": ("accounts_apikey",),
    "arrivals": ("counter_arrival",),
    "audit": ("audit_record",),
    "away_sales": ("pos_awaysale",),
    "branding": ("branding_shopbrand",),
    "business": ("compliance_knowing_businessfile",),
    "calls": ("calls_call",),
    "catalogue": ("catalogue_item", "catalogue_itemversion"),
    "customers": ("customers_customer", "customers_customerinvoice"),
    "displays": ("counter_display",),
    "ecr_transactions": ("ecr_ecrsale",),
    "identity": ("compliance_knowing_identityproof",),
    "invitations": ("accounts_invitation",),
    "invoices": ("invoices_invoice",),
    "issued_credentials": ("compliance_issuing_issuedcredential",),
    "members": ("accounts_membership",),
    "names": ("compliance_naming_screenedparty",),
    "networks": ("compliance_behaviour_networkseen",),
    "papers": ("compliance_knowing_paper", "compliance_knowing_papercontent"),
    "parts": ("compliance_knowing_part",),
    "past_invoices": ("moving_pastinvoice",),
    "payer_statements": ("compliance_travelling_payerstatement",),
    "payment_links": ("links_paymentlink",),
    "payouts": ("settlement_payout",),
    "people": (
        "compliance_knowing_sealedfield",
        "compliance_knowing_subject",
        "compliance_knowing_subjectkey",
    ),
    "plugin_invoices": ("plugins_askedinvoice",),
    "plugins": ("plugins_pairing",),
    "printers": ("receipts_printer",),
    "receipt_heading": ("receipts_heading",),
    "receipts": ("receipts_document",),
    "refunds": ("refunds_refund",),
    "shares": ("compliance_knowing_holding",),
    "shop": ("shops_shop",),
    "stickers": ("counter_sticker",),
    "tickets": ("tickets_ticketact",),
    "tills": ("tills_till", "tills_device"),
    "transfers": (
        "compliance_travelling_exchange",
        "compliance_travelling_exchangemessage",
    ),
    "wallet_credentials": ("compliance_presenting_presentation",),
    "z_reports": ("shifts_zreport",),
}
"""By the file of the export, the tables whose rows stand in it."""

NOT_TOLD: dict[str, tuple[str, ...]] = {
    "the law forbids it: whether anybody is suspected, screened, looked into or reported": (
        "compliance_alerts_alert",
        "compliance_cases_case",
        "compliance_cases_casealert",
        "compliance_cases_casedecision",
        "compliance_cases_casenote",
        "compliance_cases_casesnapshot",
        "compliance_hold",
        "compliance_reporting_report",
        "compliance_reporting_reportcontent",
        "compliance_reporting_reportfile",
        "compliance_reporting_reportreading",
        "compliance_scenarios_observationrow",
        "compliance_scenarios_waitingobservation",
        "compliance_verdict",
        "compliance_waitingdeposit",
    ),
    "what is learnt of how a shop behaves, for suspicion alone": (
        "compliance_behaviour_personday",
        "compliance_behaviour_stream",
        "compliance_behaviour_streamitem",
        "compliance_behaviour_tillday",
        "compliance_behaviour_watched",
    ),
    "how the house rates and limits a shop; what of it binds the shop stands on its pages": (
        "compliance_knowing_shoplevel",
        "compliance_knowing_shopplace",
        "compliance_knowing_takenday",
        "compliance_knowing_takeninvoice",
        "compliance_shopapproval",
        "invoices_shopexposure",
        "market_shopstrategy",
    ),
    "another person's: told to that person alone": (
        "compliance_knowing_shopperplace",
        "compliance_travelling_proofchallenge",
        "compliance_travelling_travelroute",
        "compliance_travelling_walletproof",
    ),
    "a secret, or the way to one": (
        "compliance_issuing_credentialoffer",
        "factors_reset",
        "tills_grant",
        "tills_pairing",
        "tills_pin",
    ),
    "the books and the house's work behind what invoices, refunds and payouts tell": (
        "allocating_credittotal",
        "allocating_credituse",
        "allocating_shopcredit",
        "approvals_act",
        "chains_deposit",
        "chains_depositaddress",
        "chains_outgoingattempt",
        "chains_outgoingtransaction",
        "events_event",
        "execution_fillrequest",
        "invoices_claim",
        "invoices_payment",
        "ledger_account",
        "ledger_entry",
        "ledger_mark",
        "ledger_pending",
        "ledger_pending_open",
        "ledger_period",
        "ledger_posting",
        "ledger_resolution",
        "ledger_set_aside",
        "ledger_shop_balance",
        "ledger_shop_slot",
        "ledger_snapshot",
        "measures_dayedge",
        "measures_daymarkout",
        "measures_deskfill",
        "settlement_fiatway",
        "settlement_finalcredit",
        "settlement_finaltotal",
        "settlement_payoutquote",
        "settlement_reserveday",
        "settlement_settlementrun",
        "settlement_shortfall",
        "settlement_withheld",
        "sponsoring_authorization",
    ),
    "cards and banks: the ramp holds it and tells it; here stand its numbers for them": (
        "bank_files_bankaccount",
        "card_refunds_cardrefund",
        "cards_carddispute",
        "cards_cardtender",
        "cards_onrampsession",
        "cards_reader",
        "cards_readerplace",
        "ramps_identitycheck",
        "ramps_rampaccount",
        "ramps_rampinstruction",
    ),
    "the same fact as in another file, kept so that it is found or added up": (
        "catalogue_category",
        "catalogue_modifiergroup",
        "links_linkinvoice",
        "receipts_series",
        "shifts_cashmove",
        "shifts_shift",
        "shifts_taking",
        "shifts_voided",
        "tickets_cashback",
        "tickets_cashtake",
        "tickets_partdemand",
        "tickets_ticket",
        "tickets_ticketline",
        "tickets_ticketpart",
    ),
    "the shop's own settings, which its pages show": (
        "compliance_behaviour_openinghours",
        "compliance_travelling_payoutwallet",
        "ecr_register",
        "shops_feeversion",
        "shops_policyversion",
        "tills_tillrules",
        "webhooks_endpoint",
    ),
    "a document that the shop has from its pages": ("billing_feedocument",),
    "on its way, or kept for days": (
        "api_idempotency",
        "counter_scan",
        "counter_showing",
        "moving_move",
        "moving_piece",
        "moving_unreadrow",
        "notices_letter",
        "notices_notice",
        "notices_push",
        "receipts_mailing",
        "receipts_printjob",
        "trying_provocation",
        "webhooks_delivery",
        "webhooks_replay",
    ),
}
"""By the reason, the tables that no file tells."""


def test_each_table_of_a_shop_is_told_or_says_why_not() -> None:
    told = {table for tables in TOLD.values() for table in tables}
    silent = {table for tables in NOT_TOLD.values() for table in tables}
    assert not told & silent
    unknown = tables_of_shops() - told - silent
    assert not unknown, (
        f"{sorted(unknown)}: register what they hold (a room's telling.py), or say in NOT_TOLD why"
        " nobody is told"
    )


def test_what_is_said_to_be_told_has_its_file_and_no_table_is_named_that_is_none() -> None:
    assert set(TOLD) == {name for name, _ in collectors()}
    named = {table for tables in (*TOLD.values(), *NOT_TOLD.values()) for table in tables}
    assert named <= tables_of_shops()


def told_of(shop_id: UUID, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in dict(collectors())[name](Whom("shop", shop_id)) or ()]


def test_a_shops_customers_are_told_in_its_words_until_they_are_forgotten(shop: Shop) -> None:
    now = timezone.now()
    invoices = [uuid7(), uuid7(), uuid7()]
    ann = Said(email="ann@example.com", name="Ann")
    for invoice_id, said in zip(invoices, (ann, ann, Said(reference="C-7")), strict=True):
        customer = customer_note(shop_id=shop.id, invoice_id=invoice_id, said=said, now=now)
    first, second = told_of(shop.id, "customers")
    assert (first["email"], first["name"], first["invoices"]) == (
        "ann@example.com",
        "Ann",
        invoices[:2],
    )
    assert (second["reference"], second["invoices"]) == ("C-7", invoices[2:])
    customer_forget(shop_id=shop.id, customer_id=customer.id, now=now)
    assert told_of(shop.id, "customers")[1]["reference"] == ""
    assert told_of(uuid7(), "customers") == []


def test_a_shops_plugins_and_what_they_said_of_buyers_are_told(shop: Shop) -> None:
    now = timezone.now()
    key = ApiKey.objects.create(shop=shop, prefix="tw_test_x", secret_hash=b"x" * 32, mode="test")
    Pairing.objects.create(
        shop=shop,
        key=key,
        permissions=["btcpay.store.cancreateinvoice"],
        application="WooCommerce",
        host="https://shop.example",
        paired_at=now,
    )
    invoice_id = uuid7()
    buyer = {"buyerEmail": "ann@example.com"}
    AskedInvoice.objects.create(
        invoice_id=invoice_id,
        shop_id=shop.id,
        buyer=seal_buyer(buyer, invoice_id=invoice_id),
        forget_at=now,
    )
    (plugin,) = told_of(shop.id, "plugins")
    assert (plugin["application"], plugin["key_id"]) == ("WooCommerce", key.id)
    (asked,) = told_of(shop.id, "plugin_invoices")
    assert (asked["invoice_id"], asked["buyer"]) == (invoice_id, buyer)
    (told_key,) = told_of(shop.id, "api_keys")
    assert told_key["prefix"] == "tw_test_x" and "secret_hash" not in told_key


def test_a_shops_calls_look_and_papers_heading_are_told(shop: Shop) -> None:
    now = timezone.now()
    Call.objects.create(
        id=uuid7(),
        shop_id=shop.id,
        key_id=uuid7(),
        at=now,
        method="POST",
        path="/v1/invoices",
        status=422,
        code="amount_invalid",
        milliseconds=3,
        idempotency_key="",
        replayed=False,
        sent="{}",
        answered="{}",
    )
    ShopBrand.objects.create(
        shop_id=shop.id,
        accent="0a5c36",
        logo=b"PNG",
        logo_tag="a" * 32,
        changed_by="user:ann",
        changed_at=now,
    )
    Heading.objects.create(
        shop_id=shop.id, legal_name="Prinz GmbH", changed_by=uuid7(), changed_at=now
    )
    Printer.objects.create(
        shop_id=shop.id,
        name="Counter",
        host="192.168.1.9",
        port=9100,
        columns=48,
        added_by=uuid7(),
        added_at=now,
    )
    (call,) = told_of(shop.id, "calls")
    assert (call["path"], call["status"]) == ("/v1/invoices", 422)
    assert told_of(shop.id, "branding")[0]["accent"] == "0a5c36"
    files = dict(file_collectors())["branding"]
    assert [one.content for one in files(Whom("shop", shop.id))] == [b"PNG"]
    assert list(files(Whom("subject", shop.id))) == []
    assert told_of(shop.id, "receipt_heading")[0]["legal_name"] == "Prinz GmbH"
    assert told_of(shop.id, "printers")[0]["host"] == "192.168.1.9"


def test_who_is_behind_a_shop_is_not_told_of_its_customers_or_programs(shop: Shop) -> None:
    for name in ("customers", "plugins", "plugin_invoices", "calls", "branding", "api_keys"):
        assert dict(collectors())[name](Whom("subject", shop.id)) is None

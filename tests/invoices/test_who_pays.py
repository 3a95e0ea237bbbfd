"""From an amount on a shopper says who pays: before they see where to pay, or before money that
came all the same counts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from eth_account import Account
from eth_account.messages import encode_defunct

from gateway.chains.models import Deposit
from gateway.compliance.alerts.models import Alert
from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.knowing.errors import SubjectErased
from gateway.compliance.knowing.fields import subjects_named
from gateway.compliance.knowing.models import Subject
from gateway.compliance.models import Hold, Verdict
from gateway.compliance.retaining import held_beside, held_by_us
from gateway.compliance.retaining.collecting import Whom
from gateway.compliance.services import hold_release
from gateway.compliance.travelling.errors import ChallengeOver, PayerElsewhere, PayerUnclear
from gateway.compliance.travelling.ivms.payers import PayerTold
from gateway.compliance.travelling.models import PayerStatement
from gateway.compliance.travelling.proving import challenge_issue, ownership_shown
from gateway.compliance.travelling.stating import Statement, statement_keep, statement_open
from gateway.compliance.untold import NAMED, UNTOLD
from gateway.events import relay
from gateway.events.models import Event
from gateway.invoices.errors import PayerNotAsked
from gateway.invoices.models import Invoice
from gateway.invoices.payer_told import invoice_tell_payer
from gateway.invoices.payers import payer_asked_of, payer_wanted
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.services import invoice_issue, invoice_requote
from gateway.market.snapshot_store import forget_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from tests.as_web import as_web
from tests.compliance.knowing.conftest import Listed, listed
from tests.faces import open_shop
from tests.faults.in_process import Killed, killer, passing
from tests.invoices.conftest import LISTED, World

__all__ = ["listed", "open_shop"]

pytestmark = pytest.mark.django_db

ADA = PayerTold(family="Lovelace", given="Ada", born_on="1985-12-10", born_in="London")
OWNER = Account.from_key("0x" + "11" * 32)
WALLET = bytes.fromhex(OWNER.address[2:])
FIGURE = 1_000


@pytest.fixture
def ruled(open_shop: World, settings: Any) -> World:
    settings.TRAVEL_RULE = {
        "establishments": ["EU"],
        "test_shops": True,
        "payer_from": {"EUR": "10.00"},
    }
    return open_shop


@pytest.fixture
def proven(ruled: World, settings: Any) -> World:
    """Where a shopper's own wallet has to sign, whatever the amount."""
    settings.TRAVEL_RULE = {**settings.TRAVEL_RULE, "establishments": ["CH"]}
    return ruled


def said(**facts: Any) -> Statement:
    return Statement(**{"told": ADA, "known_by": frozenset({"birth"}), **facts})


def tell(world: World, invoice: Invoice, **facts: Any) -> Invoice:
    """As the checkout does: as the web's role, in the shop's scope."""
    with as_web(invoice.shop_id):
        told = invoice_tell_payer(invoice_id=invoice.id, statement=said(**facts), now=world.now)
    world.drain()
    return told


def signed(world: World, invoice: Invoice) -> dict[str, Any]:
    """A statement's own wallet, shown by a signature."""
    whose = {"shop_id": invoice.shop_id, "address": WALLET, "purpose": "payment"}
    asked = challenge_issue(**whose, about="a sale", now=world.now)  # type: ignore[arg-type]
    text = encode_defunct(text=asked.text)
    signature = "0x" + OWNER.sign_message(text).signature.hex()
    shown = ownership_shown(
        **whose,  # type: ignore[arg-type]
        nonce=asked.nonce,
        signature=signature,
        mode="test",
        now=world.now,
    )
    return {"address": WALLET, "shown": shown}


def shown(world: World, invoice: Invoice) -> dict[str, Any]:
    return invoice_as_dict(world.again(invoice))


def hold_of(deposit: Deposit) -> Hold:
    return Hold.objects.select_related("verdict").get(deposit_id=deposit.id)


# --- before the money -----------------------------------------------------------------------------


def test_below_the_figure_nothing_is_asked_and_nothing_is_kept(ruled: World) -> None:
    invoice = ruled.issue(FIGURE - 1)
    told = shown(ruled, invoice)
    assert told["payer_needed"] is False and told["address"]
    assert "payer_asked" not in invoice.book
    with pytest.raises(PayerNotAsked):
        tell(ruled, invoice)
    ruled.confirmed(invoice)
    assert ruled.again(invoice).status == "paid"


def test_from_the_figure_on_nobody_is_told_where_to_pay_until_it_is_said(ruled: World) -> None:
    invoice = ruled.issue(FIGURE)
    before = shown(ruled, invoice)
    assert before["payer_needed"] is True and before["address"] == ""
    assert before["due"] and all(due["uri"] == due["address"] == "" for due in before["due"])
    assert all(due["amount"] for due in before["due"])
    created = Event.objects.get(type="invoice.created", subject=f"invoice:{invoice.id}")
    assert (created.body["address"], created.body["payer_needed"]) == ("", True)
    tell(ruled, invoice)
    after = shown(ruled, invoice)
    assert after["payer_needed"] is False
    assert all(due["uri"] and due["address"] == after["address"] for due in after["due"])
    event = Event.objects.get(type="invoice.payer_told")
    assert event.body["address"] == after["address"]
    ruled.confirmed(invoice)
    assert ruled.again(invoice).status == "paid"
    assert not Hold.objects.exists()


def test_who_it_is_lies_sealed_and_no_event_says_it(ruled: World) -> None:
    invoice = ruled.issue(FIGURE)
    tell(ruled, invoice, provider="Acme Exchange")
    statement = PayerStatement.objects.get()
    for text in ("Lovelace", "Acme", "1985"):
        assert text.encode() not in bytes(statement.box)
        assert text not in str(list(Event.objects.values_list("body", flat=True)))
    opened = statement_open(statement)
    assert (opened.name, opened.provider) == ("Ada Lovelace", "Acme Exchange")
    assert subjects_named(name="name", value="ada lovelace") == [statement.subject_id]


def test_it_costs_a_sale_no_statement_more(ruled: World, settings: Any) -> None:
    def statements(units: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            invoice_issue(shop=view, amount=Amount(units, FIAT["EUR"]), now=ruled.now)
        return len(queries)

    view = ruled.view
    statements(FIGURE)
    asked, unasked = statements(FIGURE), statements(FIGURE - 1)
    settings.TRAVEL_RULE = {}
    assert asked == unasked == statements(FIGURE)


def test_a_figure_in_another_currency_goes_by_the_markets_price(
    world: World, settings: Any
) -> None:
    settings.TRAVEL_RULE = {"establishments": ["US"], "test_shops": True}

    def asked(units: int) -> bool:
        return payer_asked_of(Amount(units, FIAT["EUR"]), mode="test", now=world.now)

    assert [asked(units) for units in (250_000, 300_000)] == [False, True]
    forget_snapshot()
    later = world.now + timedelta(days=1)
    assert payer_asked_of(Amount(1, FIAT["EUR"]), mode="test", now=later), "nobody can say"


@pytest.mark.parametrize("told", [{}, {"establishments": ["EU"]}, {"test_shops": True}])
def test_where_no_rule_asks_nobody_does(world: World, settings: Any, told: Any) -> None:
    settings.TRAVEL_RULE = told
    assert shown(world, world.issue(200_000))["payer_needed"] is False


def test_what_was_decided_stands_when_the_figure_is_raised(ruled: World, settings: Any) -> None:
    invoice = ruled.issue(FIGURE)
    settings.TRAVEL_RULE = {}
    assert shown(ruled, invoice)["payer_needed"] is True


def test_what_was_said_runs_out_and_is_asked_again_with_new_quotes(ruled: World) -> None:
    invoice = ruled.issue(FIGURE)
    tell(ruled, invoice)
    # Beyond the monitoring nothing can be drawn anew, so the statement is what is aged here.
    Invoice.objects.filter(id=invoice.id).update(payer_told_until=ruled.now)
    invoice_requote(invoice_id=invoice.id, now=ruled.now)
    assert shown(ruled, invoice)["payer_needed"] is True


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"known_by": frozenset({"address"})}, "known_by"),
        ({"told": PayerTold(family="Lovelace")}, "born_on"),
        ({"provider": "a\x00b"}, "provider"),
        ({"provider": "x" * 101}, "provider"),
    ],
)
def test_what_is_missing_is_refused_and_nothing_is_kept(
    ruled: World, facts: dict[str, Any], field: str
) -> None:
    invoice = ruled.issue(FIGURE)
    with pytest.raises(PayerUnclear) as refused:
        invoice_tell_payer(invoice_id=invoice.id, statement=said(**facts), now=ruled.now)
    assert refused.value.field == field
    assert not PayerStatement.objects.exists() and not Subject.objects.exists()


# --- money that came all the same -----------------------------------------------------------------


def test_money_of_which_nobody_said_who_paid_is_held_and_goes_once_it_is_said(
    ruled: World,
) -> None:
    invoice = ruled.issue(FIGURE)
    deposit = ruled.pay(invoice)
    seen = shown(ruled, invoice)
    assert (seen["exceptions"], seen["release_goods"]) == (["held"], "no")
    assert seen["payer_needed"] is True
    ruled.hear(deposit, "confirmed")
    hold = hold_of(deposit)
    assert [match["program"] for match in hold.verdict.matches] == [UNTOLD]
    assert Alert.objects.get(kind="held_payment").severity == "medium"
    assert ruled.again(invoice).credited_units == 0
    tell(ruled, invoice)
    paid = ruled.again(invoice)
    assert (paid.status, paid.exceptions, paid.release_goods) == ("paid", [], "yes")
    assert hold_of(deposit).approved_by == "rule:travel"
    assert Verdict.objects.get(deposit_id=deposit.id, current=True).state == "released"


def test_an_officer_may_let_it_go_too(ruled: World) -> None:
    invoice = ruled.issue(FIGURE)
    deposit = ruled.confirmed(invoice)
    ruled.decide(deposit, hold_release)
    assert ruled.again(invoice).status == "paid"


def test_what_was_let_go_is_not_stopped_again_by_a_reorg(ruled: World) -> None:
    invoice = ruled.issue(FIGURE)
    first = ruled.confirmed(invoice)
    ruled.decide(first, hold_release)
    ruled.hear(first, "orphaned")
    ruled.confirmed(invoice, remined_from_id=first.id)
    assert ruled.again(invoice).status == "paid"
    assert not Hold.objects.filter(approved_at__isnull=True).exists()


@pytest.mark.parametrize("is_late", [False, True], ids=["named again", "not told any more"])
def test_who_was_let_go_though_a_list_may_name_them_is_not_stopped_again_by_a_reorg(
    ruled: World, listed: Listed, is_late: bool
) -> None:
    listed("Ada LOVELACE", "Somebody ELSE")
    invoice = ruled.issue(FIGURE)
    tell(ruled, invoice, told=replace(ADA, born_on="1980-02-29"))
    first = ruled.confirmed(invoice)
    assert [match["program"] for match in hold_of(first).verdict.matches] == [NAMED]
    ruled.decide(first, hold_release)
    ruled.hear(first, "orphaned")
    later = {"first_block_time": ruled.now + timedelta(hours=24)} if is_late else {}
    ruled.confirmed(invoice, remined_from_id=first.id, **later)
    assert ruled.again(invoice).credited_units > 0
    assert not Hold.objects.filter(approved_at__isnull=True).exists()


def test_money_let_go_untold_is_held_again_if_a_list_may_name_who_then_says_they_pay(
    ruled: World, listed: Listed
) -> None:
    listed("Ada LOVELACE", "Somebody ELSE")
    invoice = ruled.issue(FIGURE)
    first = ruled.confirmed(invoice)
    ruled.decide(first, hold_release)
    ruled.hear(first, "orphaned")
    statement_keep(
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
        mode=invoice.mode,
        statement=said(told=replace(ADA, born_on="1980-02-29")),
        now=ruled.now,
    )
    ruled.drain()
    again = ruled.confirmed(invoice, remined_from_id=first.id)
    hold = hold_of(again)
    assert [match["program"] for match in hold.verdict.matches] == [NAMED]
    assert hold.approved_at is None
    assert ruled.again(invoice).credited_units == 0


def test_a_rule_set_after_the_address_was_shown_counts_too(open_shop: World, settings: Any) -> None:
    world = open_shop
    invoice = world.issue(FIGURE)
    assert shown(world, invoice)["address"]
    settings.TRAVEL_RULE = {"test_shops": True, "payer_from": {"EUR": "10.00"}}
    deposit = world.confirmed(invoice)
    assert hold_of(deposit).approved_at is None
    tell(world, invoice)
    assert world.again(invoice).status == "paid"


def test_what_lists_hold_is_not_let_go_by_saying_who_paid(ruled: World) -> None:
    invoice = ruled.issue(FIGURE)
    deposit = ruled.confirmed(invoice, sender=LISTED)
    tell(ruled, invoice)
    assert hold_of(deposit).approved_at is None
    assert ruled.again(invoice).exceptions == ["held"]


def test_who_a_list_may_name_is_looked_at_by_people(ruled: World, listed: Listed) -> None:
    listed("Ada LOVELACE", "Somebody ELSE")
    named = {"told": replace(ADA, born_on="1980-02-29")}
    before, after = ruled.issue(FIGURE), ruled.issue(FIGURE)
    tell(ruled, before, **named)
    deposit = ruled.confirmed(before)
    assert [match["program"] for match in hold_of(deposit).verdict.matches] == [NAMED]
    # Nothing that the shopper sees tells it from any other check.
    assert shown(ruled, before)["payer_needed"] is False
    late = ruled.confirmed(after)
    tell(ruled, after, **named)
    assert hold_of(late).approved_at is None
    assert ruled.again(after).status == "processing"


def test_who_was_called_like_a_listed_one_is_not_let_through_by_another_name(
    ruled: World, listed: Listed
) -> None:
    listed("Ada LOVELACE", "Somebody ELSE")
    invoice = ruled.issue(FIGURE)
    tell(ruled, invoice, told=replace(ADA, born_on="1980-02-29"))
    statement_keep(  # while what was said before counts
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
        mode=invoice.mode,
        statement=said(told=replace(ADA, given="Grace", family="Hopper")),
        now=ruled.now,
    )
    ruled.drain()
    deposit = ruled.confirmed(invoice)
    assert [match["program"] for match in hold_of(deposit).verdict.matches] == [NAMED]


def test_money_that_comes_after_what_was_said_ran_out_is_held(ruled: World) -> None:
    invoice = ruled.issue(FIGURE)
    tell(ruled, invoice)
    late = ruled.now + timedelta(hours=24)
    deposit = ruled.confirmed(invoice, first_block_time=late)
    assert hold_of(deposit).approved_at is None


# --- whose wallet ---------------------------------------------------------------------------------


def test_a_wallet_that_signed_is_the_one_that_pays(proven: World) -> None:
    invoice = proven.issue(FIGURE)
    with pytest.raises(PayerUnclear):
        invoice_tell_payer(invoice_id=invoice.id, statement=said(), now=proven.now)
    tell(proven, invoice, **signed(proven, invoice))
    assert PayerStatement.objects.get().is_proven
    said_of = statement_open(PayerStatement.objects.get())
    assert said_of.address == OWNER.address and said_of.signed is not None
    proven.confirmed(invoice, sender=WALLET)
    assert proven.again(invoice).status == "paid"


def test_money_of_another_wallet_is_held_until_that_one_signs(proven: World) -> None:
    invoice = proven.issue(FIGURE)
    tell(proven, invoice, **signed(proven, invoice))
    proven.confirmed(invoice)  # from a wallet that nobody showed
    assert shown(proven, invoice)["payer_needed"] is True
    with pytest.raises(PayerElsewhere):
        tell(proven, invoice, **signed(proven, invoice))
    assert PayerStatement.objects.count() == 1
    tell(proven, invoice, provider="Acme Exchange")
    assert proven.again(invoice).status == "paid"


def test_an_account_with_a_provider_signs_nothing(proven: World) -> None:
    invoice = proven.issue(FIGURE)
    tell(proven, invoice, provider="Acme Exchange")
    proven.confirmed(invoice)
    assert proven.again(invoice).status == "paid"


def test_a_signed_text_serves_one_statement(proven: World) -> None:
    first, second = proven.issue(FIGURE), proven.issue(FIGURE)
    proof = signed(proven, first)
    tell(proven, first, **proof)
    with pytest.raises(ChallengeOver):
        tell(proven, second, **proof)


def test_what_is_wanted_beside_the_name_is_the_jurisdictions(ruled: World) -> None:
    small = payer_wanted(Amount(FIGURE, FIAT["EUR"]), now=ruled.now)
    large = payer_wanted(Amount(100_001, FIAT["EUR"]), now=ruled.now)
    assert small.ways == (frozenset({"birth"}), frozenset({"address", "document"}))
    assert (small.proof, large.proof) == (False, True)


# --- how long, for whom ---------------------------------------------------------------------------


def test_it_is_erased_with_its_term_and_told_to_its_person_alone(ruled: World) -> None:
    invoice = ruled.issue(FIGURE)
    tell(ruled, invoice)
    statement = PayerStatement.objects.get()
    subject, shop = Whom("subject", statement.subject_id), Whom("shop", invoice.shop_id)
    (row,) = held_beside.payer_statements(subject) or ()
    assert row["said"]["name"] == "Ada Lovelace"
    assert held_beside.payer_statements(shop) is None
    assert not list(held_by_us.people(shop))
    kept_until = Subject.objects.get(id=statement.subject_id).retain_until
    assert kept_until is not None and kept_until > ruled.now + timedelta(days=5 * 365)
    subject_erase(subject_id=statement.subject_id, now=kept_until)
    with pytest.raises(SubjectErased):
        statement_open(statement)
    (row,) = held_beside.payer_statements(subject) or ()
    assert row["said"] == {}


def test_a_statement_stays_as_it_was_said(ruled: World) -> None:
    tell(ruled, ruled.issue(FIGURE))
    with pytest.raises(DatabaseError), transaction.atomic():
        PayerStatement.objects.update(wallet="provider")


# --- whatever dies --------------------------------------------------------------------------------


def test_it_dies_while_it_is_said_and_is_said_again(ruled: World) -> None:
    invoice = ruled.issue(FIGURE)
    with pytest.raises(Killed), passing(killer("payer.stated")), transaction.atomic():
        invoice_tell_payer(invoice_id=invoice.id, statement=said(), now=ruled.now)
    assert not PayerStatement.objects.exists()
    tell(ruled, invoice)
    assert PayerStatement.objects.count() == 1


def test_it_dies_while_it_is_held_and_is_held_once(ruled: World) -> None:
    invoice = ruled.issue(FIGURE)
    with pytest.raises(Killed), passing(killer("payer.untold")):
        ruled.pay(invoice)
    relay.drain(limit=1000)
    assert Hold.objects.count() == 1
    assert ruled.again(invoice).exceptions == ["held"]

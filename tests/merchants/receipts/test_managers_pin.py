"""What a paired till does with a manager's PIN only, each time anew."""

from typing import Any

import pytest
from django.utils import timezone

from gateway.invoices.models import Invoice
from gateway.refunds.cards.models import CardRefund
from merchants.receipts.models import Document
from merchants.shifts.models import CashMove
from merchants.shifts.services import shift_close, shift_open
from merchants.tickets.models import CashBack, Ticket
from merchants.tills.models import Grant
from merchants.tills.rules import Rules, discount_needs_manager, void_needs_manager
from merchants.tills.ruling import rules_put
from tests.cards.rows import tender_row
from tests.merchants.receipts.conftest import Counter
from tests.merchants.tills.tablets import PART, PIN, Tablet

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_till(tablet: Tablet) -> Tablet:
    tablet.stand("manager")
    tablet.stand("cashier")
    return tablet


@pytest.fixture
def manager(at_till: Tablet) -> dict[str, str]:
    """What a form carries where a manager typed their PIN."""
    return {"manager": str(at_till.staff.user("manager").id), "pin": PIN}


def ruled(tablet: Tablet, rules: Rules) -> None:
    by = tablet.staff.user("owner").id
    rules_put(shop_id=tablet.till.shop_id, rules=rules, by=by, now=timezone.now())


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("rules", "units", "paid", "needed"),
    [
        (Rules(), 10**9, False, False),
        (Rules(), 1, True, True),
        (Rules("above", 2_000), 2_000, False, False),
        (Rules("above", 2_000), 2_001, False, True),
        (Rules("above", 2_000), 1, True, True),
        (Rules("always"), 1, False, True),
        (Rules("never"), 10**9, True, False),
    ],
)
def test_when_a_void_needs_one(rules: Rules, units: int, paid: bool, needed: bool) -> None:
    assert void_needs_manager(rules, units=units, is_money_on_it=paid) is needed


@pytest.mark.parametrize(
    ("most", "off", "needed"), [(None, 100, False), (100_000, 10, False), (100_000, 11, True)]
)
def test_when_a_discount_needs_one(most: int | None, off: int, needed: bool) -> None:
    rules = Rules(discount_above_ppm=most)
    assert discount_needs_manager(rules, full_units=100, off_units=off) is needed


# ---- a sale -------------------------------------------------------------------------------------


def void(tablet: Tablet, invoice: Invoice, **more: str) -> Any:
    return tablet.client.post(f"{tablet.home}/sales/{invoice.id}/void", more, **PART)


def test_a_sale_that_nobody_paid_is_voided_freely(at_till: Tablet, counter: Counter) -> None:
    invoice = counter.world.issue()
    page = text_of(at_till.client.get(f"{at_till.home}/sales/{invoice.id}", **PART))
    assert 'id="void-pin"' not in page
    void(at_till, invoice)
    assert counter.world.again(invoice).status == "cancelled"
    assert not Grant.objects.exists()


def test_one_on_which_money_is_needs_a_manager(
    at_till: Tablet, counter: Counter, manager: dict[str, str]
) -> None:
    invoice = counter.world.issue()
    quote = counter.world.quote(invoice)
    counter.world.confirmed(invoice, units=quote.units // 3)
    page = text_of(at_till.client.get(f"{at_till.home}/sales/{invoice.id}", **PART))
    assert 'id="void-pin"' in page
    assert "needs a manager" in text_of(void(at_till, invoice))
    assert counter.world.again(invoice).status == "partial"
    assert "not the PIN" in text_of(void(at_till, invoice, **{**manager, "pin": "9157"}))
    assert counter.world.again(invoice).status == "partial"
    void(at_till, invoice, **manager)
    assert counter.world.again(invoice).status == "cancelled"
    grant = Grant.objects.get()
    assert (grant.act, grant.subject) == ("void", f"invoice:{invoice.id}")
    assert str(grant.given_by) == manager["manager"] and grant.used_at is not None
    assert grant.asked_by == at_till.staff.user("cashier").id


def test_a_shop_may_want_one_always_or_above_an_amount(
    at_till: Tablet, counter: Counter, manager: dict[str, str]
) -> None:
    ruled(at_till, Rules("above", 2_000))
    small, large = counter.world.issue(2_000), counter.world.issue(2_001)
    void(at_till, small)
    void(at_till, large)
    assert counter.world.again(small).status == "cancelled"
    assert counter.world.again(large).status == "waiting"
    void(at_till, large, **manager)
    assert counter.world.again(large).status == "cancelled"


def test_where_no_tablet_is_paired_the_rules_ask_nobody(
    tablet: Tablet, counter: Counter, staff: Any
) -> None:
    ruled(tablet, Rules("always"))
    invoice = counter.world.issue()
    staff.client("cashier").post(f"{tablet.home}/sales/{invoice.id}/void", {}, **PART)
    assert counter.world.again(invoice).status == "cancelled"


def test_a_card_gets_its_money_back_at_once_by_a_managers_pin(
    at_till: Tablet, counter: Counter, manager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from merchants.pos import card_refunds

    invoice = counter.world.issue(500)
    tender = tender_row(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        mark="x",
        now=counter.world.now,
        status="paid",
        holds_invoice=True,
    )
    Invoice.objects.filter(id=invoice.id).update(status="paid", card="paid")
    asked: list[Any] = []

    def request(**wanted: Any) -> CardRefund:
        """As the room below does it, without a balance to take from."""
        asked.append(wanted["by"])
        return CardRefund.objects.create(
            tender=tender,
            invoice_id=invoice.id,
            shop_id=invoice.shop_id,
            mode="test",
            ramp="stripe",
            currency="EUR",
            units=wanted["amount"].units,
            requested_by=wanted["by"].who,
            requested_via="till",
            needs_second=False,
            requested_at=wanted["now"],
        )

    monkeypatch.setattr(card_refunds, "card_refund_request", request)
    page = text_of(at_till.client.get(f"{at_till.home}/sales/{invoice.id}", **PART))
    assert 'id="card-refund-pin"' in page
    there = f"{at_till.home}/sales/{invoice.id}/card-refund"
    at_till.client.post(there, {"amount": "2.00", "draft": "a"}, **PART)
    assert CardRefund.objects.get().approved_by == ""
    at_till.client.post(there, {"amount": "2.00", "draft": "b", **manager}, **PART)
    approved = CardRefund.objects.exclude(approved_by="").get()
    assert approved.approved_by == f"user:{manager['manager']}"
    assert asked[1].who == f"user:{at_till.staff.user('cashier').id}"
    assert Grant.objects.get().act == "refund"


# ---- a ticket -----------------------------------------------------------------------------------


class AtTicket:
    """A ticket at a paired till; each form carries a key of its own."""

    def __init__(self, tablet: Tablet, ticket_id: Any) -> None:
        self.tablet, self.id = tablet, ticket_id
        self.here = f"{tablet.home}/tickets/{ticket_id}"
        self.forms = 0

    def do(self, verb: str, **typed: str) -> Any:
        self.forms += 1
        form = {"key": f"k{self.forms}", **typed}
        return self.tablet.client.post(f"{self.here}/{verb}", form)

    @property
    def ticket(self) -> Ticket:
        return Ticket.objects.get(id=self.id)


def test_a_ticket_is_voided_by_the_same_rules(
    at_till: Tablet, counter: Counter, manager: dict[str, str]
) -> None:
    ruled(at_till, Rules("always"))
    at = AtTicket(at_till, counter.ticket(1_000))
    assert 'id="void-pin"' in text_of(at_till.client.get(at.here))
    refused = at.do("void", reason="Wrong table")
    assert refused.status_code == 403 and "needs a manager" in text_of(refused)
    assert at.ticket.state == "paying"
    at.do("void", reason="Wrong table", **manager)
    assert at.ticket.state == "void"
    assert Grant.objects.get().subject == f"ticket:{at.id}"


def test_large_discounts_need_one_where_the_shop_says_so(
    at_till: Tablet, counter: Counter, manager: dict[str, str]
) -> None:
    from merchants.tickets import services

    at = AtTicket(at_till, counter.ticket(1_000, 1_000))
    services.ticket_reopen(shop_id=counter.world.shop_id, ticket_id=at.id, tap=counter.tap())
    at.do("discount", kind="percent", value="90")
    assert at.ticket.goods_units == 200, "nobody asked so far"
    at.do("discount", kind="percent", value="")
    ruled(at_till, Rules(discount_above_ppm=100_000))
    assert "Manager, above 10 %" in text_of(at_till.client.get(at.here))
    at.do("discount", kind="percent", value="10")
    assert at.ticket.goods_units == 1_800
    line = at.ticket.lines.order_by("position")[0]
    refused = at.do("discount", line=str(line.id), kind="amount", value="0.50")
    assert refused.status_code == 403
    assert at.ticket.goods_units == 1_800, "small ones add up"
    at.do("discount", line=str(line.id), kind="amount", value="0.50", **manager)
    assert at.ticket.goods_units == 1_755
    assert Grant.objects.get().used_at is not None


def test_paying_asks_again_once_an_allowed_discount_is_a_larger_part(
    at_till: Tablet, counter: Counter, manager: dict[str, str]
) -> None:
    at = AtTicket(at_till, counter.ticket(1_000, 1_000))
    ruled(at_till, Rules(discount_above_ppm=100_000))
    at.do("reopen")
    kept, other = at.ticket.lines.order_by("position")
    at.do("discount", line=str(kept.id), kind="amount", value="2.00")
    assert at.ticket.goods_units == 1_800, "a tenth, which a cashier may give"
    assert 'id="pay-pin"' not in text_of(at_till.client.get(at.here))
    at.do("remove", line=str(other.id))
    page = text_of(at_till.client.get(at.here))
    assert 'id="pay-pin"' in page and 'id="split-pin"' in page and 'id="lines-pin"' in page
    for verb, form in (("split", {"parts": "1"}), ("split-by-lines", {f"line-{kept.id}": "1"})):
        refused = at.do(verb, **form)
        assert refused.status_code == 403 and at.ticket.state == "open"
        assert "needs a manager" in text_of(refused)
    at.do("split", parts="1", **manager)
    assert (at.ticket.state, Grant.objects.get().used_at is not None) == ("paying", True)
    at.do("reopen")
    at.do("split", parts="2")
    assert at.ticket.state == "paying", "what a manager allowed, and nobody changed"


def test_a_tap_that_arrives_again_moves_no_cash_of_a_later_shift(
    at_till: Tablet, counter: Counter, manager: dict[str, str]
) -> None:
    def begin() -> None:
        shift_open(
            **drawer, mode="test", currency="EUR", float_units=10_000, by=by, now=timezone.now()
        )

    drawer = {"shop_id": at_till.till.shop_id, "till_id": at_till.till.id}
    by = at_till.staff.user("cashier").id
    begin()
    at = AtTicket(at_till, counter.ticket(1_000))
    taken = {"key": "cash", "part": "1", "given": "10.00"}
    back = {"key": "back", "amount": "4.00", "reason": "Cold", **manager}
    at.do("cash", **taken)
    at.do("cash-back", **back)
    assert CashMove.objects.count() == 2
    shift_close(**drawer, mode="test", counted_units=10_600, by=by, now=timezone.now())
    begin()
    assert at.do("cash", **taken).status_code == 302
    assert at.do("cash-back", **back).status_code == 302
    assert CashMove.objects.count() == 2


def test_cash_goes_back_out_of_the_drawer_by_a_managers_pin(
    at_till: Tablet, counter: Counter, manager: dict[str, str]
) -> None:
    shift_open(
        shop_id=at_till.till.shop_id,
        till_id=at_till.till.id,
        mode="test",
        currency="EUR",
        float_units=10_000,
        by=at_till.staff.user("cashier").id,
        now=timezone.now(),
    )
    at = AtTicket(at_till, counter.ticket(1_000))
    at.do("cash", part="1", given="10.00")
    page = text_of(at_till.client.get(at.here))
    assert 'value="10.00"' in page and f"{at.here}/receipt" in page
    refused = at.do("cash-back", amount="4.00", reason="Cold")
    assert refused.status_code == 403 and not CashBack.objects.exists()
    answer = at.do("cash-back", amount="4.00", reason="Cold", **manager)
    note = Document.objects.get(kind="credit_note")
    assert answer["Location"] == f"{at_till.home}/receipts/{note.id}"
    assert "Cold" in text_of(at_till.client.get(answer["Location"]))
    moves = CashMove.objects.order_by("id").values_list("kind", "units")
    assert list(moves) == [("sale", 1_000), ("refund", 400)]
    assert 'value="6.00"' in text_of(at_till.client.get(at.here))
    too_much = at.do("cash-back", amount="6.01", reason="Cold", **manager)
    assert too_much.status_code == 409


def test_without_a_tablet_whoever_may_approve_gives_cash_back(staff: Any, counter: Counter) -> None:
    ticket_id = counter.ticket(1_000)
    counter.cash(ticket_id, 1_000)
    there = f"/pos/{counter.world.shop_id}/tickets/{ticket_id}/cash-back"
    form = {"key": "a", "amount": "1.00", "reason": "Cold"}
    assert staff.client("cashier").post(there, form).status_code == 403
    assert staff.client("manager").post(there, form).status_code == 302
    assert CashBack.objects.get().units == 100


def test_a_drawer_gives_back_no_cash_that_never_came_into_one(
    at_till: Tablet, counter: Counter, manager: dict[str, str]
) -> None:
    shift_open(
        shop_id=at_till.till.shop_id,
        till_id=at_till.till.id,
        mode="test",
        currency="EUR",
        float_units=10_000,
        by=at_till.staff.user("cashier").id,
        now=timezone.now(),
    )
    ticket_id = counter.ticket(1_000)
    counter.cash(ticket_id, 700)  # a program's, or at no paired till
    at = AtTicket(at_till, ticket_id)
    at.do("cash", part="1", given="3.00")
    assert 'value="3.00"' in text_of(at_till.client.get(at.here))
    refused = at.do("cash-back", amount="3.01", reason="Cold", **manager)
    assert refused.status_code == 409
    assert not CashBack.objects.exists() and CashMove.objects.get().kind == "sale"
    assert at.do("cash-back", amount="3.00", reason="Cold", **manager).status_code == 302
    assert 'id="cash-back' not in text_of(at_till.client.get(at.here))
    assert at.do("cash-back", amount="0.01", reason="Cold", **manager).status_code == 409

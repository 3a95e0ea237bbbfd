"""Nobody books by hand alone: another person sees the very lines first."""

import pytest

from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree, act_cancel, act_reject
from gateway.ledger import accounts
from gateway.ledger.errors import AccountNotByHand, Unbalanced
from gateway.ledger.models import Entry
from gateway.ledger.postings import Posting, credit, debit
from gateway.ledger.selectors import balance
from gateway.treasury.manual_entries import manual_entry_propose
from tests.custody.approvals.conftest import ADA, BEA, delay_passed
from tests.ledger.books import NOW, USDC, usdc

pytestmark = pytest.mark.django_db


def lines(units: int = 100) -> list[Posting]:
    return [debit(accounts.losses(), usdc(units)), credit(accounts.capital(), usdc(units))]


def proposed(postings: list[Posting] | None = None) -> Act:
    return manual_entry_propose(
        postings=postings or lines(),
        reason="The bank charged twice.",
        documents=["statement 7"],
        by=ADA,
        now=NOW,
    )


def due(act: Act) -> int:
    delay_passed(act.id)
    return acts_carry_out_due()


def lost() -> int:
    return balance(account=accounts.losses(), asset=USDC).units


def test_an_entry_is_booked_as_two_people_saw_it_and_not_before() -> None:
    act = act_agree(act_id=proposed().id, by=BEA)
    assert (acts_carry_out_due(), lost(), Entry.objects.count()) == (0, 0, 0)
    assert due(act) == 1
    assert lost() == 100
    entry = Entry.objects.get()
    assert entry.refs["by"] == f"user:{ADA}"
    assert entry.refs["documents"] == ["statement 7"]
    assert act.body["lines"][0] == {
        "account": "losses",
        "asset": USDC.code,
        "decimals": USDC.decimals,
        "units": "100",
    }


@pytest.mark.parametrize("agreed", [False, True])
def test_what_is_called_off_books_nothing(agreed: bool) -> None:
    act = proposed()
    if agreed:
        act_agree(act_id=act.id, by=BEA)
        act_cancel(act_id=act.id, by=ADA, reason="wrong account")
    else:
        act_reject(act_id=act.id, by=BEA, reason="wrong account")
    assert (due(act), lost(), Entry.objects.count()) == (0, 0, 0)


def test_what_the_books_will_not_have_is_not_even_proposed() -> None:
    with pytest.raises(Unbalanced):
        proposed([debit(accounts.losses(), usdc(1))])
    with pytest.raises(AccountNotByHand):
        proposed([debit(accounts.suspense(), usdc(1)), credit(accounts.capital(), usdc(1))])
    assert not Act.objects.exists()

"""The shop's bank account: named with its check digits, agreed by two, shown by its ends."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.presenters import act_as_dict
from gateway.custody.approvals.services import act_agree
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.ramps.iso20022.iban import LENGTHS, OUTSIDE_THE_EEA, bic_needed
from gateway.ramps.iso20022.models import BankAccount
from gateway.ramps.iso20022.naming import bank_account_name
from gateway.ramps.iso20022.ramp import usable_account
from tests.checkout.test_views import assert_strict
from tests.custody.approvals.conftest import delay_passed
from tests.faces import PASSWORD, Staff
from tests.ramps.iso20022.kit import RAMP, SHOP_IBAN, ramp_setting

pytestmark = pytest.mark.django_db
SWISS = "CH9300762011623852957"
OTHER = "DE89370400440532013000"


def said(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


@pytest.fixture
def owner(staff: Staff, settings: Any, tmp_path: Any) -> Client:
    settings.RAMPS = [ramp_setting(outbox=str(tmp_path))]
    staff.with_password("owner").refresh_from_db()
    return staff.client("owner")


@pytest.fixture
def page(staff: Staff) -> str:
    return f"/dashboard/{staff.world.shop_id}/settings/bank"


def named(owner: Client, page: str, **typed: str) -> Any:
    form = {
        "ramp": RAMP,
        "holder": "Café Amélie SARL",
        "iban": "fr14 2004 1010 0505 0001 3m02 606",
        "bic": "",
        "password": PASSWORD,
        **typed,
    }
    return owner.post(page, form, follow=True)


def test_an_account_is_paid_after_another_person_agreed_and_its_delay(
    staff: Staff, owner: Client, page: str, django_assert_max_num_queries: Any
) -> None:
    answer = owner.get(page)
    assert_strict(answer)
    assert "No account yet" in said(answer)
    text = said(named(owner, page))
    assert "You proposed it: another person must approve it." in text
    assert "FR…2606" in text and SHOP_IBAN not in text
    act = Act.objects.get(kind="bank_destination")
    assert (act.shop_id, act.decider) == (staff.world.shop_id, "shop")
    assert Event.objects.get(type="destination.asked").body["network"] == "127.0.0.0/24"
    with django_assert_max_num_queries(9):
        text = said(owner.get(page))
    assert "Another account waits" in text and 'name="iban"' not in text
    assert SHOP_IBAN not in text
    assert "Something like this waits already." in said(named(owner, page), 422)
    act_agree(act_id=act.id, by=uuid7())
    assert acts_carry_out_due() == 0
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    account = usable_account(ramp=RAMP, shop_id=staff.world.shop_id, now=timezone.now())
    assert account is not None
    assert (account.iban, account.holder) == (SHOP_IBAN, "Cafe Amelie SARL")
    text = said(owner.get(page))
    assert "FR…2606" in text and SHOP_IBAN not in text
    assert "You are paid to this account already." in said(named(owner, page))


def test_events_and_the_api_tell_its_ends_only(owner: Client, page: str) -> None:
    named(owner, page)
    act = Act.objects.get(kind="bank_destination")
    assert act.body["iban"] == SHOP_IBAN
    assert act_as_dict(act)["payload"]["iban"] == "FR…2606"
    event = Event.objects.get(type="approval.proposed")
    assert SHOP_IBAN not in str(event.body)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"iban": "FR14 2004 1010 0505 0001 3M02 607"}, "the check digits don"),
        ({"iban": "FR14 2004 1010 0505 0001 3M02 60"}, "has 27 characters; this has 26"),
        ({"iban": "US64SVBKUS6S3300958879"}, "banks in this country (US)"),
        ({"iban": "12345"}, "begins with two letters"),
        ({"iban": ""}, "This field is required"),
        ({"iban": SWISS}, "found by its BIC only"),
        ({"iban": SWISS, "bic": "POFI"}, "A BIC has 8 or 11 characters."),
        ({"holder": "日本"}, "Latin letters"),
        ({"password": "wrong"}, "your password"),
    ],
)
def test_what_is_wrong_is_said_of_its_field_and_nothing_is_proposed(
    owner: Client, page: str, typed: dict[str, str], problem: str
) -> None:
    answer = named(owner, page, **typed)
    assert_strict(answer)
    text = said(answer, 422)
    assert problem in text
    assert ('role="alert"' in text and 'aria-invalid="true"' in text) or "password" in typed
    assert PASSWORD not in text
    assert not Act.objects.exists()


def test_a_bank_outside_the_eea_is_named_beside_its_number(owner: Client, page: str) -> None:
    assert "POFICHBEXXX" in said(named(owner, page, iban=SWISS, bic="pofi ch be xxx"))
    assert set(LENGTHS) > OUTSIDE_THE_EEA
    assert bic_needed(SWISS) and not bic_needed(OTHER)


def test_a_change_that_was_overtaken_is_not_carried_out(
    staff: Staff, owner: Client, page: str
) -> None:
    named(owner, page)
    act = Act.objects.get()
    now = timezone.now()
    bank_account_name(
        ramp=RAMP, shop_id=staff.world.shop_id, mode="test", iban=OTHER, holder="X", by="a", now=now
    )
    act_agree(act_id=act.id, by=uuid7())
    delay_passed(act.id)
    assert acts_carry_out_due() == 0
    act.refresh_from_db()
    assert act.state == "failed"
    assert BankAccount.objects.get().iban == OTHER


def test_who_may_look_and_who_may_change(staff: Staff, owner: Client, page: str) -> None:
    manager = staff.client("manager")
    assert 'name="iban"' not in said(manager.get(page))
    assert named(manager, page).status_code == 403
    for role in ("accountant", "cashier", "developer"):
        assert staff.client(role).get(page).status_code == 403
    assert named(owner, page, ramp="nonesuch").status_code == 404
    settings_page = f"/dashboard/{staff.world.shop_id}/settings"
    assert page in said(owner.get(settings_page))
    assert page in said(owner.get(f"/dashboard/{staff.world.shop_id}/banks"))


def test_without_such_a_bank_there_is_no_such_page(
    staff: Staff, owner: Client, page: str, settings: Any
) -> None:
    settings.RAMPS = []
    assert owner.get(page).status_code == 404
    assert page not in said(owner.get(f"/dashboard/{staff.world.shop_id}/settings"))

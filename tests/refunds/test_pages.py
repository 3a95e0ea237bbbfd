"""The claim page, the till's and the dashboard's refunds, without a browser: they work whole."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.chains.addresses import checksum
from gateway.invoices.claims import claims_of
from gateway.refunds.deciding import refund_reject
from gateway.refunds.models import Refund
from gateway.refunds.selectors import refund_by_link
from merchants.accounts.factors.models import Passkey
from merchants.dashboard.refunds import refund_sign
from tests.checkout.test_views import assert_strict
from tests.faces import Staff
from tests.refunds.conftest import WALLET, Refunds, euros, person

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
LINK = re.compile(r"/c/([\w-]{32})")


@pytest.fixture
def staff(refunds: Refunds) -> Staff:
    return Staff(refunds.world)


@pytest.fixture
def shopper(valkey: object) -> Client:
    return Client(**ENGLISH)


def state_of(answer: Any) -> str:
    found = re.search(r'data-state="(\w+)"', answer.content.decode())
    assert found is not None
    return found[1]


def claim(shopper: Client, token: str, address: str, **more: Any) -> Any:
    return shopper.post(f"/c/{token}", {"address": address, **more})


def test_a_shopper_types_looks_twice_and_is_paid(refunds: Refunds, shopper: Client) -> None:
    refunds.fund()
    token = refunds.ask(refunds.paid(), amount=euros(500)).token
    page = shopper.get(f"/c/{token}")
    text = page.content.decode()
    assert_strict(page)
    assert (page.status_code, state_of(page)) == (200, "open")
    assert "5.4 USDC on Dev chain" in text and "network fee is paid for you" in text
    assert page["Referrer-Policy"] == "same-origin" and "noindex" in text
    address = checksum(WALLET)
    look = claim(shopper, token, address.lower())
    assert "Look once more" in look.content.decode()
    assert Refund.objects.get().status == "requested"
    units = re.search(r'name="units" value="(\d+)"', look.content.decode())
    assert units is not None
    done = claim(shopper, token, address, units=units[1], confirmed="yes")
    assert (done.status_code, done["Location"]) == (302, f"/c/{token}")
    refunds.world.drain()
    assert state_of(shopper.get(f"/c/{token}")) == "sending"
    (outgoing,) = refunds.queued()
    refunds.becomes(outgoing, "final", status="succeeded")
    over = shopper.get(f"/c/{token}")
    assert state_of(over) == "completed" and "0xabab…abab" in over.content.decode()
    # One use: what is over takes no other address.
    claim(shopper, token, address, units="1", confirmed="yes")
    assert Refund.objects.get().status == "completed"


def test_a_mistyped_address_and_one_of_ours_are_refused_in_words(
    refunds: Refunds, shopper: Client
) -> None:
    invoice = refunds.paid()
    token = refunds.ask(invoice, amount=euros(500)).token
    wrong = claim(shopper, token, "0x1234")
    assert wrong.status_code == 400 and "is not an address" in wrong.content.decode()
    ours = claim(shopper, token, checksum(bytes(invoice.address)))
    assert ours.status_code == 422 and "wallet that is yours" in ours.content.decode()


def test_each_state_has_its_words(refunds: Refunds, shopper: Client) -> None:
    invoice = refunds.paid()
    assert shopper.get("/c/" + "x" * 32).status_code == 404
    assert state_of(shopper.get("/c/nothing")) == "unknown"
    asked = refunds.ask(invoice, amount=euros(500), by=person("cashier"))
    refunds.claim(asked.token)
    assert state_of(shopper.get(f"/c/{asked.token}")) == "claimed"
    refund_reject(
        shop_id=invoice.shop_id, refund_id=asked.refund.id, by=person(), now=timezone.now()
    )
    assert state_of(shopper.get(f"/c/{asked.token}")) == "rejected"
    waiting = refunds.ask(invoice, amount=euros(500))
    refunds.claim(waiting.token)
    page = shopper.get(f"/c/{waiting.token}")
    assert state_of(page) == "waiting" and "float" not in page.content.decode()
    late = refunds.ask(invoice, amount=euros(100))
    Refund.objects.filter(id=late.refund.id).update(link_expires_at=timezone.now())
    assert state_of(shopper.get(f"/c/{late.token}")) == "expired"


def test_the_page_speaks_chinese(refunds: Refunds, valkey: object) -> None:
    token = refunds.ask(refunds.paid(), amount=euros(500)).token
    page = Client(HTTP_ACCEPT_LANGUAGE="zh-CN").get(f"/c/{token}")
    assert "有退款给您" in page.content.decode()


def test_who_asks_too_often_waits(refunds: Refunds, shopper: Client) -> None:
    answers = [shopper.get("/c/" + "x" * 32).status_code for _ in range(31)]
    assert answers[:30] == [404] * 30 and answers[30] == 429


# --- the till ------------------------------------------------------------------------------------


def test_a_cashier_refunds_a_sale_and_a_manager_approves(refunds: Refunds, staff: Staff) -> None:
    invoice = refunds.paid()
    cashier = staff.client("cashier", **ENGLISH)
    till = f"/pos/{invoice.shop_id}/sales/{invoice.id}"
    sale = cashier.get(till).content.decode()
    assert "Refund, show the code" in sale and 'value="12.50"' in sale
    answer = cashier.post(f"{till}/refund", {"amount": "5.00", "draft": "d", "reason": "Cold"})
    text = answer.content.decode()
    assert_strict(answer)
    assert "A manager has to approve it" in text and "€5.00" in text
    refund = Refund.objects.get()
    assert refund.requested_by == f"user:{staff.user('cashier').id}"
    assert (refund.requested_via, len(refund.session), refund.reason) == ("till", 12, "Cold")
    # Sent twice by a nervous thumb it is one refund, with a link that works.
    cashier.post(f"{till}/refund", {"amount": "5.00", "draft": "d", "reason": "Cold"})
    assert Refund.objects.count() == 1
    assert "To be claimed" in cashier.get(till).content.decode()

    here = f"/dashboard/{invoice.shop_id}/refunds"
    assert cashier.get(here).status_code == 403
    manager = staff.client("manager", **ENGLISH)
    assert "1 refund waits for approval." in manager.get(here).content.decode()
    page = manager.get(f"{here}/{refund.id}").content.decode()
    assert "Cashier" in page and "Till" in page and refund.session in page
    manager.post(f"{here}/{refund.id}", {"action": "approve"})
    assert refunds.again(refund).approved_by == f"user:{staff.user('manager').id}"


def test_a_till_gives_back_what_was_paid_too_much(refunds: Refunds, staff: Staff) -> None:
    invoice = refunds.world.issue()
    refunds.world.confirmed(invoice, units=30_000_000)
    (found,) = claims_of(invoice.id)
    till = f"/pos/{invoice.shop_id}/sales/{invoice.id}"
    cashier = staff.client("cashier", **ENGLISH)
    assert "Paid too much" in cashier.get(till).content.decode()
    text = cashier.post(f"{till}/refund", {"claim_id": str(found.id), "draft": "d"}).content
    assert "USDC" in text.decode()
    assert Refund.objects.get().kind == "surplus"


def test_more_than_is_left_is_refused_at_the_till(refunds: Refunds, staff: Staff) -> None:
    invoice = refunds.paid()
    answer = staff.client("cashier", **ENGLISH).post(
        f"/pos/{invoice.shop_id}/sales/{invoice.id}/refund", {"amount": "12.51", "draft": "d"}
    )
    assert answer.status_code == 422 and "more than is left" in answer.content.decode()
    assert not Refund.objects.exists()


# --- the dashboard -------------------------------------------------------------------------------


def test_an_owner_previews_asks_and_calls_it_off(refunds: Refunds, staff: Staff) -> None:
    invoice = refunds.paid()
    owner = staff.client("owner", **ENGLISH)
    base = f"/dashboard/{invoice.shop_id}"
    assert "Preview the refund" in owner.get(f"{base}/invoices/{invoice.id}").content.decode()
    posted = {"amount": "5.00", "rate": "today", "draft": "d", "reason": "Gift"}
    preview = owner.post(f"{base}/invoices/{invoice.id}/refund", posted)
    text = preview.content.decode()
    assert "Yours is enough" in text and "5.4" in text and not Refund.objects.exists()
    made = owner.post(f"{base}/invoices/{invoice.id}/refund", {**posted, "confirmed": "yes"})
    link = LINK.search(made.content.decode())
    assert link is not None
    refund = refund_by_link(link[1])
    assert (refund.rate, refund.approved_by) == ("today", f"user:{staff.user('owner').id}")
    again = owner.post(f"{base}/refunds/{refund.id}", {"action": "link"})
    newer = LINK.search(again.content.decode())
    assert newer is not None and newer[1] != link[1]
    owner.post(f"{base}/refunds/{refund.id}", {"action": "reject"})
    assert refunds.again(refund).status == "rejected"
    assert "Called off" in owner.get(f"{base}/refunds").content.decode()


def test_a_payments_page_tells_its_refunds(refunds: Refunds, staff: Staff) -> None:
    """It once answered 500 as soon as there was one."""
    invoice = refunds.paid()
    asked = refunds.ask(invoice, amount=euros(500))
    page = staff.client("owner").get(f"/dashboard/{invoice.shop_id}/invoices/{invoice.id}")
    assert page.status_code == 200
    text = page.content.decode()
    assert f"/refunds/{asked.refund.id}" in text
    assert refund_sign("requested").word in text


def test_who_has_a_second_factor_shows_it_before_money_goes_back(
    refunds: Refunds, staff: Staff
) -> None:
    invoice = refunds.paid()
    owner = staff.client("owner", **ENGLISH)
    Passkey.objects.create(
        user=staff.user("owner"),
        credential_id=b"x",
        credential=b"x",
        name="x",
        made_at=timezone.now(),
    )
    base = f"/dashboard/{invoice.shop_id}"
    posted = {"amount": "5.00", "draft": "d", "confirmed": "yes"}
    refund = refunds.ask(invoice, amount=euros(200)).refund
    one = f"{base}/refunds/{refund.id}"
    for path, form in (
        (f"{base}/invoices/{invoice.id}/refund", posted),
        (one, {"action": "approve"}),
        (one, {"action": "link"}),
    ):
        assert owner.post(path, form)["Location"].startswith("/account/confirm?next="), form
    assert Refund.objects.get().approved_by == refund.approved_by
    assert owner.post(one, {"action": "reject"})["Location"] == one
    session = owner.session
    session["proved"] = {"at": timezone.now().timestamp(), "by": "passkey"}
    session.save()
    owner.post(f"{base}/invoices/{invoice.id}/refund", posted)
    assert Refund.objects.count() == 2


def test_an_accountant_looks_and_does_nothing(refunds: Refunds, staff: Staff) -> None:
    manager = person("manager", str(staff.user("manager").id))
    asked = refunds.ask(refunds.paid(), amount=euros(500), by=manager)
    accountant = staff.client("accountant", **ENGLISH)
    here = f"/dashboard/{asked.refund.shop_id}/refunds/{asked.refund.id}"
    page = accountant.get(here)
    assert page.status_code == 200 and "Call it off" not in page.content.decode()
    for action in ("approve", "reject", "link"):
        assert accountant.post(here, {"action": action}).status_code == 403

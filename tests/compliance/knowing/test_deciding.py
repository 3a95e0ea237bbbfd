"""An officer asks for more or refuses; two people approve; the level binds from then on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from gateway.compliance.knowing.behind import Behind, names_behind
from gateway.compliance.knowing.deciding import (
    file_refuse,
    file_take_up,
    file_want_more,
)
from gateway.compliance.knowing.declaring import subjects_unasked_screen
from gateway.compliance.knowing.errors import (
    FileIncomplete,
    FileRefused,
    FileWithUs,
    KnowingUnreadable,
    LevelLimitPassed,
    NamesNotClear,
    NothingSubmitted,
)
from gateway.compliance.knowing.files import file_say, file_submit, subject_end
from gateway.compliance.knowing.gate import level_of, payout_limited, taking_check
from gateway.compliance.knowing.models import (
    FileDecision,
    ShopLevel,
    Subject,
    TakenDay,
    TakenInvoice,
)
from gateway.compliance.knowing.reviewing import reviews_tell
from gateway.compliance.knowing.selectors import decisions_of, files_by_status
from gateway.compliance.models import ShopApproval
from gateway.compliance.naming.models import ScreenedParty
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.errors import SamePerson
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.shops.models import Shop
from gateway.shops.selectors import shop_view
from gateway.shops.services import shop_approve, shop_set_status
from tests.as_web import as_web
from tests.compliance.knowing.conftest import Listed
from tests.compliance.knowing.place import (
    LATER,
    NOW,
    again,
    approved,
    filled,
    named,
    opened,
    proposed,
    submitted,
    told,
    verified,
)
from tests.custody.approvals.conftest import ADA, BEA, delay_passed

pytestmark = pytest.mark.django_db
USDC = Asset("USDC@8453", 6)


def test_two_people_approve_and_in_live_mode_the_shop_is_live(listed: Listed) -> None:
    file = submitted()
    with override_settings(LIVE_MODE=True):
        listed("Somebody ELSE")
        act = approved(file)
    shop = Shop.objects.get(id=file.shop_id)
    assert (shop.mode, shop.approved_at is not None) == ("live", True)
    assert again(file).status == "approved"
    assert again(file).review_on == NOW.date().replace(year=NOW.year + 5)
    level = ShopLevel.objects.get(shop_id=file.shop_id)
    assert (level.level, level.set_by) == ("basic", f"act:{act.id}")
    assert ShopApproval.objects.get(shop_id=file.shop_id).grounds == f"act:{act.id}"
    decision = FileDecision.objects.get()
    assert (decision.by, decision.second) == (f"user:{ADA}", f"user:{BEA}")


@pytest.mark.parametrize("names", [(), ("Ann ARBOR", "Somebody ELSE")])
def test_nobody_takes_real_money_while_somebody_behind_it_is_not_clear(
    names: tuple[str, ...], listed: Listed
) -> None:
    """Without a list nobody is."""
    file = submitted()
    with override_settings(LIVE_MODE=True):
        if names:
            listed(*names)
        with pytest.raises(NamesNotClear):
            proposed(file)


def test_nor_while_they_were_asked_about_in_test_mode_alone(listed: Listed) -> None:
    file = submitted()
    listed("Somebody ELSE")
    with override_settings(LIVE_MODE=True):
        with pytest.raises(NamesNotClear):
            proposed(file)
        assert subjects_unasked_screen(now=NOW) == 2, "the business and who is behind it"
        assert subjects_unasked_screen(now=NOW) == 0
        assert proposed(file).state == "proposed"


def test_who_left_an_approved_file_counts_until_it_is_approved_without_them(
    listed: Listed,
) -> None:
    listed("Somebody ELSE")
    file, _ann = filled()
    bob = named(file.shop_id, "director", name="Bob Bell")
    verified(bob, reference="vs_bob")
    file_submit(shop_id=file.shop_id, by="user:owner", now=NOW)
    approved(file)
    subject_end(shop_id=file.shop_id, subject_id=bob.id, now=timezone.now())
    relay.drain(limit=1000)
    listed("Somebody ELSE", "Bob BELL")
    with transaction.atomic():
        assert names_behind(file.shop_id) == Behind("match", (f"subject:{bob.id}",))
    file_submit(shop_id=file.shop_id, by="user:owner", now=NOW)
    approved(file)
    assert not ScreenedParty.objects.filter(about=f"subject:{bob.id}", active=True).exists()
    with transaction.atomic():
        assert names_behind(file.shop_id).state == "clear"


def test_an_approval_ends_where_a_list_came_to_name_somebody_meanwhile(listed: Listed) -> None:
    file = submitted()
    with override_settings(LIVE_MODE=True):
        listed("Somebody ELSE")
        act = proposed(file)
        act_agree(act_id=act.id, by=BEA)
        delay_passed(act.id)
        listed("Somebody ELSE", "Ann ARBOR")
        acts_carry_out_due()
    act.refresh_from_db()
    assert act.state == "failed"
    assert Shop.objects.get(id=file.shop_id).mode == "test"


def test_in_a_test_house_it_is_approved_and_stays_a_test_shop() -> None:
    file = submitted()
    approved(file)
    assert Shop.objects.get(id=file.shop_id).mode == "test"


def test_one_person_alone_approves_nothing() -> None:
    file = submitted()
    act = proposed(file)
    with pytest.raises(SamePerson):
        act_agree(act_id=act.id, by=ADA)
    delay_passed(act.id)
    assert acts_carry_out_due() == 0
    assert not ShopLevel.objects.exists()
    with pytest.raises(IntegrityError, match="approved_by_two"), transaction.atomic():
        FileDecision.objects.create(
            file_id=file.id,
            decision="approved",
            level="basic",
            rating="low",
            rated={},
            reason="x",
            by="user:a",
            second="user:a",
            decided_at=NOW,
        )


def test_what_changed_after_it_was_proposed_is_not_approved() -> None:
    file = submitted()
    act = proposed(file)
    act_agree(act_id=act.id, by=BEA)
    file_want_more(shop_id=file.shop_id, by=ADA, reason="hm", note="One thing more", now=NOW)
    file_submit(shop_id=file.shop_id, by="user:o", now=NOW + timedelta(minutes=1))
    delay_passed(act.id)
    acts_carry_out_due()
    assert Act.objects.get(id=act.id).state == "failed"
    assert again(file).status == "submitted" and not ShopLevel.objects.exists()


def test_no_level_above_the_one_asked_for_and_none_while_something_is_due() -> None:
    file = submitted()
    with pytest.raises(FileIncomplete):
        proposed(file, level="standard")
    with pytest.raises(FileRefused):
        proposed(file, level="none")
    with pytest.raises(NothingSubmitted):
        proposed(opened())


def test_more_is_wanted_and_the_shop_reads_the_note_and_never_the_reason() -> None:
    file = submitted()
    file_want_more(shop_id=file.shop_id, by=ADA, reason="smells", note="Send a bill", now=NOW)
    body = told(file)[-1]
    assert (body["status"], body["note"]) == ("more_wanted", "Send a bill")
    assert "smells" not in str(body)
    file_say(shop_id=file.shop_id, columns={"mcc": "5411"}, now=NOW)
    with as_web(file.shop_id):
        assert not FileDecision.objects.exists()
    assert decisions_of(file.id)[0].reason == "smells"
    assert files_by_status("more_wanted")[0].id == file.id


@pytest.mark.parametrize(("reason", "note"), [("", "x"), ("x", " "), ("x" * 1001, "x")])
def test_a_decision_says_why_to_both_sides(reason: str, note: str) -> None:
    file = submitted()
    with pytest.raises(FileRefused):
        file_refuse(shop_id=file.shop_id, by=ADA, reason=reason, note=note, now=NOW)


def test_a_refused_file_is_closed_until_the_house_takes_it_up_again() -> None:
    file = submitted()
    file_refuse(shop_id=file.shop_id, by=ADA, reason="no", note="We can't serve you", now=NOW)
    for verb in (
        lambda: file_say(shop_id=file.shop_id, columns={"mcc": "5411"}, now=NOW),
        lambda: file_submit(shop_id=file.shop_id, by="user:o", now=NOW),
    ):
        with pytest.raises(FileWithUs):
            verb()
    file_take_up(shop_id=file.shop_id, by=ADA, reason="they changed", now=NOW)
    assert file_submit(shop_id=file.shop_id, by="user:o", now=NOW).status == "submitted"
    with pytest.raises(NothingSubmitted):
        file_take_up(shop_id=file.shop_id, by=ADA, reason="x", now=NOW)


def test_a_change_after_the_approval_opens_the_file_again_and_keeps_the_level() -> None:
    file = submitted()
    approved(file)
    file_say(shop_id=file.shop_id, columns={"mcc": "5411"}, now=NOW)
    assert again(file).status == "reopened"
    assert ShopLevel.objects.get(shop_id=file.shop_id).level == "basic"
    file_submit(shop_id=file.shop_id, by="user:o", now=NOW)
    approved(again(file))
    assert again(file).status == "approved"


def test_a_review_that_is_due_is_told_once() -> None:
    file = submitted()
    approved(file)
    assert reviews_tell(now=LATER) == 0
    late = NOW.replace(year=NOW.year + 6)
    assert reviews_tell(now=late) == 1
    assert reviews_tell(now=late) == 0
    body = told(file)[-1]
    assert body["requirements"]["past_due"][0]["code"] == "periodic_review"


# --- the gate ------------------------------------------------------------------------------------


def eur(euros: int) -> Amount:
    return Amount(euros * 100, FIAT["EUR"])


@pytest.fixture
def live(listed: Listed) -> Any:
    file = submitted()
    with override_settings(LIVE_MODE=True):
        listed("Somebody ELSE")
        approved(file)
    return shop_view(shop_id=file.shop_id)


def test_a_live_shop_takes_what_its_level_lets_it(live: Any) -> None:
    taking_check(shop=live, amount=eur(1_000), now=NOW)
    with pytest.raises(LevelLimitPassed):
        taking_check(shop=live, amount=eur(1_001), now=NOW)
    assert level_of(shop=live, now=NOW) == "basic"


def paid(shop: Any, invoice_id: Any, euros: int, type: str = "invoice.paid") -> None:
    emit(
        type=type,
        subject=f"invoice:{invoice_id}",
        body={"amount": f"{euros}.00", "currency": "EUR"},
        mode=shop.mode,
        shop_id=shop.id,
        now=NOW,
    )
    relay.drain(limit=1000)


def test_what_was_taken_in_thirty_days_counts_once_and_a_reorg_takes_it_back(live: Any) -> None:
    first = uuid7()
    for type in ("invoice.paid", "invoice.paid_late", "invoice.paid"):
        paid(live, first, 900, type)
    for _ in range(15):
        paid(live, uuid7(), 900)
    assert TakenDay.objects.get().units == 16 * 90_000
    taking_check(shop=live, amount=eur(600), now=NOW)
    with pytest.raises(LevelLimitPassed, match="30 days"):
        taking_check(shop=live, amount=eur(601), now=NOW)
    paid(live, first, 900, "invoice.reverted")
    taking_check(shop=live, amount=eur(601), now=NOW)
    taking_check(shop=live, amount=eur(1_000), now=NOW + timedelta(days=31))


def test_what_a_test_shop_takes_counts_for_nothing_and_asks_nothing(
    django_assert_num_queries: Any,
) -> None:
    shop = shop_view(shop_id=opened().shop_id)
    with django_assert_num_queries(0):
        taking_check(shop=shop, amount=eur(10**9), now=NOW)
    paid(shop, uuid7(), 900)
    assert not TakenInvoice.objects.exists()


def test_one_query_says_whether_a_live_shop_may_take_it(
    live: Any, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        taking_check(shop=live, amount=eur(1), now=NOW)


def test_a_payout_leaves_up_to_the_level(live: Any) -> None:
    ask = {"shop": live, "asset": USDC, "limit": 9_000 * 10**6, "now": NOW}
    assert payout_limited(**ask, wanted=None) == 5_000 * 10**6
    assert payout_limited(**ask, wanted=5_000 * 10**6) == 5_000 * 10**6
    with pytest.raises(LevelLimitPassed):
        payout_limited(**ask, wanted=5_000 * 10**6 + 1)


def test_a_shop_that_people_approved_by_hand_has_the_standard_level() -> None:
    file, _ = filled()
    shop_approve(shop_id=file.shop_id, live=True, now=NOW)
    shop = shop_view(shop_id=file.shop_id)
    assert level_of(shop=shop, now=NOW) == "standard"


def test_as_the_web_a_shop_reads_its_level_and_can_not_write_it(live: Any) -> None:
    from django.db import DatabaseError

    with as_web(live.id):
        assert level_of(shop=live, now=NOW) == "basic"
        with pytest.raises(DatabaseError), transaction.atomic():
            ShopLevel.objects.update(level="enhanced")


def test_of_a_closed_shop_nobody_is_known_longer_than_the_law_says(live: Any) -> None:
    shop_set_status(shop_id=live.id, status="closed", now=NOW)
    relay.drain(limit=1000)
    left = Subject.objects.filter(shop_id=live.id)
    assert {one.retain_until.year for one in left if one.retain_until} == {NOW.year + 5}
    assert left.count() == 2


@pytest.mark.parametrize(
    "told_",
    [
        {"countries": {"monitored": ["XX"]}},
        {"retention_years": 0},
        {"retention": 5},
    ],
)
def test_settings_that_make_no_sense_are_refused(told_: Any) -> None:
    from gateway.compliance.knowing.configuration import knowing_settings

    with override_settings(KNOWING=told_), pytest.raises(KnowingUnreadable):
        knowing_settings()


def test_a_house_names_its_own_risky_countries() -> None:
    with override_settings(
        KNOWING={"countries": {"as_of": "2026-10-20", "monitored": ["AT"], "call_for_action": []}}
    ):
        file, _ = filled()
    assert (file.rating, file.rated["version"]) == ("medium", "2026-11/2026-10-20")

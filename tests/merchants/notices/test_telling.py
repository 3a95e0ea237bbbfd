"""Who is told of what, when, and who is told next."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from gateway.custody.approvals.kinds import kinds
from gateway.mail.sending import RETRIES
from merchants.accounts.actions import HOUSE_ROLES
from merchants.dashboard.approvals.deciding import kinds_for
from merchants.notices import escalating, mailing, rules
from merchants.notices.choosing import mail_choose
from merchants.notices.errors import NoticeOver, NoticeTaken, NoticeUnknown
from merchants.notices.models import Letter, Mail, Notice
from merchants.notices.opening import notice_take_on
from merchants.notices.rules import KINDS
from tests.faults.in_process import Killed, killer, passing
from tests.merchants.notices.conftest import Town


def test_a_failed_payout_is_told_to_its_shop_and_to_the_house(town: Town) -> None:
    for role in ("owner", "accountant", "cashier", "operator", "desk"):
        town.person(role)
    town.person("owner", shop_id=town.other_shop_id, name="stranger")
    town.happen("payout.failed", body={"failure": {"message": "the account is closed"}})
    assert town.tell() == ["accountant", "operator", "owner"]
    [to_house] = [m for m in town.mails.taken if "operator" in m["To"]]
    assert "the account is closed" in to_house.get_body(("plain",)).get_content()
    assert to_house["Subject"] == "A shop's payout failed"
    mail = Mail.objects.get(user__email=to_house["To"])
    assert str(mail.id) in to_house["Message-ID"]
    assert mail.address == "", "nobody needs it any more"


def test_nobody_is_told_of_what_goes_well(town: Town) -> None:
    town.person("owner")
    town.happen("payout.completed")
    assert town.tell() == [] and not Notice.objects.exists()


def test_the_next_people_are_told_when_nobody_takes_it_on(town: Town) -> None:
    town.person("operator")
    town.person("desk")
    town.happen("chain.stalled", subject="chain:1", body={"reason": "nodes_down"}, of_shop=False)
    assert town.tell() == ["operator"]
    town.wait(minutes=14)
    assert town.tell() == []
    town.wait(minutes=1)
    assert town.tell() == ["desk"]
    town.wait(days=9)
    assert town.tell() == [], "there is nobody after that"


def test_what_somebody_took_on_goes_no_further(town: Town) -> None:
    operator = town.person("operator")
    town.person("desk")
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    town.tell()
    notice = notice_take_on(notice_id=Notice.objects.get().id, user=operator, now=town.now)
    assert notice_take_on(notice_id=notice.id, user=operator, now=town.now).taken_at == town.now
    town.wait(days=1)
    assert town.tell() == []


def test_what_settled_itself_goes_no_further(town: Town) -> None:
    operator = town.person("operator")
    town.person("desk")
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    town.tell()
    town.happen("chain.resumed", subject="chain:1", of_shop=False)
    town.wait(days=1)
    assert town.tell() == []
    with pytest.raises(NoticeOver):
        notice_take_on(notice_id=Notice.objects.get().id, user=operator, now=town.now)


def test_what_settled_before_its_mail_was_made_is_not_told(town: Town) -> None:
    town.person("operator")
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    escalating.notices_escalate(now=town.now)
    town.happen("chain.resumed", subject="chain:1", of_shop=False)
    assert town.tell() == [] and not Letter.objects.exists()


def test_a_chain_that_flaps_fills_no_mailbox(town: Town) -> None:
    town.person("operator")
    mails = []
    for _ in range(30):
        town.happen("chain.stalled", subject="chain:1", of_shop=False)
        mails += town.tell()
        town.wait(seconds=30)
        town.happen("chain.resumed", subject="chain:1", of_shop=False)
        town.wait(seconds=30)
    assert len(mails) == 1
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    town.wait(minutes=15)
    assert town.tell() == ["operator"], "it stands still for good now"


def test_the_same_matter_again_is_counted_and_not_told_again(town: Town) -> None:
    town.person("operator")
    for units in (1, 2, 3):
        town.happen("float.short", subject="float:USDC@1", body={"short": units}, of_shop=False)
        town.tell()
        town.wait(minutes=5)
    notice = Notice.objects.get()
    assert (notice.times, notice.body["short"]) == (3, 3)
    assert len(town.mails.taken) == 1


def test_many_matters_come_in_one_mail(town: Town) -> None:
    town.person("owner")
    for number in range(30):
        town.happen("payout.failed", subject=f"payout:{number}")
    assert town.tell() == ["owner"]
    [mail] = town.mails.taken
    assert mail["Subject"] == "30 matters to look after"
    assert mail.get_body(("plain",)).get_content().count("A payout did not reach you") == 30
    town.happen("payout.failed", subject="payout:late")
    assert town.tell() == [], "within two minutes of the last"
    town.wait(minutes=2)
    assert town.tell() == ["owner"]


def test_more_than_a_mail_holds_comes_in_the_next(town: Town) -> None:
    town.person("owner")
    for number in range(mailing.LETTERS_A_MAIL + 5):
        town.happen("payout.failed", subject=f"payout:{number}")
    town.tell()
    town.wait(minutes=2)
    town.tell()
    assert town.mails.subjects == ["50 matters to look after", "5 matters to look after"]


def test_a_step_that_nobody_fills_is_skipped(town: Town) -> None:
    town.person("desk")
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    assert town.tell() == ["desk"], "there is no operator"


def test_somebody_who_left_is_not_told(town: Town) -> None:
    town.person("operator", is_active=False)
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    assert town.tell() == []


def test_test_money_wakes_nobody_further_up(town: Town) -> None:
    town.person("operator")
    town.person("desk")
    town.happen("chain.stalled", subject="chain:31337", of_shop=False, mode="test")
    assert town.tell() == ["operator"]
    assert town.mails.subjects == ["[Test] Chain 31337 is not followed"]
    town.wait(days=1)
    assert town.tell() == []


def test_requirements_are_told_while_something_is_due(town: Town) -> None:
    town.person("owner")
    subject = f"shop:{town.shop_id}"
    town.happen(
        "shop.requirements_changed", subject=subject, body={"requirements": {"due": ["iban"]}}
    )
    assert town.tell() == ["owner"]
    town.happen("shop.requirements_changed", subject=subject, body={"requirements": {"due": []}})
    assert Notice.objects.get().settled_at == town.now


@pytest.mark.parametrize(
    ("decider", "told"), [("shop", ["manager", "owner"]), ("house", ["operator"])]
)
def test_who_may_agree_to_an_act_is_told_of_it(town: Town, decider: str, told: list[str]) -> None:
    for role in ("owner", "manager", "cashier", "operator", "desk"):
        town.person(role)
    body = {"decider": decider, "reason": "a new address"}
    town.happen("approval.proposed", subject="approval:1", body=body)
    assert town.tell() == told
    town.happen("approval.approved", subject="approval:1", body=body)
    assert Notice.objects.get().settled_at == town.now


@pytest.mark.parametrize("kind", sorted(set(kinds()) - {rules.CASE_CLOSE}))
def test_an_act_of_the_house_is_told_to_those_alone_who_may_open_it(town: Town, kind: str) -> None:
    for role in sorted(HOUSE_ROLES):
        town.person(role)
    body = {"decider": "house", "kind": kind, "reason": "because"}
    town.happen("approval.proposed", subject="approval:1", body=body, of_shop=False)
    assert town.tell() == sorted(role for role in HOUSE_ROLES if kind in kinds_for([role]))
    town.happen("approval.approved", subject="approval:1", body=body, of_shop=False)
    assert Notice.objects.get().settled_at == town.now


def test_each_reads_it_in_their_language(town: Town) -> None:
    town.person("owner", language="zh-hans")
    town.happen("payout.failed")
    town.tell()
    [mail] = town.mails.taken
    assert mail["Subject"] == "有一笔提现未能送达"
    assert 'lang="zh-hans"' in mail.get_body(("html",)).get_content()


def test_who_wants_no_mail_of_a_kind_still_sees_it(town: Town) -> None:
    owner = town.person("owner")
    mail_choose(user=owner, wanted=[], offered=["payout_failed"])
    town.happen("payout.failed")
    assert town.tell() == []
    mail_choose(user=owner, wanted=["payout_failed"], offered=["payout_failed"])
    town.happen("payout.failed", subject="payout:2")
    assert town.tell() == ["owner"]


def test_only_those_who_are_told_of_such_may_take_it_on(town: Town) -> None:
    owner, cashier = town.person("owner"), town.person("cashier")
    stranger = town.person("owner", shop_id=town.other_shop_id, name="stranger")
    second = town.person("accountant")
    town.happen("payout.failed")
    notice = Notice.objects.get(kind="payout_failed")
    for user in (cashier, stranger):
        with pytest.raises(NoticeUnknown):
            notice_take_on(notice_id=notice.id, user=user, now=town.now)
    notice_take_on(notice_id=notice.id, user=owner, now=town.now)
    with pytest.raises(NoticeTaken):
        notice_take_on(notice_id=notice.id, user=second, now=town.now)


# --- faults ------------------------------------------------------------------------------------


def test_a_mail_server_that_is_down_is_asked_again(town: Town, settings) -> None:
    town.person("operator")
    settings.EMAIL_PORT = 1
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    assert town.tell() == []
    mail = Mail.objects.get()
    assert (mail.state, mail.error, mail.attempts) == ("pending", "mail_not_taken", 1)
    settings.EMAIL_PORT = town.mails.port
    town.wait(minutes=1)
    assert town.tell() == ["operator"]
    assert Mail.objects.get().state == "sent"


def test_an_address_that_is_refused_for_good_wakes_the_next_people_at_once(town: Town) -> None:
    town.person("operator")
    town.person("desk")
    town.mails.refusing["operator@people.example"] = "550 no such person"
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    assert town.tell() == []
    assert Mail.objects.get().state == "failed"
    assert town.tell() == ["desk"]


def test_a_server_that_is_full_is_asked_again(town: Town) -> None:
    town.person("operator")
    town.mails.refusing["operator@people.example"] = "452 mailbox full"
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    town.tell()
    assert Mail.objects.get().state == "pending"


def test_a_mail_is_given_up_after_its_last_try(town: Town, settings) -> None:
    town.person("operator")
    settings.EMAIL_PORT = 1
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    for _ in range(len(RETRIES) + 1):
        town.tell()
        town.wait(hours=5)
    assert (Mail.objects.get().state, Mail.objects.get().attempts) == ("failed", 6)


def test_a_sender_that_died_is_followed_by_another_with_the_same_message(
    town: Town,
) -> None:
    """Killed after the server took it: sent again, under the same name."""
    town.person("operator")
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    with passing(killer("mail.taken")), pytest.raises(Killed):
        town.tell()
    assert Mail.objects.get().state == "sending"
    assert town.tell() == [], "its lease is not over"
    town.wait(minutes=2)
    assert town.tell() == ["operator"]
    first, second = town.mails.taken
    assert first["Message-ID"] == second["Message-ID"]


def test_a_connection_cut_after_the_message_is_tried_again_under_the_same_name(town: Town) -> None:
    town.person("operator")
    town.mails.drops_after_data = True
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    town.tell()
    town.mails.drops_after_data = False
    town.wait(minutes=1)
    town.tell()
    assert len({mail["Message-ID"] for mail in town.mails.taken}) == 1


def test_a_name_with_line_breaks_breaks_no_header(town: Town) -> None:
    town.person("operator")
    town.happen("chain.stalled", subject="chain:1\r\nBcc: all@example.com", of_shop=False)
    assert town.tell() == ["operator"]
    assert "Bcc" not in town.mails.taken[0]


# --- what the database refuses -------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "gossip"},
        {"mode": "pretend"},
        {"taken_at": "2026-11-29T12:00:00Z"},
        {"settled_at": "2026-11-29T12:00:00Z"},
    ],
)
def test_the_database_keeps_notices_sane(town: Town, changes) -> None:
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.update(**changes)


def test_a_matter_is_open_once(town: Town) -> None:
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    again = Notice.objects.get()
    again.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_two_tellers_tell_once(mails, settings, transactional_db) -> None:
    from django.utils import timezone

    from gateway.shops.services import shop_open
    from tests.merchants.notices.conftest import Town as Anew  # the fixture's db is not shared

    shop = shop_open(
        name="Kiosk", pricing_currency="EUR", settlement_asset="USDC@1", now=timezone.now()
    )
    town = Anew(shop_id=shop.id, other_shop_id=shop.id, mails=mails)
    town.person("operator")
    for number in range(5):
        town.happen("chain.stalled", subject=f"chain:{number}", of_shop=False)

    def tell() -> None:
        try:
            for _ in range(3):
                town.tell()
        finally:
            connection.close()

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    town.wait(minutes=2)
    town.tell()
    told = sum(m.get_body(("plain",)).get_content().count("is not followed") for m in mails.taken)
    assert told == 5 and Letter.objects.count() == 5


def test_every_kind_reaches_somebody_in_both_languages(town: Town) -> None:
    from django.utils.translation import override

    from merchants.notices.models import Notice as Row
    from merchants.notices.writing import written

    for kind in KINDS:
        row = Row(kind=kind, subject="thing:1", mode="live", body={}, opened_at=town.now, times=2)
        texts = {}
        for language in ("en", "zh-hans"):
            with override(language):
                texts[language] = written([row])
        assert texts["en"].subject != texts["zh-hans"].subject
        assert texts["en"].text.count("http") == 2


def test_a_step_is_counted_from_when_the_first_were_told(town: Town) -> None:
    town.person("operator")
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    town.wait(minutes=3)
    town.tell()
    assert Notice.objects.get().step_due_at == Notice.objects.get().opened_at + timedelta(
        minutes=15
    )

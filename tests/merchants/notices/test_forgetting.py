"""What is deleted of what people were told, and when."""

from merchants.notices import escalating, mailing
from merchants.notices.forgetting import KEPT, notices_forget
from merchants.notices.models import Letter, Mail, Notice
from tests.merchants.notices.conftest import Town


def test_a_settled_matter_is_forgotten_with_its_mails_after_a_year(town: Town) -> None:
    town.person("operator")
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    assert town.tell() == ["operator"]
    town.happen("chain.resumed", subject="chain:1", of_shop=False)
    assert notices_forget(now=town.now + KEPT) == 0, "a year is not over yet"
    assert Notice.objects.count() == Letter.objects.count() == Mail.objects.count() == 1
    town.wait(days=KEPT.days, seconds=1)
    assert notices_forget(now=town.now) == 2
    assert not Notice.objects.exists()
    assert not Letter.objects.exists() and not Mail.objects.exists()


def test_what_nobody_settled_is_kept_however_old(town: Town) -> None:
    town.person("operator")
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    town.tell()
    town.wait(days=10 * KEPT.days)
    assert notices_forget(now=town.now) == 0
    assert Notice.objects.count() == Mail.objects.count() == 1


def test_a_mail_that_a_version_of_before_ended_forgets_its_address(town: Town) -> None:
    for role in ("operator", "desk"):
        town.person(role)
    town.happen("chain.stalled", subject="chain:1", of_shop=False)
    assert town.tell() == ["operator"]
    Mail.objects.update(address="operator@people.example")
    town.wait(minutes=15)
    escalating.notices_escalate(now=town.now)
    mailing.mails_make(now=town.now)
    assert notices_forget(now=town.now) == 0
    addresses = Mail.objects.order_by("id").values_list("state", "address")
    assert list(addresses) == [("sent", ""), ("pending", "desk@people.example")]

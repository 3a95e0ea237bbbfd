"""Receipts in shoppers' mailboxes, whose addresses nobody keeps."""

import smtplib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from django.utils.translation import override

from gateway.compliance.sealed.models import SealingKey
from gateway.mail.sending import RETRIES
from merchants.pos.receipts import receipt_problem
from merchants.receipts import mailing
from merchants.receipts.errors import (
    KeyInvalid,
    MailAddressInvalid,
    ShopMailsThrottled,
    TooManyMails,
)
from merchants.receipts.mailing import (
    MOST_MAILS,
    addresses_forget,
    mail_ask,
    mailings_send,
)
from merchants.receipts.models import Document, Mailing
from tests.merchants.receipts.conftest import Counter

pytestmark = pytest.mark.django_db
ADDRESS = "lena@example.com"


def ask(document: Document, address: str = ADDRESS, key: str = "") -> Mailing:
    return mail_ask(
        document=document,
        address=address,
        key=key or str(uuid4()),
        by="user:ann",
        now=timezone.now(),
    )


def send(seconds: float = 0) -> int:
    return mailings_send(now=timezone.now() + timedelta(seconds=seconds))


def test_a_receipt_is_mailed_once_and_its_address_is_gone(
    counter: Counter, mailoutbox: list[Any]
) -> None:
    document = counter.receipt()
    mailing = ask(document)
    assert ADDRESS.encode() not in bytes(mailing.address or b""), "sealed while it waits"
    assert (send(), send()) == (1, 0)
    (mail,) = mailoutbox
    assert mail.to == [ADDRESS]
    assert mail.subject.startswith("Receipt from ")
    for text in (mail.body, mail.alternatives[0][0]):
        assert document.label in text and f"/r/{document.token}" in text
    assert str(mailing.id) in mail.extra_headers["Message-ID"]
    mailing.refresh_from_db()
    assert (mailing.state, mailing.address) == ("sent", None)


def test_a_slow_run_of_mails_leaves_none_to_another(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease of the last mail of a run counts from when that mail begins, not from the run."""
    others = []

    def slowly(self: object, messages: list[Any]) -> int:
        others.append(send())
        return len(messages)

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)
    mailing = ask(counter.receipt())
    began = timezone.now() - timedelta(minutes=3)
    Mailing.objects.filter(id=mailing.id).update(due_at=began)
    assert mailings_send(now=began) == 1
    assert others == [0]


def test_a_mail_that_was_given_up_while_it_was_sent_stays_so(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(self: object, messages: list[Any]) -> int:
        addresses_forget(now=timezone.now() + timedelta(days=3))
        return len(messages)

    monkeypatch.setattr(EmailBackend, "send_messages", late)
    mailing = ask(counter.receipt())
    send()
    mailing.refresh_from_db()
    assert (mailing.state, mailing.error, mailing.address) == ("failed", "mail_too_late", None)
    monkeypatch.setattr(EmailBackend, "send_messages", down_after_forgetting)
    other = ask(counter.receipt())
    send()
    other.refresh_from_db()
    assert (other.state, other.address) == ("failed", None), "and breaks no constraint"


def down_after_forgetting(self: object, messages: object) -> int:
    addresses_forget(now=timezone.now() + timedelta(days=3))
    raise OSError("no route")


def test_it_is_written_in_the_language_of_the_till(counter: Counter, mailoutbox: list[Any]) -> None:
    with override("zh-hans"):
        ask(counter.receipt())
    send()
    assert "收据" in mailoutbox[0].body


def test_a_tap_that_arrives_twice_is_one_mail(counter: Counter) -> None:
    document = counter.receipt()
    assert ask(document, key="k").id == ask(document, key="k").id
    with pytest.raises(KeyInvalid):
        ask(counter.receipt(), key="k")


def test_the_second_mail_is_a_copy_and_there_is_an_end(
    counter: Counter, mailoutbox: list[Any]
) -> None:
    document = counter.receipt()
    for _ in range(MOST_MAILS):
        ask(document)
    send()
    assert ["COPY" in mail.body for mail in mailoutbox] == [False] + [True] * (MOST_MAILS - 1)
    with pytest.raises(TooManyMails):
        ask(document)


def test_a_shop_that_mails_paper_after_paper_has_to_wait(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, valkey: Any
) -> None:
    monkeypatch.setattr(mailing, "SHOP_BURST", 1)
    first = counter.receipt()
    ask(first, key="k")
    with pytest.raises(ShopMailsThrottled) as refusal:
        ask(counter.receipt())
    assert 0 < refusal.value.retry_after_seconds <= 10
    assert "seconds, or show the code" in receipt_problem(refusal.value)
    assert ask(first, key="k") == Mailing.objects.get(), "a tap that arrives twice"


@pytest.mark.parametrize(
    "typed", ["", "lena", "a@b", "x" * 300 + "@example.com", "a@b.c\nBcc: d@e"]
)
def test_what_is_no_address(counter: Counter, typed: str) -> None:
    with pytest.raises(MailAddressInvalid):
        ask(counter.receipt(), typed)
    assert not Mailing.objects.exists()


def test_a_server_that_is_down_is_asked_again_and_given_up_in_the_end(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(self: object, messages: object) -> int:
        raise OSError("no route")

    monkeypatch.setattr(EmailBackend, "send_messages", down)
    mailing = ask(counter.receipt())
    waited = 0.0
    for retry in RETRIES:
        send(waited)
        mailing.refresh_from_db()
        assert (mailing.state, mailing.error) == ("waiting", "mail_not_taken")
        waited += retry.total_seconds() + 1
    send(waited)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.address) == ("failed", None)


def test_a_mailbox_that_refuses_is_asked_once(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: object, messages: object) -> int:
        raise smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such user")})

    monkeypatch.setattr(EmailBackend, "send_messages", refused)
    mailing = ask(counter.receipt())
    send()
    mailing.refresh_from_db()
    assert (mailing.state, mailing.error) == ("failed", "mail_refused")


def test_what_could_not_be_mailed_is_forgotten_with_its_days_key(counter: Counter) -> None:
    mailing = ask(counter.receipt())
    assert SealingKey.objects.filter(about=mailing.sealed_for).exists()
    assert addresses_forget(now=timezone.now()) == 0
    addresses_forget(now=timezone.now() + timedelta(days=4))
    mailing.refresh_from_db()
    assert (mailing.state, mailing.address) == ("failed", None)
    assert not SealingKey.objects.filter(about=mailing.sealed_for).exists()

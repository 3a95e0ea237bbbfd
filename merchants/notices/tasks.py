"""Celery entry points; beat calls them every few seconds."""

from celery import shared_task
from django.utils import timezone

from merchants.notices import escalating, mailing


@shared_task
def tell_people() -> int:
    """Take the steps that are due and make mails of them; how many mails were made."""
    now = timezone.now()
    escalating.notices_escalate(now=now)
    return mailing.mails_make(now=now)


@shared_task
def send_mails() -> int:
    return mailing.mails_send(now=timezone.now())

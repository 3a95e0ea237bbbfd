"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from merchants.notices import escalating, forgetting, mailing
from merchants.notices.push import making, sending


@shared_task
def tell_people() -> int:
    """Take the steps that are due and make mails of them; how many mails were made."""
    now = timezone.now()
    escalating.notices_escalate(now=now)
    return mailing.mails_make(now=now)


@shared_task
def send_mails() -> int:
    return mailing.mails_send(now=timezone.now())


@shared_task
def send_pushes() -> int:
    """Write the trials and the endings that are due, then send; how many were taken."""
    now = timezone.now()
    making.trials_make(now=now)
    making.pushes_end(now=now)
    return sending.pushes_send(now=now)


@shared_task
def forget_old_notices() -> int:
    return forgetting.notices_forget(now=timezone.now())

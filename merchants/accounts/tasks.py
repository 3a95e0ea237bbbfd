"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from merchants.accounts import letters, sessions


@shared_task
def send_letters() -> int:
    return letters.letters_send(now=timezone.now())


@shared_task
def forget_old_letters() -> int:
    now = timezone.now()
    return letters.letters_forget(now=now) + sessions.sessions_forget(now=now)

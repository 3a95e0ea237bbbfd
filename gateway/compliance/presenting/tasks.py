"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.presenting.ending import presentations_expire
from gateway.compliance.presenting.judging import presentations_judge


@shared_task
def judge_presentations() -> int:
    """Every two seconds: what wallets sent, while somebody watches for it."""
    return presentations_judge(now=timezone.now())


@shared_task
def expire_presentations() -> int:
    """Each minute: requests that nobody answered, and answers that nobody could check."""
    return presentations_expire(now=timezone.now())

"""What beat has the log of calls do."""

from celery import shared_task
from django.utils import timezone

from merchants.calls import collecting


@shared_task
def collect_calls() -> int:
    return collecting.calls_collect()


@shared_task
def keep_call_days() -> int:
    now = timezone.now()
    return collecting.call_days_ensure(now=now) + collecting.call_days_drop(now=now)

"""What beat has the counter do."""

from celery import shared_task
from django.utils import timezone

from merchants.counter.forgetting import scans_forget


@shared_task
def forget_scans() -> int:
    return scans_forget(now=timezone.now())

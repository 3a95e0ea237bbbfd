"""What beat has this room do."""

from celery import shared_task
from django.utils import timezone

from merchants.plugins.services import buyers_forget


@shared_task
def forget_buyers() -> int:
    return buyers_forget(now=timezone.now())

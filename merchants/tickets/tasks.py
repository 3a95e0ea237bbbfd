"""What beat has tickets do."""

from celery import shared_task
from django.utils import timezone

from merchants.tickets.forgetting import labels_forget


@shared_task
def forget_labels() -> int:
    return labels_forget(now=timezone.now())

"""Celery entry points; beat calls them daily."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.utils import timezone

from merchants.webhooks import services

LOG_KEPT: Final = timedelta(days=100)


@shared_task
def make_delivery_partitions() -> int:
    return services.partitions_ensure(today=timezone.now())


@shared_task
def drop_old_delivery_partitions() -> int:
    return services.partitions_drop(before=timezone.now() - LOG_KEPT)

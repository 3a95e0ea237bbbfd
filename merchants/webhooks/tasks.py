"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from merchants.webhooks import replaying, services
from merchants.webhooks.schedule import LOG_KEPT


@shared_task
def continue_replays() -> int:
    return replaying.replays_continue(now=timezone.now())


@shared_task
def make_delivery_partitions() -> int:
    return services.partitions_ensure(today=timezone.now())


@shared_task
def drop_old_delivery_partitions() -> int:
    return services.partitions_drop(before=timezone.now() - LOG_KEPT)

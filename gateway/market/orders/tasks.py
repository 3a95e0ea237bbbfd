"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.market.orders.working import books_work


@shared_task
def work_order_books() -> int:
    """Every few seconds: schedules that are due, and what a process left when it died."""
    return books_work(now=timezone.now())

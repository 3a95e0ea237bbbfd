"""What beat has customers do."""

from celery import shared_task
from django.utils import timezone

from merchants.customers import services


@shared_task
def forget_old_customers() -> int:
    return services.customers_forget_old(now=timezone.now())


@shared_task
def throw_customer_keys_away() -> int:
    return services.customers_throw_keys_away()

"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from merchants.receipts import mailing, printing


@shared_task
def carry_prints() -> int:
    return printing.prints_carry(now=timezone.now())


@shared_task
def send_receipt_mails() -> int:
    return mailing.mailings_send(now=timezone.now())


@shared_task
def forget_receipt_addresses() -> int:
    return mailing.addresses_forget(now=timezone.now())

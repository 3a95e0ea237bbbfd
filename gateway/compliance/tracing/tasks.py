"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.tracing.carrying import traces_carry
from gateway.compliance.tracing.remembering import look_ups_forget


@shared_task
def carry_traces() -> int:
    """Every few seconds: the wallets that a deposit or a person asks about."""
    return traces_carry(now=timezone.now())


@shared_task
def forget_look_ups() -> int:
    """Every day: what nodes told that serves nobody any more."""
    return look_ups_forget(now=timezone.now())

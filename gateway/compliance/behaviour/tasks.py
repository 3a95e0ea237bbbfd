"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.behaviour.days import days_forget
from gateway.compliance.behaviour.learning import items_forget, streams_learn
from gateway.compliance.behaviour.networks_used import networks_forget
from gateway.compliance.behaviour.opening import till_days_forget


@shared_task
def learn_streams() -> int:
    """Every half minute: what came in the shops' streams."""
    return streams_learn(now=timezone.now())


@shared_task
def forget_behaviour() -> int:
    """Every day: networks nobody uses, and days and scores that nothing looks at any more."""
    now = timezone.now()
    return (
        networks_forget(now=now)
        + days_forget(now=now)
        + till_days_forget(now=now)
        + (items_forget(now=now))
    )

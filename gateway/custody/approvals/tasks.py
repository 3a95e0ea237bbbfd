"""Celery entry points; beat calls them."""

from celery import shared_task

from gateway.custody.approvals.carrying import acts_carry_out_due, acts_expire_due


@shared_task
def carry_out_acts() -> int:
    """Each five seconds: what two people agreed to and whose delay has passed."""
    acts_expire_due()
    return acts_carry_out_due()

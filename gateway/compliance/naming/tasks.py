"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.naming import rescreening, warm
from gateway.compliance.naming.asking_again import parties_ask_again
from gateway.compliance.naming.models import NameChunk

SCREENERS = 8
"""So many workers screen at once; where there are fewer, what they are called for lapses."""


@shared_task
def keep_names_ready() -> bool:
    """Build the index of the lists in force, if this machine has none; whether it has one now."""
    return warm.index_build() is not None


@shared_task
def continue_name_changes(is_called: bool = False) -> int:
    """Every few seconds: cut what changed into chunks, call other workers where there are several,
    and screen; how many parties this one screened.

    Args:
        is_called: by the run that beat started, to help. One that nobody runs in time lapses, and
            one that dies is followed by the next turn's.
    """
    if not is_called:
        rescreening.changes_plan(now=timezone.now())
        waiting = NameChunk.objects.filter(done_at__isnull=True)[:SCREENERS].count()
        for _ in range(waiting - 1):
            continue_name_changes.apply_async(
                kwargs={"is_called": True}, expires=rescreening.TURN_SECONDS * 2
            )
    return rescreening.chunks_screen(now=timezone.now())


@shared_task
def ask_again_about_names() -> int:
    return parties_ask_again(now=timezone.now())

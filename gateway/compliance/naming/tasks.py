"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.naming import rescreening, warm
from gateway.compliance.naming.asking_again import parties_ask_again
from gateway.compliance.naming.models import NameChunk

SCREENERS = 8
"""So many workers are called at once; where there are fewer the rest lapses."""


@shared_task
def keep_names_ready() -> bool:
    """Build the index of the lists in force, if this machine has none; whether it has one now."""
    return warm.index_build() is not None


@shared_task
def continue_name_changes() -> int:
    """Every few seconds: cut what changed into chunks, and have workers screen them; how many were
    called. One that dies, or that nobody runs in time, is called again at the next turn."""
    rescreening.changes_plan(now=timezone.now())
    rescreening.changes_finish(now=timezone.now())
    waiting = NameChunk.objects.filter(done_at__isnull=True)[:SCREENERS].count()
    for _ in range(waiting):
        screen_name_chunks.apply_async(expires=rescreening.TURN_SECONDS * 2)
    return waiting


@shared_task
def screen_name_chunks() -> int:
    """A worker's turn at the chunks; how many parties were screened."""
    return rescreening.chunks_screen(now=timezone.now())


@shared_task
def ask_again_about_names() -> int:
    return parties_ask_again(now=timezone.now())

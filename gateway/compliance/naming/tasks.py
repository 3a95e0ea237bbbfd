"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.naming import rescreening, warm
from gateway.compliance.naming.asking_again import parties_ask_again
from gateway.compliance.naming.models import NameChange


@shared_task
def keep_names_ready() -> bool:
    """Build the index of the lists in force, if this machine has none; whether it has one now."""
    return warm.index_build() is not None


@shared_task
def continue_name_changes() -> int:
    """Go on with changes of lists whose event was lost; how many parties were screened."""
    open_changes = NameChange.objects.filter(finished_at__isnull=True)
    found = sorted(set(open_changes.values_list("source", "mode")))
    return sum(
        rescreening.change_continue(source=source, mode=mode, now=timezone.now())
        for source, mode in found
    )


@shared_task
def ask_again_about_names() -> int:
    return parties_ask_again(now=timezone.now())

"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.market.measures.following import journal_follow
from gateway.market.measures.markouts import markouts_judge
from gateway.market.measures.pruning import fills_prune

ROUNDS = 20
"""In one turn; whoever is behind catches up in the next."""


@shared_task
def measure_desk() -> int:
    """Every few seconds: read the journal on, and judge the fills whose time has come."""
    done = 0
    for _ in range(ROUNDS):
        seen = journal_follow() + markouts_judge(now=timezone.now())
        done += seen
        if not seen:
            break
    return done


@shared_task
def forget_old_fills() -> int:
    return fills_prune(now=timezone.now())

"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from merchants.accounts import letters, own, sessions, team
from merchants.accounts.factors import resetting


@shared_task
def send_letters() -> int:
    return letters.letters_send(now=timezone.now())


@shared_task
def reset_factors() -> int:
    return resetting.resets_carry_out(now=timezone.now())


@shared_task
def forget_what_is_over() -> int:
    """Sessions, links, letters and invitations past their time; how many."""
    now = timezone.now()
    return (
        letters.letters_forget(now=now)
        + own.links_forget(now=now)
        + sessions.sessions_forget(now=now)
        + team.invitations_forget(now=now)
    )

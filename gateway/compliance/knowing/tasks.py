"""Celery entry points; beat calls them."""

from celery import shared_task
from django.utils import timezone

from gateway.compliance.knowing.declaring import subjects_unasked_screen
from gateway.compliance.knowing.erasing import subjects_erase_due
from gateway.compliance.knowing.papers import papers_forget
from gateway.compliance.knowing.places import shop_places_keep
from gateway.compliance.knowing.reviewing import reviews_tell
from gateway.compliance.knowing.shopper_places import shopper_places_forget


@shared_task
def erase_due_subjects() -> int:
    """Each hour: whom we need no longer know."""
    return subjects_erase_due(now=timezone.now())


@shared_task
def screen_unasked_subjects() -> int:
    """Every ten minutes: who was named while the house was in another mode."""
    return subjects_unasked_screen(now=timezone.now())


@shared_task
def tell_reviews() -> int:
    """Each hour: shops whose periodic review is due."""
    return reviews_tell(now=timezone.now())


@shared_task
def keep_shop_places() -> int:
    """Each hour: where shops are that told so before it was kept apart."""
    return shop_places_keep(now=timezone.now())


@shared_task
def forget_papers() -> int:
    """Each hour: what papers show that have served."""
    return papers_forget(now=timezone.now())


@shared_task
def forget_shopper_places() -> int:
    """Each hour: where shoppers were, once the law no longer asks for it."""
    return shopper_places_forget(now=timezone.now())

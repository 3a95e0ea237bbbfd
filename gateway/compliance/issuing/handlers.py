"""Credentials follow the approvals that they rest on."""

from uuid import UUID

from django.utils import timezone

from gateway.compliance.issuing.standing import shop_credentials_follow, subject_credentials_end
from gateway.events.subscriptions import EventRecord


def on_file_changed(event: EventRecord) -> None:
    """``shop.requirements_changed`` of a shop's file, as it stands now."""
    if event.body.get("kind") == "business" and event.shop_id is not None:
        shop_credentials_follow(shop_id=event.shop_id, now=timezone.now())


def on_subject_gone(event: EventRecord) -> None:
    """``subject.ended``, ``subject.erased``: nobody vouches for them any more."""
    subject_credentials_end(subject_id=UUID(event.subject_id), now=timezone.now())

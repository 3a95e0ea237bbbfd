"""What a push says: little, since a locked screen shows it to whoever is near.

No amount, no name of a shop or a person, no reason that somebody wrote: the kind of the matter,
whether it still needs somebody, and the page where it is looked after.
"""

import json
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from merchants.notices.models import Push
from merchants.notices.wording import words_of

TRIAL_TAG: Final = "trial"
FULL_BYTES: Final = 1_024
"""Each message is filled up to a multiple of this, so that its length does not tell its kind."""


def message_of(push: Push) -> bytes:
    """The JSON that the service worker reads, in the language of the device's person."""
    with override(push.device.user.language or "en"):
        said = json.dumps(_said(push), ensure_ascii=False).encode()
    return said + b" " * (-len(said) % FULL_BYTES)


def _said(push: Push) -> dict[str, str | bool]:
    notice = push.notice
    language = push.device.user.language or "en"
    if notice is None:
        return {
            "tag": TRIAL_TAG,
            "title": _("This is how you are told"),
            "body": _("A trial: nothing needs you."),
            "path": "/notices/",
            "language": language,
            "quiet": False,
        }
    words = words_of(notice)
    title = " ".join(words.title.split())
    return {
        "tag": str(notice.id),
        "title": _("[Test] %(subject)s") % {"subject": title} if notice.mode == "test" else title,
        "body": _state_of(push),
        "path": "/notices/" if push.over else words.path,
        "language": language,
        "quiet": push.over,
    }


def _state_of(push: Push) -> str:
    assert push.notice is not None  # a trial says its own words
    if not push.over:
        return _("Somebody has to look after it.")
    if push.notice.settled_at is not None:
        return _("Over: nothing is left to do.")
    if push.notice.taken_by_id == push.device.user_id:
        return _("You look after it.")
    return _("Somebody looks after it now.")

"""A mail's text out of the notices that it tells of, in the language that is active."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from merchants.notices.models import Notice
from merchants.notices.wording import words_of


@dataclass(frozen=True, slots=True)
class Writing:
    subject: str
    text: str
    html: str


def written(notices: Sequence[Notice]) -> Writing:
    """One mail of these notices; nothing in it is a secret, since mailboxes are not ours."""
    lines = [_line(notice) for notice in notices]
    if len(lines) == 1:
        subject = str(lines[0]["title"])
    else:
        subject = ngettext(
            "%(count)d matter to look after", "%(count)d matters to look after", len(lines)
        ) % {"count": len(lines)}
    if all(notice.mode == "test" for notice in notices):
        subject = _("[Test] %(subject)s") % {"subject": subject}
    context = {"lines": lines, "subject": subject, "page": f"{settings.PUBLIC_URL}/notices/"}
    return Writing(
        subject=" ".join(subject.split()),
        text=render_to_string("notices/mail.txt", context),
        html=render_to_string("notices/mail.html", context),
    )


def _line(notice: Notice) -> dict[str, object]:
    words = words_of(notice)
    return {
        "title": words.title,
        "meaning": words.meaning,
        "href": settings.PUBLIC_URL + words.path,
        "at": notice.opened_at,
        "times": notice.times,
        "test": notice.mode == "test",
    }

"""A wallet fetches its request and answers it: whoever has the secret of its address may."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.compliance.knowing.fields import seal_for
from gateway.compliance.presenting.answers import Answer
from gateway.compliance.presenting.errors import (
    AnswerRefused,
    PresentationOver,
    PresentationUnknown,
)
from gateway.compliance.presenting.models import Presentation
from gateway.compliance.presenting.telling import presentation_tell
from gateway.compliance.presenting.tokens import TOKEN_CHARACTERS, digest_of, token_of
from gateway.tenancy.scope import entered, statement_enters


def presentation_by_token(token: str) -> Presentation:
    """The request of that secret; its shop is this session's scope from here on. One query.

    Raises:
        PresentationUnknown
    """
    if len(token) != TOKEN_CHARACTERS:
        raise PresentationUnknown
    with statement_enters():
        found = list(
            Presentation.objects.raw("SELECT * FROM presenting_open(%s)", [digest_of(token)])
        )
    entered(found[0].shop_id if found else None)
    if not found:
        raise PresentationUnknown
    return found[0]


def presentation_answer(*, presentation_id: UUID, answer: Answer, now: datetime) -> Presentation:
    """Keep what a wallet sent, sealed, until it is checked. The first answer counts; the same
    again, which a wallet sends that got no reply, is the same.

    Raises:
        AnswerRefused: it answers another request, or was sent before.
        PresentationOver: answered before, or too late.
    """
    if answer.state != token_of(presentation_id):
        raise AnswerRefused("This answers another request.")
    digest = digest_of(answer.presentation) if answer.presentation else None
    with transaction.atomic():
        row = Presentation.objects.select_for_update().get(id=presentation_id)
        if digest is not None and row.answer_digest and bytes(row.answer_digest) == digest:
            return row
        if row.state_at(now) != "asked":
            raise PresentationOver
        if digest is None:
            row.state, row.problem, row.decided_at = "refused", "declined", now
        else:
            row.state, row.answer_digest = "answered", digest
            row.answer_box = seal_for(
                subject_id=row.subject_id,
                plain=answer.presentation.encode(),
                name=box_name(row),
                version=1,
            )
        row.answered_at = now
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:  # the database knows answers of every shop
            raise AnswerRefused("This was sent before, for another request.") from error
        presentation_tell(row, now=now)
    return row


def box_name(row: Presentation) -> str:
    """What the sealed answer is bound to, beside its subject."""
    return f"presentation:{row.id}"

"""Whose a sale is that was typed without a connection and is sent later."""

from merchants.pos.errors import DraftElsewhere, DraftOfAnother
from merchants.tills.guards import TillRequest


def draft_check(request: TillRequest) -> None:
    """Let a draft become a sale only of the pairing it was kept under, and under the name of who
    typed it, unless whoever stands here takes it over (``taken_over``). What was typed with a
    connection names neither ``typed_on`` nor ``typed_by``.

    Raises:
        DraftElsewhere: this tablet was taken off, or paired anew, since it was typed.
        DraftOfAnother: somebody else stands here now, and has not said that it is theirs.
    """
    typed_on = request.POST.get("typed_on", "")
    typed_by = request.POST.get("typed_by", "")
    if typed_on and (request.till is None or typed_on != str(request.till.device_id)):
        raise DraftElsewhere
    if typed_by and typed_by != str(request.user.id) and "taken_over" not in request.POST:
        raise DraftOfAnother

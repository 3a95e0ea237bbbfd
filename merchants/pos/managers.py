"""A manager's word at a paired till: asked for with the PIN that a form carries, used with the act.

The PIN is compared before any row is locked; the word is used up in the act's own transaction, so
that an act that fails leaves it to be used, within its minute.
"""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from gateway.refunds.errors import ApprovalRefused
from gateway.refunds.limits import Person
from merchants.tills.acting import manager_acting
from merchants.tills.cashiers import grant_give, grant_use
from merchants.tills.errors import ManagerNeeded
from merchants.tills.guards import TillRequest
from merchants.tills.models import Grant
from merchants.tills.selectors import Stander, standers_of

T = TypeVar("T")


def managers_of(request: TillRequest, *, but_self: bool = False) -> list[Stander]:
    """Whose PIN grants something here; nobody where no tablet is paired. Two queries, or none.

    Args:
        but_self: leave out who stands here: an approval is another person's.
    """
    if request.till is None:
        return []
    standers = standers_of(shop_id=request.shop.id)
    return [
        one
        for one in standers
        if one.may_grant and not (but_self and one.user_id == request.user.id)
    ]


def word_given(request: TillRequest, *, act: str, subject: str) -> Grant | None:
    """What a manager grants by the PIN that the form carries; None if it names none. Outside of
    any transaction.

    Raises:
        TillwayError: the PIN is wrong, or theirs grants nothing.
    """
    chosen = request.POST.get("manager", "")
    if request.till is None or not chosen:
        return None
    try:
        manager_id = UUID(chosen)
    except ValueError as error:
        raise Http404 from error
    return grant_give(
        at=request.till,
        act=act,
        subject=subject,
        manager_id=manager_id,
        pin=request.POST.get("pin", ""),
        now=timezone.now(),
    )


def word_used(request: TillRequest, word: Grant | None, *, is_needed: bool) -> UUID | None:
    """Use a word up, in the transaction of its act; which manager gave it. Where nobody is needed,
    or no tablet is paired, none is used.

    Raises:
        ManagerNeeded: nobody gave one.
        GrantRefused: it was used, or its minute is over.
    """
    if request.till is None or not is_needed:
        return None
    if word is None:
        raise ManagerNeeded
    return grant_use(
        at=request.till,
        grant_id=word.id,
        act=word.act,
        subject=word.subject,
        now=timezone.now(),
    )


def let_go(request: TillRequest, word: Grant | None, asked: T, approve: Callable[[Person], T]) -> T:
    """What was asked for, approved by a manager's word; as it was without one, and where it is
    above what they may approve: then it waits, as without.

    Raises:
        TillwayError: the word is no more, or the act not open.
    """
    if request.till is None or word is None:
        return asked
    try:
        with transaction.atomic():
            manager_id = word_used(request, word, is_needed=True)
            assert manager_id is not None
            return approve(manager_acting(at=request.till, user_id=manager_id))
    except ApprovalRefused:
        return asked

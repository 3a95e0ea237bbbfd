"""A person's matters: what is open, who looks after it, what they are told of."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.events.errors import BadCursor
from merchants.accounts.models import User
from merchants.notices import selectors
from merchants.notices.choosing import mail_choose, push_choose
from merchants.notices.errors import NoticeOver, NoticeTaken, NoticeUnknown
from merchants.notices.models import Notice
from merchants.notices.opening import notice_take_on
from merchants.notices.push.configuration import push_is_on
from merchants.notices.push.views import push_context
from merchants.notices.wording import kind_word, words_of


@never_cache
@require_GET
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """What is open, what was, how the person is told, and of which kinds."""
    user = _person(request)
    try:
        settled = selectors.settled_notices(user, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    no_mail, no_push = selectors.silenced_by(user), selectors.push_silenced_by(user)
    context = {
        "open": [_row(notice, user) for notice in selectors.open_notices(user)],
        "settled": [_row(notice, user) for notice in settled.items],
        "next_href": f"/notices/?cursor={settled.next_cursor}" if settled.next_cursor else "",
        "older": bool(request.GET.get("cursor")),
        "kinds": [
            {
                "kind": rule.kind,
                "word": kind_word(rule.kind),
                "mail": rule.kind not in no_mail,
                "push": rule.kind not in no_push,
            }
            for rule in selectors.rules_for(user)
        ],
        "push": push_context(user),
        "person": user.email,
    }
    return render(request, "notices/page.html", context)


@require_POST
@login_required
def take_on(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """The signed-in person looks after it."""
    user = _person(request)
    try:
        with selectors.scope_of(user, notice_id=notice_id):
            notice_take_on(notice_id=notice_id, user=user, now=timezone.now())
    except NoticeUnknown as error:
        raise Http404 from error
    except NoticeTaken:
        messages.error(request, _("Somebody else has taken this on already."))
    except NoticeOver:
        messages.error(request, _("This is over: nothing is left to be taken on."))
    else:
        messages.success(request, _("It is yours now. Nobody else is told."))
    return HttpResponseRedirect("/notices/")


@require_POST
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """Which kinds the person is told of by mail, and which by push where that is offered."""
    user = _person(request)
    offered = [rule.kind for rule in selectors.rules_for(user)]
    mail_choose(user=user, wanted=request.POST.getlist("mail"), offered=offered)
    if push_is_on():
        push_choose(user=user, wanted=request.POST.getlist("push"), offered=offered)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect("/notices/#choices")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the sign-in stands before every view here
    return request.user


def _row(notice: Notice, user: User) -> dict[str, Any]:
    words = words_of(notice)
    taken_by = notice.taken_by
    return {
        "id": notice.id,
        "title": words.title,
        "meaning": words.meaning,
        "href": words.path,
        "opened_at": notice.opened_at,
        "settled_at": notice.settled_at,
        "times": notice.times,
        "test": notice.mode == "test",
        "taken_by": taken_by.get_full_name() if taken_by else "",
        "mine": taken_by is not None and taken_by.pk == user.pk,
    }

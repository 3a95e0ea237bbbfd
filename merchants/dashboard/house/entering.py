"""The house's door."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from merchants.accounts.models import User
from merchants.accounts.selectors import roles_of
from merchants.dashboard.house.frame import first_page


@never_cache
@login_required
@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """To the first part of the house that is open to this person. One query."""
    page = first_page(roles_of(user=cast(User, request.user), shop_id=None))
    if page is None:
        raise Http404
    return HttpResponseRedirect(page)

"""The web origins whose pages may show the checkout in a frame of theirs."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.shops.errors import TermsRefused
from gateway.shops.services import shop_set_terms
from merchants.accounts.guards import MemberRequest, require_action
from merchants.audit.recording import changes
from merchants.dashboard.auditing import write_down


@require_POST
@require_action("webhook.manage")
def save_origins(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """These, one a line, and no others from now on."""
    now = timezone.now()
    before = {"embed_origins": list(request.shop.terms.embed_origins)}
    wanted = {"embed_origins": origins_typed(request.POST.get("origins", ""))}
    try:
        with transaction.atomic():
            shop_set_terms(
                shop_id=shop_id,
                changes=wanted,
                now=now,
                changed_by=f"user:{request.user.pk}",
            )
            changed = changes(before, wanted)
            write_down(
                request, "settings.changed", subject="settings:embedding", detail=changed, now=now
            )
        messages.success(request, _("The origins were saved."))
    except TermsRefused:
        messages.error(
            request,
            _(
                "Nothing was saved. An origin is https:// and a host name, such as "
                "https://shop.example; at most ten, one a line."
            ),
        )
    return HttpResponseRedirect(f"/dashboard/{shop_id}/developers#embedding")


def origins_typed(text: str) -> list[str]:
    """Lines as people type them; a slash at the end, capitals and the usual port say nothing."""
    lines = [line.strip().lower().rstrip("/") for line in text.splitlines()]
    return list(dict.fromkeys(line.removesuffix(":443") for line in lines if line))

"""What every page of the desk has around it: the menu, the mode, what its reader may do."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gateway.checkout.tickets import desk_ticket
from gateway.market.errors import MarketUnavailable
from gateway.market.measures.values import Mode
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import MarketSnapshot
from merchants.accounts.actions import actions_allowed
from merchants.accounts.guards import MemberRequest

MENU: Final = (
    ("", "home"),
    ("results", "receipt"),
    ("capital", "coins"),
    ("hedges", "swap"),
    ("moves", "payout"),
    ("orders", "sliders"),
    ("entries", "list"),
)
"""Path below ``/desk/`` and icon."""
MODE_PARAMETER: Final = "mode"


def draw(
    request: MemberRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    live: bool = False,
) -> HttpResponse:
    """A page in its frame.

    Args:
        live: it follows the desk's stream and fetches its own part again when something changed.
    """
    modes = modes_of(held_snapshot())
    frame = {
        "may": actions_allowed(request.roles),
        "person": request.user.email,
        "menu": [
            {
                "href": f"/desk/{page}",
                "icon": icon,
                "word": _word(page),
                "current": _is_current(request.path, page),
            }
            for page, icon in MENU
        ],
        "modes": [
            {"name": mode, "href": f"?{MODE_PARAMETER}={mode}", "word": mode_word(mode)}
            for mode in modes
        ]
        if len(modes) > 1
        else [],
        "mode": mode_of(request, held_snapshot()),
        "live_url": f"{settings.LIVE_URL}/live/desk" if live else "",
        "live_ticket": desk_ticket() if live else "",
    }
    response = render(request, template, frame | context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def wants_part(request: HttpRequest) -> bool:
    """Whether the page's script asks for what changes alone."""
    return "X-Part" in request.headers


def held_snapshot() -> MarketSnapshot | None:
    """The market's latest snapshot; None if none was published."""
    try:
        return current_snapshot()
    except MarketUnavailable:
        return None


def modes_of(snapshot: MarketSnapshot | None) -> list[Mode]:
    """The modes that the market's chains have, live first."""
    simulated = {chain.simulated for chain in snapshot.chains.values()} if snapshot else set()
    modes: list[Mode] = []
    if False in simulated:
        modes.append("live")
    if True in simulated:
        modes.append("test")
    return modes


def mode_of(request: HttpRequest, snapshot: MarketSnapshot | None) -> Mode:
    """The mode that the reader chose, if there is a chain of it; else live money's, if any."""
    modes = modes_of(snapshot)
    asked = request.GET.get(MODE_PARAMETER)
    return next((mode for mode in modes if mode == asked), modes[0] if modes else "test")


def mode_word(mode: str) -> str:
    return {"live": _("Live money"), "test": _("Test chains")}[mode]


def _is_current(path: str, page: str) -> bool:
    here = path.removeprefix("/desk/").partition("/")[0]
    return here == page or (page == "" and here in {"assets", "switch"})


def _word(page: str) -> str:
    return {
        "": _("Overview"),
        "results": _("Results"),
        "capital": _("Capital"),
        "hedges": _("Hedges"),
        "moves": _("Moves"),
        "orders": _("Orders"),
        "entries": _("Entries"),
    }[page]

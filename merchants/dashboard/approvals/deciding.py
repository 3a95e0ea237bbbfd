"""Who may say what about an act: pure, over the act and its reader's roles."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from gateway.custody.approvals.kinds import kind_named, kinds
from gateway.custody.approvals.models import Act
from merchants.accounts.actions import HOUSE_ROLES, roles_allow


@dataclass(frozen=True, slots=True)
class Say:
    """What one person may do with one act.

    Attributes:
        why_not: why they may not agree, where they might expect to: ``own``, ``house`` or empty.
    """

    agree: bool
    reject: bool
    cancel: bool
    why_not: str = ""


def say_of(act: Act, *, person: UUID, roles: Collection[str]) -> Say:
    """The second of an act that the house decides is the house's; who takes up what a program
    asked for may be the shop's. Whoever proposed or approved it can always call it off. Whom it is
    about doesn't agree to it."""
    if act.state not in ("proposed", "approved"):
        return Say(agree=False, reject=False, cancel=False)
    action = kind_named(act.kind).decide_action
    may = roles_allow(roles, action)
    of_house = roles_allow(HOUSE_ROLES & frozenset(roles), action)
    decides = may if act.decider == "shop" else of_house
    proposed, own = act.state == "proposed", act.maker == person
    of_them = act.subject == f"user:{person}"
    takes_up = act.maker is None and may
    return Say(
        agree=proposed and not own and not of_them and (decides or takes_up),
        reject=proposed and not own and decides,
        cancel=own or act.checker == person or decides,
        why_not=_why_not(proposed=proposed, own=own, helps=decides or takes_up, may=may),
    )


def kinds_for(roles: Collection[str]) -> list[str]:
    """The kinds of act that somebody with these roles decides about."""
    return [name for name in kinds() if roles_allow(roles, kind_named(name).decide_action)]


def _why_not(*, proposed: bool, own: bool, helps: bool, may: bool) -> str:
    if not proposed:
        return ""
    if own:
        return "own"
    return "house" if may and not helps else ""

"""The steps of a verification, which of them are done, and where to go on."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gateway.compliance.knowing.facts import OpenFile
from gateway.compliance.knowing.requirements import BUSINESS_FIELDS, Requirement
from merchants.onboarding.words import requirement_word, state_sign, why_word

STEPS: Final[tuple[tuple[str, Promise], ...]] = (
    ("business", _("Your business")),
    ("people", _("People")),
    ("owners", _("Owners")),
    ("identity", _("Identity")),
    ("papers", _("Papers")),
    ("review", _("Check and hand in")),
)
NAMES: Final = tuple(name for name, _word in STEPS)


@dataclass(frozen=True, slots=True)
class Step:
    """Attributes: state: ``done``, ``waiting``, ``open`` or ``last``."""

    name: str
    word: str
    state: str
    count: int


def step_of(one: Requirement) -> str:
    """Where a requirement is met."""
    if one.code.startswith("paper_"):
        return "papers"
    if one.code in ("owners", "identity"):
        return one.code if one.code == "identity" else "owners"
    if one.code == "periodic_review":
        return "review"
    return "business" if not one.about and one.code in BUSINESS_FIELDS else "people"


def steps_of(due: tuple[Requirement, ...]) -> list[Step]:
    """Each step with how many things are the shop's to do in it."""
    found = []
    for name, word in STEPS:
        mine = [one for one in due if step_of(one) == name]
        todo = [one for one in mine if one.state != "waiting"]
        state = "open" if todo else "waiting" if mine else "done"
        found.append(Step(name, str(word), "last" if name == "review" else state, len(todo)))
    return found


def next_step(due: tuple[Requirement, ...]) -> str:
    """The first step in which something is to do."""
    return next((step.name for step in steps_of(due) if step.state == "open"), "review")


def due_rows(due: tuple[Requirement, ...], *, opened: OpenFile) -> list[dict[str, object]]:
    """What is due, for people, each with why and where."""
    names = {str(one.id): one.fields.get("name") or "?" for one in opened.people}
    return [
        {
            "word": requirement_word(one, who=names.get(one.about, "")),
            "why": why_word(one),
            "sign": state_sign(one.state),
            "step": step_of(one),
            "about": one.about,
        }
        for one in due
    ]

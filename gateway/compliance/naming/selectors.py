"""Questions about verdicts on names, and whether they come out again."""

from collections.abc import Collection
from typing import Literal

from gateway.compliance.listed.selectors import entity_in
from gateway.compliance.models import ListVersion
from gateway.compliance.naming.models import GoodGuy, NameVerdict, ScreenedParty
from gateway.compliance.naming.scoring import Score, score
from gateway.compliance.naming.sealed_names import matches_of, query_of
from gateway.compliance.naming.stored import score_read
from gateway.compliance.naming.weights import SCORER_VERSION
from gateway.custody.approvals.configuration import house_mode
from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import NEWEST, Order, sorted_page


def verdicts_about(about: str, *, mode: str) -> list[NameVerdict]:
    """All verdicts on somebody, the newest first. One query."""
    return list(NameVerdict.objects.filter(about=about, mode=mode).order_by("-id"))


def are_clear(abouts: Collection[str]) -> bool:
    """Whether each of these is screened in the house's mode, and clear under every name: whoever
    was not asked about, or of whom nobody can say, is not. One query."""
    rows = ScreenedParty.objects.filter(mode=house_mode(), about__in=abouts, active=True)
    found = list(rows.select_related("verdict"))
    return {row.about for row in found} == set(abouts) and all(
        row.verdict is not None and row.verdict.is_clear for row in found
    )


def name_standing(about: str) -> Literal["clear", "match", "unknown"]:
    """What the lists say of somebody under all their names, in the house's mode: ``unknown`` before
    they were asked, and while nobody can say. One query."""
    parties = ScreenedParty.objects.filter(mode=house_mode(), about=about, active=True)
    rows = parties.select_related("verdict")
    states = {"unknown" if row.verdict is None else row.verdict.state for row in rows}
    if "match" in states:
        return "match"
    return "clear" if states == {"clear"} else "unknown"


def good_guys_of(about: str, *, mode: str) -> list[GoodGuy]:
    """What was said of somebody's matches, in force or ended, the newest first. One query."""
    return list(GoodGuy.objects.filter(about=about, mode=mode).order_by("-id"))


def good_guys_page(
    *,
    ended: bool,
    order: Order = NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[GoodGuy]:
    """The whitelist, in force or ended. One query.

    Raises:
        BadCursor
    """
    rows = GoodGuy.objects.filter(ended_at__isnull=not ended)
    return sorted_page(rows, order=order, cursor=cursor, size=size)


def replayed(verdict: NameVerdict) -> tuple[Score, ...] | None:
    """Its matches, scored anew from the stored question and what those versions of the lists said;
    None if the scorer is another by now. Two queries, and two a match.

    Equal to the stored ones to the last point.

    Raises:
        KeyGone: they were erased.
    """
    if verdict.scorer_version != SCORER_VERSION:
        return None
    query = query_of(verdict)
    numbers = {told["source"]: told["number"] for told in verdict.versions}
    scores = []
    for told in matches_of(verdict):
        stored = score_read(told)
        version = ListVersion.objects.get(source_id=stored.source, number=numbers[stored.source])
        entity = entity_in(version, stored.entity_id)
        if entity is not None:
            scores.append(score(query, entity))
    return tuple(scores)

"""Which rules of behaviour are in force, and whose networks are whose: BEHAVIOUR, NETWORK_FILE."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

from gateway.compliance.behaviour.errors import BehaviourRulesUnreadable, NetworkFileUnreadable
from gateway.compliance.behaviour.networks import Providers, providers_from
from gateway.compliance.behaviour.rules import HOUSE_RULES, BehaviourRules

KEYS: Final = frozenset({"rules"})


def rules_known() -> dict[str, BehaviourRules]:
    """Every version by its name, in the order they were written down; the last one is in force.

    Raises:
        BehaviourRulesUnreadable
    """
    told = settings.BEHAVIOUR
    if (
        not isinstance(told, dict)
        or set(told) - KEYS
        or not isinstance(told.get("rules", []), list)
    ):
        raise BehaviourRulesUnreadable("BEHAVIOUR is an object with `rules`, a list of versions.")
    known = {HOUSE_RULES.version: HOUSE_RULES}
    for one in told.get("rules", ()):
        rules = BehaviourRules.from_plain(one)
        if rules.version in known:
            raise BehaviourRulesUnreadable(f"BEHAVIOUR names the version {rules.version!r} twice.")
        known[rules.version] = rules
    return known


def rules_in_force() -> BehaviourRules:
    """What is judged by now. Raises BehaviourRulesUnreadable."""
    return list(rules_known().values())[-1]


def providers() -> Providers | None:
    """Whose networks are whose; None if no file says so. Read once a process, where it is judged
    and never in the web's.

    Raises:
        NetworkFileUnreadable
    """
    return _providers(settings.NETWORK_FILE) if settings.NETWORK_FILE else None


@lru_cache(maxsize=2)
def _providers(path: str) -> Providers:
    try:
        with Path(path).open(encoding="utf-8") as lines:
            return providers_from(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise NetworkFileUnreadable(f"NETWORK_FILE can't be read: {error}") from error

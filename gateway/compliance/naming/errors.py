"""What can go wrong with names, for people."""

from gateway.events.errors import TillwayError


class NoSuchMatch(TillwayError):
    code = "listed_entity_not_found"
    message = "No list in force names this entity."
    hint = "Take its list and id from a match of today."
    status = 404


class GroundsMissing(TillwayError):
    code = "grounds_required"
    message = "Whoever says that somebody is not the listed one says who they are, and why."
    field = "why"


class NoGoodGuy(TillwayError):
    code = "whitelist_entry_not_found"
    message = "There is no such entry in force."
    status = 404

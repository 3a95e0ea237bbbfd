"""Refusals of this room."""

from gateway.events.errors import TillwayError


class BehaviourRulesUnreadable(TillwayError):
    code = "behaviour_rules_unreadable"
    hint = "docs/reference/behaviour.md names the fields of BEHAVIOUR."


class NetworkFileUnreadable(TillwayError):
    code = "network_file_unreadable"
    hint = "NETWORK_FILE is a file of lines: first address, last address, AS number, country, name."


class HoursUnreadable(TillwayError):
    code = "opening_hours_unreadable"
    hint = "Times are written 09:00, and a day closes after it opens, or on the next day."

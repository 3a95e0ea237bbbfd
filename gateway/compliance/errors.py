"""What can be refused about lists, verdicts and holds, each with a stable code."""

from gateway.compliance.listed.errors import ListError
from gateway.events.errors import TillwayError


class ListEmpty(ListError):
    code = "list_empty"
    message = "This list is empty: an empty list would mean that everyone is clean."
    hint = "Fetch it again. An empty list is never taken, forced or not."


class ListShrunken(ListError):
    code = "list_shrunken"
    message = "This list lost more than a fifth of what it named."
    hint = "Fetch it again; if its publisher really removed them, load it with --force."


class ListMixed(ListError):
    code = "list_mixed"
    message = "This file names an entity twice, or another list's."


class ListMissing(TillwayError):
    code = "list_missing"
    message = "No version of this list is in force."
    status = 404


class ListOrderRefused(TillwayError):
    code = "list_order_refused"
    message = "This can't be asked for."
    status = 422


class ListSecondNeeded(TillwayError):
    """What one person asked to load says less, or otherwise, than the version in force.

    Attributes:
        number: of that version.
        changes: ``removed`` or ``changed``, and the name of whom it concerns; the first of them.
    """

    code = "list_second_needed"
    message = "This takes somebody off the list, or says otherwise of them: two people must agree."
    status = 409

    def __init__(
        self, *, number: int, removed: int, changed: int, changes: tuple[tuple[str, str], ...]
    ) -> None:
        self.number, self.removed, self.changed, self.changes = number, removed, changed, changes
        super().__init__()


class ListNotAgreed(TillwayError):
    """A load that two people must agree to was refused or called off, or nobody decided."""

    code = "list_not_agreed"
    message = "Two people did not agree to this."


class ListMovedOn(TillwayError):
    code = "list_moved_on"
    message = "Another version of this list is in force by now."
    status = 409


class ListStillNamed(TillwayError):
    code = "list_still_named"
    message = "The setting LISTS still names this list: take it out first."
    status = 409


class NoHold(TillwayError):
    code = "hold_not_found"
    message = "There is no open hold on this deposit."
    status = 404


class HoldNotProposed(TillwayError):
    code = "hold_not_proposed"
    message = "Nobody has proposed a decision on this hold yet."
    status = 409


class MoneyBooked(TillwayError):
    code = "hold_of_booked_money"
    message = "This money is in the books of its owner already: it can be released or kept."
    hint = "A shop gives back what it was credited by a refund."
    status = 409


class SamePerson(TillwayError):
    code = "second_person_needed"
    message = "Another person than the one who proposed it must approve a decision."
    status = 403


class PersonMissing(TillwayError):
    code = "person_required"
    message = "A decision names who made it."
    field = "by"


class ListsMissing(TillwayError):
    code = "lists_missing"
    message = "A screening list is missing, so nobody can be found clear."
    hint = "Load it with `manage.py lists load`."
    status = 503
    passes = True

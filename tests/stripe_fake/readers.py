"""Terminal: places, card readers, and what a reader does when it is asked for a card."""

from typing import Any

from tests.stripe_fake import payment_intents
from tests.stripe_fake.answers import Refused, missing
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State, listed

CODES = ("simulated-wpe", "simulated-s700")
"""Registration codes of readers that Stripe's own test mode plays; ours adds ``puddle-1``, … ."""
_ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")


def make_location(state: State, request: Request) -> Json:
    request.only("display_name", "address", "metadata")
    address = request.params.get("address") or {}
    for name in ("line1", "city", "postal_code", "country"):
        if not address.get(name):
            raise missing(f"address[{name}]")
    return state.keep(
        "terminal.location",
        {
            "id": state.new_id("tml"),
            "object": "terminal.location",
            "address": {name: address.get(name) for name in _ADDRESS},
            "display_name": request.text("display_name"),
            "livemode": state.livemode,
            "metadata": request.metadata(),
        },
        owner=request.account,
    )


def locations(state: State, request: Request) -> Json:
    return listed(request, state.of("terminal.location", owner=request.account))


def register(state: State, request: Request) -> Json:
    """A code that no device shows is refused; a device that stands somewhere is moved."""
    request.only("registration_code", "label", "location", "metadata")
    code = request.text("registration_code")
    if code not in CODES and not code.startswith("puddle-"):
        raise Refused(
            "The registration code is not one that a reader shows.",
            param="registration_code",
            code="parameter_invalid_string_empty" if not code else "resource_missing",
        )
    location = state.get("terminal.location", request.text("location"), owner=request.account)
    id = state.objects["reader_of_code"].get(code, {}).get("id") or state.new_id("tmr")
    state.objects["reader_of_code"][code] = {"id": id}
    return state.keep(
        "terminal.reader",
        {
            "id": id,
            "object": "terminal.reader",
            "action": None,
            "device_sw_version": "2.42.0",
            "device_type": "simulated_wisepos_e",
            "ip_address": "127.0.0.1",
            "label": request.params.get("label") or code,
            "last_seen_at": state.clock() * 1000,
            "livemode": state.livemode,
            "location": location["id"],
            "metadata": request.metadata(),
            "serial_number": f"serial-{code}",
            "status": "online",
        },
        owner=request.account,
    )


def retrieve(state: State, request: Request, id: str) -> Json:
    return state.get("terminal.reader", id, owner=request.account)


def all_of(state: State, request: Request) -> Json:
    rows = state.of("terminal.reader", owner=request.account)
    return listed(request, rows, filters=("location", "status"))


def remove(state: State, request: Request, id: str) -> Json:
    state.get("terminal.reader", id, owner=request.account)
    del state.objects["terminal.reader"][id]
    return {"id": id, "object": "terminal.reader", "deleted": True}


def process(state: State, request: Request, id: str) -> Json:
    request.only("payment_intent", "process_config")
    reader = state.get("terminal.reader", id, owner=request.account)
    intent = state.get("payment_intent", request.text("payment_intent"))
    _reachable(reader)
    if _is_busy(reader):
        raise Refused(
            "Reader is currently processing another request.", code="terminal_reader_busy"
        )
    if "card_present" not in intent["payment_method_types"]:
        raise Refused("The PaymentIntent takes no card that is present.", param="payment_intent")
    if intent["status"] != "requires_payment_method":
        raise Refused(
            f"This PaymentIntent has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    reader["action"] = {
        "api_error": None,
        "failure_code": None,
        "failure_message": None,
        "process_payment_intent": {"payment_intent": intent["id"], "process_config": {}},
        "status": "in_progress",
        "type": "process_payment_intent",
    }
    return reader


def cancel_action(state: State, request: Request, id: str) -> Json:
    request.only()
    reader = state.get("terminal.reader", id, owner=request.account)
    _reachable(reader)
    reader["action"] = None
    return reader


ROUTES = (
    ("POST", r"/v1/terminal/locations", make_location),
    ("GET", r"/v1/terminal/locations", locations),
    ("POST", r"/v1/terminal/readers", register),
    ("GET", r"/v1/terminal/readers", all_of),
    ("GET", r"/v1/terminal/readers/(tmr_\w+)", retrieve),
    ("DELETE", r"/v1/terminal/readers/(tmr_\w+)", remove),
    ("POST", r"/v1/terminal/readers/(tmr_\w+)/process_payment_intent", process),
    ("POST", r"/v1/terminal/readers/(tmr_\w+)/cancel_action", cancel_action),
)


# --- what happens at the reader ------------------------------------------------------------------


def taps(state: State, id: str) -> Json:
    """A card is held to it, and its bank says yes."""
    with state.lock:
        reader = state.objects["terminal.reader"][id]
        intent = state.objects["payment_intent"][_intent_of(reader)]
        if intent["status"] != "requires_payment_method":
            _fails(state, id, code="payment_intent_unexpected_state", said="It can't be paid.")
            return intent
        payment_intents.authorised(state, intent["id"])
        reader["action"]["status"] = "succeeded"
        state.say("terminal.reader.action_succeeded", reader)
        return intent


def is_declined(state: State, id: str) -> Json:
    """A card is held to it, and its bank says no."""
    error = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}
    with state.lock:
        payment_intents.declined(state, _intent_of(state.objects["terminal.reader"][id]))
        return _fails(state, id, code="card_declined", said="Your card was declined.", error=error)


def is_stopped(state: State, id: str) -> Json:
    """The customer presses the cross."""
    with state.lock:
        return _fails(state, id, code="customer_canceled", said="Customer canceled the payment.")


def waits_in_vain(state: State, id: str) -> Json:
    with state.lock:
        return _fails(state, id, code="timeout", said="The reader timed out.")


def loses_its_line(state: State, id: str) -> None:
    with state.lock:
        state.objects["terminal.reader"][id]["status"] = "offline"


def is_back(state: State, id: str) -> None:
    with state.lock:
        state.objects["terminal.reader"][id]["status"] = "online"


# --- parts ---------------------------------------------------------------------------------------


def _fails(
    state: State, id: str, *, code: str, said: str, error: dict[str, Any] | None = None
) -> Json:
    reader = state.objects["terminal.reader"][id]
    reader["action"].update(
        status="failed", failure_code=code, failure_message=said, api_error=error
    )
    state.say("terminal.reader.action_failed", reader)
    return reader


def _intent_of(reader: Json) -> str:
    assert _is_busy(reader), "it waits for no card"
    return str(reader["action"]["process_payment_intent"]["payment_intent"])


def _is_busy(reader: Json) -> bool:
    return bool(reader["action"]) and reader["action"]["status"] == "in_progress"


def _reachable(reader: Json) -> None:
    if reader["status"] != "online":
        raise Refused("Reader is offline.", code="terminal_reader_offline")

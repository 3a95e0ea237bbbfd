"""Sessions in which somebody shows a document."""

from tests.stripe_fake.answers import Refused
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State

_NEW = ("type", "client_reference_id", "metadata", "return_url", "options")


def create(state: State, request: Request) -> Json:
    request.only(*_NEW)
    if request.text("type") not in ("document", "id_number"):
        raise Refused("Invalid type.", param="type", kept=False)
    id = state.new_id("vs")
    session = {
        "id": id,
        "object": "identity.verification_session",
        "client_reference_id": request.params.get("client_reference_id"),
        "client_secret": f"{id}_secret_fake",
        "created": state.clock(),
        "last_error": None,
        "last_verification_report": None,
        "livemode": state.livemode,
        "metadata": request.metadata(),
        "options": {},
        "redaction": None,
        "related_customer": None,
        "related_customer_account": None,
        "status": "requires_input",
        "type": request.text("type"),
        "url": f"https://verify.stripe.com/start/{id}",
    }
    state.say("identity.verification_session.created", session)
    return state.keep("identity_session", session)


def retrieve(state: State, request: Request, id: str) -> Json:
    return state.get("identity_session", id)


ROUTES = (
    ("POST", r"/v1/identity/verification_sessions", create),
    ("GET", r"/v1/identity/verification_sessions/(vs_\w+)", retrieve),
)


# --- what happens at Stripe ----------------------------------------------------------------------


def becomes(state: State, id: str, status: str, *, problem: str = "") -> Json:
    """``processing``, ``verified``, ``requires_input`` (with a problem) or ``canceled``."""
    with state.lock:
        session = state.objects["identity_session"][id]
        session["status"] = status
        session["url"] = session["url"] if status == "requires_input" else None
        session["last_error"] = {"code": problem, "reason": "It said."} if problem else None
        state.say(f"identity.verification_session.{status}", session)
        return session

"""Sessions in which somebody shows a document (https://docs.stripe.com/api/identity)."""

from tests.stripe_fake.answers import Refused
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State

_NEW = ("type", "client_reference_id", "metadata", "return_url", "options", "provided_details")
HIDDEN = ("verified_outputs",)
"""Left out of an answer that isn't asked to expand them, and of every event."""
REDACTED = "[redacted]"


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
        "options": request.params.get("options") or {},
        "provided_details": request.params.get("provided_details"),
        "redaction": None,
        "related_customer": None,
        "related_customer_account": None,
        "status": "requires_input",
        "type": request.text("type"),
        "url": f"https://verify.stripe.com/start/{id}",
        "verified_outputs": None,
    }
    _say(state, "created", session)
    return _shown(state.keep("identity_session", session), request)


def retrieve(state: State, request: Request, id: str) -> Json:
    return _shown(state.get("identity_session", id), request)


def cancel(state: State, request: Request, id: str) -> Json:
    session = state.get("identity_session", id)
    if session["status"] != "requires_input":
        raise Refused(f"A VerificationSession in {session['status']} can't be canceled.")
    session["status"], session["url"] = "canceled", None
    _say(state, "canceled", session)
    return _shown(session, request)


def redact(state: State, request: Request, id: str) -> Json:
    session = state.get("identity_session", id)
    if session["status"] == "processing":
        raise Refused("A VerificationSession in processing can't be redacted yet.")
    if session["redaction"] is None:
        if session["status"] == "requires_input":
            session["status"], session["url"] = "canceled", None
            _say(state, "canceled", session)
        session["redaction"] = {"status": "processing"}
    return _shown(session, request)


ROUTES = (
    ("POST", r"/v1/identity/verification_sessions", create),
    ("GET", r"/v1/identity/verification_sessions/(vs_\w+)", retrieve),
    ("POST", r"/v1/identity/verification_sessions/(vs_\w+)/cancel", cancel),
    ("POST", r"/v1/identity/verification_sessions/(vs_\w+)/redact", redact),
)


# --- what happens at Stripe ----------------------------------------------------------------------


def becomes(
    state: State,
    id: str,
    status: str,
    *,
    problem: str = "",
    name: tuple[str, str] = ("Ann Maria", "Arbor"),
    born: tuple[int, int, int] = (1980, 2, 29),
) -> Json:
    """``processing``, ``verified``, ``requires_input`` (with a problem) or ``canceled``.

    Args:
        name, born: what the document says, of one that is verified.
    """
    with state.lock:
        session = state.objects["identity_session"][id]
        session["status"] = status
        session["url"] = session["url"] if status == "requires_input" else None
        session["last_error"] = {"code": problem, "reason": "It said."} if problem else None
        if status == "verified":
            first, last = name
            year, month, day = born
            session["last_verification_report"] = state.new_id("vr")
            session["verified_outputs"] = {
                "address": None,
                "dob": {"day": day, "month": month, "year": year},
                "email": None,
                "first_name": first,
                "id_number": None,
                "id_number_type": None,
                "last_name": last,
                "phone": None,
            }
        _say(state, status, session)
        return session


def forget(state: State, id: str) -> Json:
    """The redaction is through: nothing that was shown is left."""
    with state.lock:
        session = state.objects["identity_session"][id]
        session["redaction"] = {"status": "redacted"}
        session["metadata"] = {}
        if session["verified_outputs"]:
            session["verified_outputs"] |= {
                "dob": None,
                "first_name": REDACTED,
                "last_name": REDACTED,
            }
        _say(state, "redacted", session)
        return session


def _shown(session: Json, request: Request) -> Json:
    asked = request.params.get("expand") or {}
    wanted = list(asked.values()) if isinstance(asked, dict) else [asked]
    shown = {name: value for name, value in session.items() if name not in HIDDEN}
    if "verified_outputs" in wanted and session["verified_outputs"] is not None:
        told = dict(session["verified_outputs"])
        if "verified_outputs.dob" not in wanted:
            told["dob"] = None
        shown["verified_outputs"] = told
    return shown


def _say(state: State, word: str, session: Json) -> None:
    shown = {name: value for name, value in session.items() if name not in HIDDEN}
    state.say(f"identity.verification_session.{word}", shown)

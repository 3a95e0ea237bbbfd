"""Tokens bought with a card. Stripe publishes no fixture of it: the keys are its reference's."""

from tests.stripe_fake.answers import Refused, missing
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State

NETWORKS = {
    "avalanche": "avalanche",
    "base": "base_network",
    "ethereum": "ethereum",
    "polygon": "polygon",
    "solana": "solana",
}
"""And what a wallet's address is called there."""
CURRENCIES = ("avax", "btc", "eth", "matic", "sol", "usdc", "xlm")
_NEW = (
    *("wallet_addresses", "lock_wallet_address", "destination_currency", "destination_currencies"),
    *("destination_network", "destination_networks", "destination_amount", "source_currency"),
    *("source_amount", "customer_ip_address", "metadata"),
)


def create(state: State, request: Request) -> Json:
    request.only(*_NEW)
    network, currency = request.text("destination_network"), request.text("destination_currency")
    if network not in NETWORKS or currency not in CURRENCIES:
        raise Refused("Unsupported destination.", param="destination_network", kept=False)
    addresses = request.params.get("wallet_addresses") or {}
    for name in addresses:
        if name not in NETWORKS.values():
            raise Refused(
                f"Received unknown parameter: wallet_addresses[{name}]",
                code="parameter_unknown",
                kept=False,
            )
    if NETWORKS[network] not in addresses:
        raise missing("wallet_addresses")
    id = state.new_id("cos")
    session = {
        "id": id,
        "object": "crypto.onramp_session",
        "client_secret": f"{id}_secret_fake",
        "created": state.clock(),
        "kyc_details_provided": False,
        "livemode": state.livemode,
        "metadata": request.metadata(),
        "redirect_url": f"https://crypto.link.com?session_hash={id}",
        "status": "initialized",
        "transaction_details": {
            "destination_amount": request.params.get("destination_amount"),
            "destination_currencies": list(
                (request.params.get("destination_currencies") or {}).values()
            ),
            "destination_currency": currency,
            "destination_network": network,
            "destination_networks": list(
                (request.params.get("destination_networks") or {}).values()
            ),
            "fees": None,
            "lock_wallet_address": request.params.get("lock_wallet_address") == "true",
            "source_amount": None,
            "source_currency": None,
            "transaction_id": None,
            "wallet_address": None,
            "wallet_addresses": addresses,
        },
    }
    return state.keep("onramp_session", session)


def retrieve(state: State, request: Request, id: str) -> Json:
    return state.get("onramp_session", id)


ROUTES = (
    ("POST", r"/v1/crypto/onramp_sessions", create),
    ("GET", r"/v1/crypto/onramp_sessions/(cos_\w+)", retrieve),
)
